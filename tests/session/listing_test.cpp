#include "session_fixture.hpp"

namespace ftpfs::test {
namespace {

const std::vector<std::string> with_mlsd{"MLST type*;size*;modify*;"};
constexpr auto one_fact = "type=file;size=3;modify=20260304091702; a\r\n";
constexpr auto one_line = "-rw-r--r--   1 bob  staff  3 Mar  4  2025 a\r\n";
constexpr auto hidden_line = "-rw-r--r--   1 bob  staff  9 Mar  4  2025 .hidden\r\n";

std::vector<std::string> names(const remote::listing& listed)
{
    std::vector<std::string> all;
    for (const auto& entry : listed.entries) {
        all.push_back(entry.name.str());
    }
    return all;
}

std::vector<std::string> only(const char* name)
{
    return std::vector<std::string>(1, name);
}

class session_listing : public session_fixture {
protected:
    // So often, and the session is as good as before.
    void shows_a_in_the_root(int times = 1)
    {
        with_session([times](session& opened) -> awaitable<> {
            for (int i = 0; i < times; ++i) {
                const auto listed = co_await opened.list(path("/"));
                CO_REQUIRE(listed);
                EXPECT_EQ(names(*listed), only("a"));
                EXPECT_TRUE(opened.check());
            }
        });
    }
};

TEST_F(session_listing, enters_the_directory_once_for_several_listings)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("CWD /a b", "250 ok");
        co_await control.transfer("MLSD", one_fact);
        co_await control.transfer("MLSD", one_fact);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        for (int i = 0; i < 2; ++i) {
            const auto listed = co_await opened.list(path("/a b"));
            CO_REQUIRE(listed);
            EXPECT_EQ(names(*listed), only("a"));
            EXPECT_TRUE(listed->complete);
        }
    });
    EXPECT_EQ(profile.mlsd, support::works);
}

TEST_F(session_listing, reports_a_missing_directory_by_the_words_of_cwd)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("CWD /x", "550 /x: No such file or directory");
        co_await control.expect("CWD /y", "550 Failed to change directory.");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto missing = co_await opened.list(path("/x"));
        EXPECT_TRUE(!missing && missing.error() == errc::not_found);
        const auto ambiguous = co_await opened.list(path("/y"));
        EXPECT_TRUE(!ambiguous && ambiguous.error().code == make_reply_error(550));
        EXPECT_FALSE(opened.lost());
    });
}

TEST_F(session_listing, uses_list_for_good_when_mlsd_is_announced_but_refused)
{
    settings.hidden = ftp::hidden_files::off;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto unused = co_await control.expect_epsv();
        co_await control.expect("MLSD", "500 Unknown command");
        co_await control.transfer("LIST", one_line);
        co_await control.transfer("LIST", one_line);
        co_await control.expect_end();
    });
    shows_a_in_the_root(2);
    EXPECT_EQ(profile.mlsd, support::refused);
    EXPECT_EQ(profile.dialect, proto::dialect::unix_ls);
}

TEST_F(session_listing, uses_list_when_answers_to_mlsd_cannot_be_read)
{
    settings.hidden = ftp::hidden_files::off;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.transfer("MLSD", one_line);
        co_await control.transfer("LIST", one_line);
        co_await control.expect_end();
    });
    shows_a_in_the_root();
}

TEST_F(session_listing, believes_an_empty_mlsd_answer)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.transfer("MLSD", "");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        CO_REQUIRE(listed);
        EXPECT_TRUE(listed->entries.empty());
        EXPECT_TRUE(listed->complete);
    });
    EXPECT_EQ(profile.mlsd, support::unknown);
}

TEST_F(session_listing, is_incomplete_when_pure_ftpd_says_it_was_truncated)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.transfer("MLSD", one_fact, "226-Output truncated to 10000 matches\r\n226 Options: -l");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        CO_REQUIRE(listed);
        EXPECT_FALSE(listed->complete);
    });
}

TEST_F(session_listing, accepts_125_and_250_around_the_data)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLSD", "125 List started");
        co_await data.send(one_fact);
        data.close();
        co_await control.say("250 List completed");
        co_await control.expect_end();
    });
    shows_a_in_the_root();
}

