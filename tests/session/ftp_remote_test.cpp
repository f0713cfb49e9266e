// What the operations ask for, and what their failures say.
#include "ftp_remote_fixture.hpp"

namespace ftpfs::test {
namespace {

class ftp_remote_test : public ftp_remote_fixture {};

using strings = std::vector<std::string>;

// A server without MLSD and MLST that says "550 Failed." to everything about files, as vsftpd does, and shows
// these lines to LIST in "/".
class mute_script {
public:
    explicit mute_script(std::string listing) : listing_{std::move(listing)} {}

    awaitable<> operator()(scripted_control& control)
    {
        co_await control.greet();
        auto data = std::make_shared<std::unique_ptr<scripted_data>>();
        small_server server{[data, listing = listing_](scripted_control& c, std::string command) -> awaitable<bool> {
            if (command == "EPSV") {
                *data = std::make_unique<scripted_data>(c.listen());
                co_await c.say("229 Entering Extended Passive Mode " + (*data)->epsv_text());
                co_return true;
            }
            if (command.starts_with("LIST")) {
                co_await c.say("150 here it comes");
                co_await (*data)->send(listing);
                (*data)->close();
                co_await c.say("226 done");
                co_return true;
            }
            const bool unknown = command.starts_with("ML");
            const bool refused = command.starts_with("SIZE") || command.starts_with("RETR") ||
                                 (command.starts_with("CWD") && command != "CWD /");
            if (unknown) {
                co_await c.say("500 Unknown command.");
            } else if (refused) {
                co_await c.say("550 Failed.");
            }
            co_return unknown || refused;
        }};
        co_await server.serve(control);
    }

private:
    std::string listing_;
};

constexpr auto unix_listing = "drwxr-xr-x    2 0        0            4096 Jan 01  2024 directory\r\n"
                              "-rw-r--r--    1 0        0               3 Jan 01  2024 file\r\n"
                              "lrwxrwxrwx    1 0        0               4 Jan 01  2024 link -> file\r\n";

TEST_F(ftp_remote_test, reads_below_the_directory_the_login_lands_in)
{
    settings.root = path("/sub");
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(std::vector<std::string>(1, "MLST type*;"));
        control.answer("PWD", "257 \"/home/bob\"");
        small_server rest;
        co_await rest.serve(control);
    });
    play([](ftp::ftp_remote& remote) -> awaitable<> { EXPECT_EQ(outcome(co_await remote.list(path("/d"))), "ok"); });
    EXPECT_EQ(count_commands("CWD /home/bob/sub/d"), 1u);
}

TEST_F(ftp_remote_test, reads_below_a_given_absolute_root_whatever_the_login_directory)
{
    settings.root = path("/srv");
    settings.root_given = true;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(std::vector<std::string>(1, "MLST type*;"));
        control.answer("PWD", "257 \"/home/bob\"");
        small_server rest;
        co_await rest.serve(control);
    });
    play([](ftp::ftp_remote& remote) -> awaitable<> { EXPECT_EQ(outcome(co_await remote.stat(path("/f"))), "ok"); });
    EXPECT_EQ(count_commands("MLST /srv/f"), 1u);
}

TEST_F(ftp_remote_test, reads_a_file_to_its_end_and_gives_the_session_back)
{
    server.add(small_server{});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        const auto file = co_await open(remote, "/f");
        EXPECT_EQ(remote.counters().busy, 1u);
        EXPECT_EQ(file->version().size, 3u);
        std::array<std::byte, 10> buffer{};
        std::size_t total = 0;
        for (std::size_t more = 1; more > 0; total += more) {
            const auto count = co_await file->read_some(buffer);
            EXPECT_EQ(outcome(count), "ok");
            more = count ? *count : 0;
        }
        EXPECT_EQ(total, 3u);
        EXPECT_EQ(remote.counters().busy, 0u);
        const auto again = co_await file->read_some(buffer);
        EXPECT_TRUE(again && *again == 0);
        EXPECT_EQ(remote.counters().bytes_received, 3u);
    });
    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(ftp_remote_test, settles_a_bare_550_to_RETR_by_listing_the_parent)
{
    server.add(mute_script{unix_listing});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        strings outcomes;
        for (const auto* name : {"/missing", "/directory", "/file"}) {
            remote::download_request request{path(name)};
            const auto opened = co_await remote.open_download(std::move(request));
            outcomes.push_back(outcome(opened));
            if (!opened) {
                EXPECT_NE(opened.error().detail.find("550 Failed."), std::string::npos) << opened.error().detail;
            }
        }
        EXPECT_EQ(outcomes,
                  (strings{words(errc::not_found), words(errc::is_a_directory), words(errc::permission_denied)}));
    });
    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(ftp_remote_test, settles_a_bare_550_to_CWD_by_listing_the_parent)
{
    server.add(mute_script{unix_listing});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        strings outcomes;
        for (const auto* name : {"/missing", "/directory", "/file"}) {
            const auto listed = co_await remote.list(path(name));
            outcomes.push_back(outcome(listed));
        }
        EXPECT_EQ(outcomes,
                  (strings{words(errc::not_found), words(errc::permission_denied), words(errc::not_a_directory)}));
    });
}

