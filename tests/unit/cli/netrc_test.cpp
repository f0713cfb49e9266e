#include "ftpfs/cli/netrc.hpp"

#include <gmock/gmock.h>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::vector<netrc_entry> parsed(std::string_view text)
{
    auto entries = parse_netrc(text);
    EXPECT_TRUE(entries) << (entries ? "" : entries.error().detail);
    return entries ? *std::move(entries) : std::vector<netrc_entry>{};
}

TEST(netrc, entries_may_be_on_one_line_or_many)
{
    for (const auto* text :
         {"machine h login alice password pw account acc", "machine h\n\tlogin alice\n\tpassword pw\n\taccount acc\n",
          "machine\nh\nlogin\nalice\npassword\npw\naccount\nacc",
          "machine h\r\nlogin alice\r\n"
          "password pw\r\naccount acc\r\n"}) {
        const auto entries = parsed(text);
        ASSERT_THAT(entries, SizeIs(1)) << text;
        EXPECT_EQ(entries[0].machine, "h");
        EXPECT_EQ(entries[0].login, "alice");
        EXPECT_EQ(entries[0].password, secret{"pw"});
        EXPECT_EQ(entries[0].account, "acc");
    }
}

TEST(netrc, quoted_words_keep_blanks_quotes_and_backslashes)
{
    const auto entries = parsed(R"(machine h login "a b" password "say \"x\" \\ #1")");
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_EQ(entries[0].login, "a b");
    EXPECT_EQ(entries[0].password, secret{R"(say "x" \ #1)"});
}

TEST(netrc, passwords_may_begin_with_a_hash_and_look_like_keywords)
{
    EXPECT_EQ(parsed("machine h login a password #1")[0].password, secret{"#1"});
    EXPECT_EQ(parsed("machine h login a password machine")[0].password, secret{"machine"});
}

TEST(netrc, comments_and_macros_are_skipped)
{
    const auto entries = parsed("# machine no login no\n"
                                "machine a login x # behind\n"
                                "macdef init\nmachine trap\ncd /tmp\n\n"
                                "machine b login y\n");
    ASSERT_THAT(entries, SizeIs(2));
    EXPECT_EQ(entries[1].machine, "b");
}

TEST(netrc, an_empty_file_has_no_entries)
{
    EXPECT_THAT(parsed(""), IsEmpty());
    EXPECT_THAT(parsed("\n \t\n# only this"), IsEmpty());
}

TEST(netrc, what_cannot_be_read_is_told_by_line_and_not_repeated)
{
    for (const auto* text : {"machine h\nlogin a password two words", "machine h\nlogin", "login\na", "\ngeheim x"}) {
        const auto entries = parse_netrc(text);
        ASSERT_FALSE(entries) << text;
        EXPECT_THAT(entries.error().detail, HasSubstr("line 2")) << text;
        EXPECT_THAT(entries.error().detail, Not(HasSubstr("words"))) << text;
        EXPECT_THAT(entries.error().detail, Not(HasSubstr("geheim"))) << text;
    }
}

TEST(netrc, every_cut_of_a_file_ends)
{
    const std::string_view text = "machine h login \"a\\\"b\" password p\nmacdef m\nx\n\ndefault login d # c\n";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        static_cast<void>(parse_netrc(text.substr(0, size)));
    }
}

TEST(netrc, the_entry_that_fits_best_is_found)
{
    const auto entries = parsed("machine other login alice password 1\n"
                                "machine h password 2\n"
                                "machine h login bob password 3\n"
                                "machine h login alice password 4\n"
                                "default login alice password 5\n");
    const auto password = [&](std::string_view host, std::optional<std::string> user) {
        const auto* entry = find_entry(entries, host, user);
        return entry ? entry->password->reveal() : "none";
    };
    EXPECT_EQ(password("h", "alice"), "4");
    EXPECT_EQ(password("H", "bob"), "3");
    EXPECT_EQ(password("h", "carol"), "2");
    EXPECT_EQ(password("h", std::nullopt), "2");
    EXPECT_EQ(password("elsewhere", "alice"), "5");
    EXPECT_EQ(password("elsewhere", std::nullopt), "5");
    EXPECT_EQ(password("elsewhere", "bob"), "none");
    EXPECT_EQ(password("hh", "bob"), "none");
}

}  // namespace
}  // namespace ftpfs::cli
