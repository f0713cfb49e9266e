#include "ftpfs/ftp/server_profile.hpp"

#include <gtest/gtest.h>

namespace ftpfs::ftp {
namespace {

proto::reply answer(int code, std::string text = "text")
{
    return proto::reply{code, std::vector<std::string>(1, std::move(text))};
}

TEST(server_profile, knows_pure_ftpd_by_its_greeting)
{
    server_profile profile;
    note_login(profile, "---------- Welcome to Pure-FTPd [privsep] [TLS] ----------", proto::feature_set{}, "");
    EXPECT_EQ(profile.abort, abort_style::abor_first);
}

TEST(server_profile, announces_transfers_where_that_is_needed)
{
    proto::reply feat{211, {"Extensions supported:", " PRET", " EPSV", "End."}};
    const proto::feature_set features{feat};
    server_profile drftpd;
    note_login(drftpd, "DrFTPD 4.0.5 http://drftpd.org", features, "");
    EXPECT_EQ(drftpd.pret, support::works);
    server_profile pure;
    note_login(pure, "---------- Welcome to Pure-FTPd [privsep] [TLS] ----------", features, "");
    EXPECT_NE(pure.pret, support::works) << "data connections are opened ahead of need there";
}

TEST(server_profile, closes_first_to_abort_on_unknown_servers)
{
    server_profile profile;
    note_login(profile, "(vsFTPd 3.0.3)", proto::feature_set{}, "");
    EXPECT_EQ(profile.abort, abort_style::close_first);
}

TEST(server_profile, pipelines_only_with_servers_it_knows)
{
    for (const auto* greeting : {"(vsFTPd 3.0.3)", "ProFTPD Server", "Welcome to Pure-FTPd", "pyftpdlib 1.5.7 ready.",
                                 "FTP server (GNU inetutils 2.4) ready.", "FileZilla Server 1.8.0"}) {
        server_profile profile;
        note_login(profile, greeting, proto::feature_set{}, "");
        EXPECT_EQ(profile.pipelining, support::works) << greeting;
    }
    server_profile profile;
    note_login(profile, "Microsoft FTP Service", proto::feature_set{}, "");
    EXPECT_EQ(profile.pipelining, support::unknown);
    profile.pipelining = support::refused;
    note_login(profile, "(vsFTPd 3.0.3)", proto::feature_set{}, "");
    EXPECT_EQ(profile.pipelining, support::refused);
}

TEST(server_profile, asks_behind_transfers_only_where_it_was_tried)
{
    for (const auto* greeting : {"(vsFTPd 3.0.3)", "ProFTPD Server", "FTP server (GNU inetutils 2.4) ready."}) {
        server_profile profile;
        note_login(profile, greeting, proto::feature_set{}, "");
        EXPECT_EQ(profile.queueing, support::works) << greeting;
        profile.queueing = support::refused;
        note_login(profile, greeting, proto::feature_set{}, "");
        EXPECT_EQ(profile.queueing, support::refused) << greeting;
    }
    for (const auto* greeting : {"Welcome to Pure-FTPd", "pyftpdlib 1.5.7 ready.", "FileZilla Server 1.8.0", "hello"}) {
        server_profile profile;
        note_login(profile, greeting, proto::feature_set{}, "");
        EXPECT_EQ(profile.queueing, support::unknown) << greeting;
    }
}

TEST(server_profile, knows_who_answers_in_the_middle_of_a_transfer)
{
    server_profile profile;
    note_login(profile, "ProFTPD Server (Debian)", proto::feature_set{}, "");
    EXPECT_TRUE(profile.reads_in_transfers);
    note_login(profile, "(vsFTPd 3.0.3)", proto::feature_set{}, "");
    EXPECT_FALSE(profile.reads_in_transfers);
}

TEST(server_profile, gives_up_opening_data_connections_ahead_after_two_failures_in_a_row)
{
    server_profile profile;
    note_armed(profile, false);
    note_armed(profile, true);
    note_armed(profile, false);
    EXPECT_EQ(profile.armed, support::works);
    note_armed(profile, false);
    EXPECT_EQ(profile.armed, support::refused);
}

TEST(server_profile, does_not_try_mlsd_and_mlst_where_they_are_not_announced)
{
    server_profile profile;
    note_login(profile, "hello", proto::feature_set{}, "UNIX Type: L8");
    EXPECT_EQ(profile.mlsd, support::refused);
    EXPECT_EQ(profile.mlst, support::refused);
    EXPECT_EQ(profile.size, support::unknown);
    EXPECT_EQ(profile.epsv, support::unknown);
    EXPECT_EQ(profile.system, "UNIX Type: L8");
}

TEST(server_profile, keeps_what_was_learned_when_another_session_logs_in)
{
    const proto::feature_set features{proto::reply{211, {"Features:", " MLST type*;size*;", "End"}}};
    server_profile profile;
    profile.mlsd = support::refused;
    profile.mlst = support::works;
    note_login(profile, "hello", features, "");
    EXPECT_EQ(profile.mlsd, support::refused);
    EXPECT_EQ(profile.mlst, support::works);
}

struct note_case {
    int code;
    support before;
    support after;
};

class server_profile_note : public testing::TestWithParam<note_case> {};

TEST_P(server_profile_note, takes_only_unknown_command_for_a_refusal)
{
    auto known = GetParam().before;
    note_answer(known, answer(GetParam().code));
    EXPECT_EQ(known, GetParam().after);
}

INSTANTIATE_TEST_SUITE_P(answers, server_profile_note,
                         testing::Values(note_case{213, support::unknown, support::works},
                                         note_case{350, support::unknown, support::works},
                                         note_case{500, support::works, support::refused},
                                         note_case{502, support::unknown, support::refused},
                                         note_case{504, support::unknown, support::refused},
                                         note_case{501, support::works, support::works},
                                         note_case{550, support::unknown, support::unknown},
                                         note_case{550, support::works, support::works}));

TEST(server_profile, stores_behind_the_end_only_on_servers_known_to_keep_what_is_there)
{
    for (const auto* greeting : {"(vsFTPd 3.0.3)", "Welcome to Pure-FTPd", "pyftpdlib 1.5.7 ready.",
                                 "host FTP server (GNU inetutils 2.4) ready."}) {
        server_profile profile;
        note_login(profile, greeting, proto::feature_set{}, "");
        EXPECT_EQ(profile.store_at_end, support::works) << greeting;
    }
    for (const auto* greeting : {"ProFTPD Server", "Microsoft FTP Service", "hello"}) {
        server_profile profile;
        note_login(profile, greeting, proto::feature_set{}, "");
        EXPECT_EQ(profile.store_at_end, support::unknown) << greeting;
    }
}

TEST(server_profile, trusts_dele_with_directories_only_on_known_servers)
{
    server_profile inetutils;
    note_login(inetutils, "host FTP server (GNU inetutils 2.4) ready.", proto::feature_set{}, "");
    EXPECT_EQ(inetutils.dele_spares_directories, support::unknown);
    server_profile proftpd;
    note_login(proftpd, "ProFTPD Server", proto::feature_set{}, "");
    EXPECT_EQ(proftpd.dele_spares_directories, support::works);
}

TEST(server_profile, takes_a_202_to_a_change_for_no_effect)
{
    auto known = support::unknown;
    EXPECT_TRUE(refused_by(known, answer(202)));
    EXPECT_EQ(known, support::refused);
    known = support::unknown;
    EXPECT_FALSE(refused_by(known, answer(550)));
    EXPECT_EQ(known, support::unknown);
    EXPECT_FALSE(refused_by(known, answer(350)));
    EXPECT_EQ(known, support::works);
}

}  // namespace
}  // namespace ftpfs::ftp