TEST_F(ftp_remote_test, takes_attributes_from_the_parents_listing_without_MLST)
{
    server.add(mute_script{unix_listing});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        const auto file = co_await remote.stat(path("/file"));
        EXPECT_EQ(outcome(file), "ok");
        EXPECT_TRUE(file && file->kind == file_kind::regular && file->size == 3u);
        const auto link = co_await remote.stat(path("/link"));
        EXPECT_TRUE(link && link->kind == file_kind::symlink && link->link_target == "file");
        const auto directory = co_await remote.stat(path("/directory"));
        EXPECT_TRUE(directory && directory->kind == file_kind::directory);
        const auto missing = co_await remote.stat(path("/missing"));
        EXPECT_EQ(outcome(missing), words(errc::not_found));
        const auto below_missing = co_await remote.stat(path("/missing/deeper"));
        EXPECT_EQ(outcome(below_missing), words(errc::not_found));
        const auto root = co_await remote.stat(path("/"));
        EXPECT_TRUE(root && root->kind == file_kind::directory);
    });
}

// LIST without -a hides it: its absence proves nothing.
TEST_F(ftp_remote_test, does_not_call_a_dot_file_missing_because_LIST_hides_it)
{
    settings.hidden = ftp::hidden_files::off;
    server.add(mute_script{unix_listing});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        const auto hidden = co_await remote.stat(path("/.hidden"));
        EXPECT_TRUE(!hidden && hidden.error().code == make_reply_error(550));
    });
}

TEST_F(ftp_remote_test, reads_all_links_of_a_directory_with_one_listing)
{
    settings.hidden = ftp::hidden_files::off;
    server.add(mute_script{unix_listing});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        const auto link = co_await remote.read_link(path("/link"));
        EXPECT_EQ(outcome(link), "ok");
        EXPECT_TRUE(link && *link == "file");
        EXPECT_EQ(outcome(co_await remote.read_link(path("/link"))), "ok");
        EXPECT_EQ(outcome(co_await remote.read_link(path("/missing"))), words(errc::not_found));
        EXPECT_EQ(outcome(co_await remote.read_link(path("/file"))), words(errc::version_changed));
    });
    EXPECT_EQ(count_commands("LIST"), 1u);
}

TEST_F(ftp_remote_test, refuses_a_download_of_another_version_without_a_second_try)
{
    server.add(small_server{});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        remote::download_request request{path("/f")};
        file_version other;
        other.size = 4;
        request.expected = other;
        EXPECT_EQ(outcome(co_await remote.open_download(std::move(request))), words(errc::version_changed));
    });
    EXPECT_EQ(counted.retries, 0u);
    EXPECT_EQ(count_commands("RETR /f"), 0u);
}

TEST_F(ftp_remote_test, connects_to_a_root_that_is_a_directory)
{
    server.add(small_server{[](scripted_control& control, std::string command) -> awaitable<bool> {
        if (command == "MLST /") {
            co_await control.say("250-facts\r\n type=dir;modify=20240101000000; /\r\n250 end");
            co_return true;
        }
        co_return false;
    }});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        const auto summary = co_await remote.connect();
        EXPECT_EQ(outcome(summary), "ok");
        EXPECT_TRUE(summary && summary->root == path("/") && summary->system.find("UNIX") != std::string::npos);
    });
    EXPECT_EQ(counted.logins, 1u);
}

TEST_F(ftp_remote_test, says_that_the_root_is_missing_or_no_directory)
{
    for (const auto& [root, expected] : {std::pair{"/missing", errc::not_found},
                                         {"/file", errc::not_a_directory},
                                         {"/directory", errc::permission_denied}}) {
        settings.root = path(root);
        settings.root_given = true;
        server.add(mute_script{unix_listing});
        const auto want = words(expected);
        play([want](ftp::ftp_remote& remote) -> awaitable<> { EXPECT_EQ(outcome(co_await remote.connect()), want); });
    }
}

TEST_F(ftp_remote_test, keeps_the_session_of_a_read_that_goes_on_when_its_download_is_destroyed)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(std::vector<std::string>(1, "MLST type*;size*;"));
        co_await control.expect("MLST /f", "250-facts\r\n type=file;size=6; /f\r\n250 end");
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150 here it comes");
        co_await data.accept();
        co_await data.send("abc");
        co_await data.send("def");
        data.close();
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        auto file = co_await open(remote, "/f");
        auto buffer = std::make_shared<std::array<std::byte, 3>>();
        auto read = [](awaitable<result<std::size_t>> reading,
                       std::shared_ptr<std::array<std::byte, 3>>) -> awaitable<> {
            EXPECT_EQ(outcome(co_await std::move(reading)), "ok");
        };
        tasks.spawn(read(file->read_some(*buffer), buffer));
        file.reset();
        co_await tasks.join();
        auto& left = remote;
        EXPECT_TRUE(co_await comes_true([&left] { return left.counters().busy == 0; }));
    });
}

}  // namespace
}  // namespace ftpfs::test
