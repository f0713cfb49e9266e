#include "ftpfs/ftp/kept_profile.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ftpfs::ftp {
namespace {

kept_profile some()
{
    kept_profile kept;
    kept.greeting = "(vsFTPd 3.0.3)";
    kept.learned.epsv = support::refused;
    kept.learned.rest = support::works;
    kept.learned.dialect = proto::dialect::dos_dir;
    kept.sessions = 3;
    return kept;
}

TEST(kept_profile, is_read_as_it_was_written)
{
    const auto text = to_text(some());
    EXPECT_EQ(text, "greeting (vsFTPd 3.0.3)\nepsv refused\nrest works\ndialect dos\nsessions 3\n");
    const auto read = parse_kept_profile(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(to_text(*read), text);
    EXPECT_EQ(read->learned.rest, support::works);
    EXPECT_EQ(read->learned.mlsd, support::unknown);
    EXPECT_EQ(read->sessions, 3U);
    EXPECT_FALSE(read->empty());
}

TEST(kept_profile, keeps_every_field_that_takes_a_trial)
{
    kept_profile all;
    all.greeting = "g";
    for (auto* known :
         {&all.learned.pasv,       &all.learned.active,      &all.learned.named_address, &all.learned.epsv,
          &all.learned.pipelining, &all.learned.armed,       &all.learned.mlsd,          &all.learned.mlst,
          &all.learned.size,       &all.learned.mdtm,        &all.learned.list_all,      &all.learned.rest,
          &all.learned.append,     &all.learned.rename_over, &all.learned.mfmt,          &all.learned.mff,
          &all.learned.mdtm_set,   &all.learned.utime_short, &all.learned.utime_long,    &all.learned.chmod,
          &all.learned.symlink,    &all.learned.copy_pair,   &all.learned.copy_one,      &all.learned.avbl,
          &all.learned.xquota}) {
        kept_profile one;
        one.greeting = "g";
        EXPECT_TRUE(one.empty());
        *known = support::refused;
    }
    const auto read = parse_kept_profile(to_text(all));
    ASSERT_TRUE(read);
    EXPECT_EQ(std::ranges::count(to_text(*read), '\n'), 26);
}

TEST(kept_profile, leaves_to_feat_what_feat_decides)
{
    const proto::feature_set lists_mlst{proto::reply{211, {"Features:", " MLST size*;", "End"}}};
    server_profile profile;
    note_login(profile, "g", lists_mlst, "");
    EXPECT_EQ(profile.mfmt, support::refused);
    profile.mlsd = support::refused;
    profile.mdtm_set = support::refused;
    profile.rest = support::works;
    const auto kept = keep(profile, 2);
    EXPECT_EQ(kept.greeting, "g");
    EXPECT_EQ(kept.sessions, 2U);
    EXPECT_EQ(kept.learned.mlsd, support::refused) << "it was listed, and did not work";
    EXPECT_EQ(kept.learned.mfmt, support::unknown);
    EXPECT_EQ(kept.learned.mdtm_set, support::refused);
    EXPECT_EQ(kept.learned.rest, support::unknown) << "believed in vain, it gives wrong bytes";
    profile.rest = support::refused;
    EXPECT_EQ(keep(profile, 0).learned.rest, support::refused);
}

// Whether a data connection came about, or what the greeting says anyhow, is nothing to remember.
TEST(kept_profile, leaves_out_what_belongs_to_one_login_or_one_network)
{
    kept_profile kept;
    kept.greeting = "g";
    kept.learned.data = support::works;
    kept.learned.queueing = kept.learned.early_data = kept.learned.store_at_end = support::works;
    EXPECT_TRUE(kept.empty());
    EXPECT_EQ(to_text(kept), "greeting g\n");
}

TEST(kept_profile, is_nothing_if_it_was_not_written_by_us)
{
    for (const auto* text : {"", "\n", "greeting\n", "greeting \n", "rest works\n", "greeting g",
                             "greeting g\nrest perhaps\n", "greeting g\nrest\n", "greeting g\ndialect klingon\n",
                             "greeting g\nsessions 0\n", "greeting g\nsessions 65\n", "greeting g\nsessions 3x\n",
                             "greeting g\nsessions -1\n", "greeting g\ndialect unknown\n"}) {
        EXPECT_FALSE(parse_kept_profile(text)) << text;
    }
}

TEST(kept_profile, of_a_newer_version_is_read_as_far_as_it_is_known)
{
    const auto read = parse_kept_profile("greeting g\nteleport works\nrest works\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->learned.rest, support::works);
}

TEST(kept_profile, fills_in_only_what_is_not_known)
{
    server_profile now;
    now.epsv = support::works;
    recall(now, some().learned);
    EXPECT_EQ(now.epsv, support::works);
    EXPECT_EQ(now.rest, support::works);
    EXPECT_EQ(now.dialect, proto::dialect::dos_dir);
    EXPECT_EQ(now.size, support::unknown);
}

TEST(greeting_key, is_the_first_line_without_times)
{
    EXPECT_EQ(greeting_key("(vsFTPd 3.0.3)"), "(vsFTPd 3.0.3)");
    EXPECT_EQ(greeting_key("Welcome to Pure-FTPd\nLocal time is now 13:18."), "Welcome to Pure-FTPd");
    EXPECT_EQ(greeting_key("FTPD1 IBM FTP CS V2R4 at SYS1, 13:18:42 on Monday"),
              "FTPD1 IBM FTP CS V2R4 at SYS1,  on Monday");
    EXPECT_EQ(greeting_key("ProFTPD Server (Debian) [::ffff:127.0.0.1]"), "ProFTPD Server (Debian) [::ffff:127.0.0.1]");
    EXPECT_EQ(greeting_key("9:05"), "-");
    EXPECT_EQ(greeting_key(":: a:1 1:a :"), ":: a:1 1:a :");
    EXPECT_EQ(greeting_key(""), "-");
    EXPECT_EQ(greeting_key("a\x1b[2J"), "a\\x1b[2J");
    EXPECT_LT(greeting_key(std::string(5000, 'x')).size(), 300U);
}

// A server that greets as it did is believed to be as it was.
TEST(server_profile, recalls_what_was_kept_of_a_server_with_the_same_greeting)
{
    server_profile profile;
    profile.remembered = std::make_shared<kept_profile>(some());
    note_login(profile, "(vsFTPd 3.0.3)\nand more", {}, "");
    EXPECT_EQ(profile.rest, support::works);
    EXPECT_EQ(profile.greeting, "(vsFTPd 3.0.3)");
    EXPECT_EQ(profile.remembered, nullptr);
}

TEST(server_profile, forgets_what_was_kept_of_a_server_with_another_greeting)
{
    server_profile profile;
    profile.remembered = std::make_shared<kept_profile>(some());
    note_login(profile, "(vsFTPd 3.0.5)", {}, "");
    EXPECT_EQ(profile.rest, support::unknown);
    EXPECT_EQ(profile.remembered, nullptr);
}

}  // namespace
}  // namespace ftpfs::ftp
