// What the pool lets idle sessions do ahead of need.
#include "ftp_remote_fixture.hpp"

namespace ftpfs::test {
namespace {

class ftp_remote_ahead : public ftp_remote_fixture {
public:
    ftp_remote_ahead()
    {
        settings.armed = true;
        settings.connections = 1;
    }

    awaitable<> list_well(ftp::ftp_remote& remote, std::string directory)
    {
        const auto listed = co_await remote.list(path(directory));
        EXPECT_EQ(outcome(listed), "ok");
    }

    awaitable<> armed_so_often(std::size_t count)
    {
        const bool came = co_await comes_true([&] { return count_commands("EPSV") == count; });
        EXPECT_TRUE(came);
    }
};

TEST_F(ftp_remote_ahead, arms_a_session_that_comes_back)
{
    server.add(small_server{});
    play([&](ftp::ftp_remote& remote) -> awaitable<> {
        co_await list_well(remote, "/");
        co_await armed_so_often(2);
        auto opened = co_await open(remote, "/name");
        EXPECT_EQ(count_commands("EPSV"), 2U);
        opened.reset();
        co_await armed_so_often(3);
    });
}

TEST_F(ftp_remote_ahead, arms_nothing_while_somebody_waits)
{
    server.add(small_server{});
    play([&](ftp::ftp_remote& remote) -> awaitable<> {
        const auto outcomes = co_await list_at_once(remote, 3);
        EXPECT_EQ(outcomes, std::vector<std::string>(3, "ok"));
        EXPECT_EQ(count_commands("EPSV"), 3U);
        co_await armed_so_often(4);
    });
}

TEST_F(ftp_remote_ahead, arms_a_session_once)
{
    server.add(small_server{});
    play([&](ftp::ftp_remote& remote) -> awaitable<> {
        co_await list_well(remote, "/");
        co_await armed_so_often(2);
        for (int i = 0; i < 3; ++i) {
            const auto seen = co_await remote.stat(path("/name"));
            EXPECT_EQ(outcome(seen), "ok");
        }
        EXPECT_EQ(count_commands("EPSV"), 2U);
    });
}

TEST_F(ftp_remote_ahead, replaces_a_session_that_ends_meanwhile_without_a_word)
{
    int asked = 0;
    auto hang_up = [&asked](scripted_control& control, std::string command) -> awaitable<bool> {
        const bool ends = command == "EPSV" && ++asked == 2;
        if (ends) {
            control.reset();
        }
        co_return ends;
    };
    server.add(small_server{hang_up});
    server.add(small_server{});
    play([&](ftp::ftp_remote& remote) -> awaitable<> {
        co_await list_well(remote, "/");
        co_await list_well(remote, "/");
    });
    EXPECT_EQ(logged.str().find("warning"), std::string::npos);
}

TEST_F(ftp_remote_ahead, says_goodbye_in_the_middle_of_it)
{
    server.add(small_server{});
    play([&](ftp::ftp_remote& remote) -> awaitable<> {
        co_await list_well(remote, "/");
        co_await armed_so_often(2);  // the server has read it; its reply is still to come
    });
    EXPECT_EQ(server.commands().back(), "QUIT");
}

TEST_F(ftp_remote_ahead, finds_out_by_itself_whether_a_server_reads_on)
{
    settings.pipelining = true;
    settings.armed = false;
    server.add(small_server{});
    play([&](ftp::ftp_remote& remote) -> awaitable<> {
        co_await list_well(remote, "/");
        const bool probed = co_await comes_true([&] { return count_commands("NOOP") == 2; });
        EXPECT_TRUE(probed);
        co_await list_well(remote, "/d");
        const auto seen = co_await remote.stat(path("/name"));  // proves MLST
        EXPECT_EQ(outcome(seen), "ok");
        const auto opened = co_await open(remote, "/name");
    });
    EXPECT_EQ(count_commands("NOOP"), 2U);
}

}  // namespace
}  // namespace ftpfs::test