TEST_F(session_listing, accepts_a_226_that_comes_before_the_data_and_without_a_150)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLSD", "226 done");
        co_await data.send(one_fact);
        data.close();
        co_await control.expect_end();
    });
    shows_a_in_the_root();
}

TEST_F(session_listing, fails_when_the_server_says_that_it_failed)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.transfer("MLSD", one_fact, "426 Failure writing network stream.");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        EXPECT_TRUE(!listed && listed.error().code == make_reply_error(426));
        EXPECT_FALSE(opened.lost());
    });
}

TEST_F(session_listing, fails_when_the_data_is_reset_whatever_the_reply)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLSD", "150 here");
        co_await data.send(one_fact);
        data.reset();
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        EXPECT_TRUE(!listed && listed.error() == errc::connection_lost);
        EXPECT_FALSE(opened.lost());
    });
}

struct empty_answer {
    const char* name;
    const char* verdict;
};

class session_listing_empty : public session_fixture, public testing::WithParamInterface<empty_answer> {};

TEST_P(session_listing_empty, is_no_error)
{
    settings.hidden = ftp::hidden_files::off;
    server.add([verdict = std::string{GetParam().verdict}](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        auto unused = co_await control.expect_epsv();
        co_await control.expect("LIST", verdict);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        CO_REQUIRE(listed);
        EXPECT_TRUE(listed->entries.empty());
    });
}

INSTANTIATE_TEST_SUITE_P(answers, session_listing_empty,
                         testing::Values(empty_answer{"s450", "450 No files"},
                                         empty_answer{"s550", "550 No files found."}),
                         [](const auto& one) { return std::string{one.param.name}; });

TEST_F(session_listing, reports_a_directory_that_may_be_entered_but_not_read)
{
    settings.hidden = ftp::hidden_files::off;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.transfer("LIST", "ls: .: Permission denied\r\n");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        EXPECT_TRUE(!listed && listed.error() == errc::permission_denied);
    });
}

TEST_F(session_listing, asks_for_hidden_files_once_that_proved_to_show_more)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.transfer("LIST", one_line);
        co_await control.transfer("LIST -a", std::string{one_line} + hidden_line);
        co_await control.transfer("LIST -a", std::string{one_line} + hidden_line);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        for (int i = 0; i < 2; ++i) {
            const auto listed = co_await opened.list(path("/"));
            CO_REQUIRE(listed);
            EXPECT_EQ(listed->entries.size(), 2U);
        }
    });
    EXPECT_EQ(profile.list_all, support::works);
}

TEST_F(session_listing, stops_asking_for_hidden_files_where_the_option_is_taken_for_a_name)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.transfer("LIST", one_line);
        co_await control.transfer("LIST -a", "");
        co_await control.transfer("LIST", one_line);
        co_await control.expect_end();
    });
    shows_a_in_the_root(2);
    EXPECT_EQ(profile.list_all, support::refused);
}

TEST_F(session_listing, stops_asking_for_hidden_files_where_the_option_is_an_error)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.transfer("LIST", one_line);
        auto unused = co_await control.expect_epsv();
        co_await control.expect("LIST -a", "550 No such file or directory.");
        co_await control.expect_end();
    });
    shows_a_in_the_root();
    EXPECT_EQ(profile.list_all, support::refused);
}

TEST_F(session_listing, shows_link_targets_by_list_although_mlsd_works)
{
    settings.hidden = ftp::hidden_files::off;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.transfer("LIST", "lrwxrwxrwx   1 bob  staff  4 Mar  4  2025 l -> a b\r\n");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list_with_links(path("/"));
        CO_REQUIRE(listed);
        EXPECT_EQ(names(*listed), only("l"));
        if (!listed->entries.empty()) {
            EXPECT_EQ(listed->entries[0].attributes.link_target, "a b");
        }
    });
}

TEST_F(session_listing, asks_what_names_are_where_there_is_nothing_else)
{
    settings.hidden = ftp::hidden_files::off;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("CWD /d", "250 ok");
        co_await control.transfer("LIST", "file\r\nfolder\r\nneither\r\n");
        co_await control.expect("SIZE /d/file", "213 5");
        co_await control.expect("MDTM /d/file", "213 20260304091702");
        co_await control.expect("SIZE /d/folder", "550 not a plain file");
        co_await control.expect("CWD /d/folder", "250 ok");
        co_await control.expect("SIZE /d/neither", "550 no");
        co_await control.expect("CWD /d/neither", "550 no");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/d"));
        CO_REQUIRE(listed);
        std::vector<file_kind> kinds;
        for (const auto& entry : listed->entries) {
            kinds.push_back(entry.attributes.kind);
        }
        const std::vector<file_kind> expected{file_kind::regular, file_kind::directory, file_kind::unknown};
        EXPECT_EQ(kinds, expected);
        EXPECT_EQ(listed->entries.empty() ? std::nullopt : listed->entries[0].attributes.size, 5U);
    });
}

TEST_F(session_listing, reads_STAT_where_it_is_told_to)
{
    settings.listing = ftp::listing_mode::stat;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("CWD /d", "250 ok");
        co_await control.expect("STAT .", std::string{"213-Status follows:\r\n"} + one_line + hidden_line +
                                              "drwxr-xr-x   2 bob  staff  9 Mar  4  2025 .\r\n213 End of status");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect("STAT .", "213 nothing");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect("STAT .", "550 Permission denied");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/d"));
        CO_REQUIRE(listed);
        const std::vector<std::string> expected{"a", ".hidden"};
        EXPECT_EQ(names(*listed), expected);
        const auto empty = co_await opened.list(path("/d"));
        CO_REQUIRE(empty);
        EXPECT_TRUE(empty->entries.empty());
        const auto refused = co_await opened.list(path("/d"));
        EXPECT_TRUE(!refused && refused.error() == errc::permission_denied);
        EXPECT_FALSE(opened.lost());
    });
}

TEST_F(session_listing, gives_the_session_up_where_a_name_ends_the_answer_to_STAT)
{
    settings.listing = ftp::listing_mode::stat;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("STAT .", std::string{"213-Status follows:\r\n"} + one_line +
                                              "-rw-r--r--   1 bob  staff  3 Mar  4  2025 x\r\n213 End\r\n213 End");
        co_await control.stay_silent();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        EXPECT_FALSE(listed);
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_listing, asks_for_the_links_that_MLSD_leaves_out)
{
    settings.hidden = ftp::hidden_files::off;
    server.add([](scripted_control& control) -> awaitable<> {
        control.answer_login(with_mlsd);
        co_await control.say("220 ProFTPD Server ready.");
        co_await control.transfer("MLSD", one_fact);
        co_await control.transfer("MLSD",
                                  std::string{one_fact} + "type=OS.unix=symlink;size=3;modify=20260304091702; l\r\n");
        co_await control.transfer("LIST", std::string{one_line} +
                                              "lrwxrwxrwx   1 bob  staff  4 Mar  4  2025 l -> a b\r\n" +
                                              "lrwxrwxrwx   1 bob  staff  4 Mar  4  2025 dangling -> none\r\n");
        co_await control.transfer("MLSD", "type=OS.unix=symlink;size=3;modify=20260304091702; l\r\n");
        const auto unused = co_await control.expect_epsv();
        co_await control.expect("LIST", "550 no");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto plain = co_await opened.list(path("/"));
        CO_REQUIRE(plain);
        EXPECT_EQ(names(*plain), only("a"));
        const auto with_link = co_await opened.list(path("/"));
        CO_REQUIRE(with_link);
        const std::vector<std::string> expected{"a", "l", "dangling"};
        EXPECT_EQ(names(*with_link), expected);
        if (with_link->entries.size() == 3) {
            EXPECT_EQ(with_link->entries[0].attributes.modified.source, time_source::fact);
            EXPECT_EQ(with_link->entries[1].attributes.link_target, "a b");
            EXPECT_EQ(with_link->entries[2].attributes.link_target, "none");
        }
        const auto refused = co_await opened.list(path("/"));
        CO_REQUIRE(refused);
        EXPECT_EQ(names(*refused), only("l"));
    });
}

}  // namespace
}  // namespace ftpfs::test
