#include "session_fixture.hpp"

#include "ftpfs/async/task_group.hpp"

#include <boost/asio/post.hpp>

namespace ftpfs::test {
namespace {

// Lets the loop deliver what was sent to the client; bounded, and enough on the loopback.
awaitable<bool> soon_fails_check(session& idle)
{
    for (int i = 0; i < 100'000; ++i) {
        if (!idle.check()) {
            co_return true;
        }
        co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
    }
    co_return false;
}

class session_idle : public session_fixture {};

TEST_F(session_idle, notices_an_unsolicited_421_although_the_server_stays)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("NOOP", "200 ok");
        co_await control.say("421 Passive data channel timed out.");
        co_await control.stay_silent();
    });
    with_session([](session& opened) -> awaitable<> {
        CO_REQUIRE(co_await opened.ping());
        EXPECT_TRUE(co_await soon_fails_check(opened));
        EXPECT_TRUE(opened.lost());
        const auto pinged = co_await opened.ping();
        EXPECT_TRUE(!pinged && pinged.error() == errc::connection_lost);
    });
}

TEST_F(session_idle, notices_that_the_server_closed)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("NOOP", "200 ok");
        control.close();
    });
    with_session([](session& opened) -> awaitable<> {
        CO_REQUIRE(co_await opened.ping());
        EXPECT_TRUE(co_await soon_fails_check(opened));
        const auto listed = co_await opened.list(path("/"));
        EXPECT_TRUE(!listed && listed.error() == errc::connection_lost);
    });
}

TEST_F(session_idle, notices_a_reset_of_the_connection)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("NOOP");
        control.reset();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto pinged = co_await opened.ping();
        EXPECT_TRUE(!pinged && pinged.error() == errc::connection_lost);
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_idle, takes_a_command_without_an_answer_for_the_end)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("NOOP");
        co_await control.stay_silent();
    });
    settings.timeout = std::chrono::milliseconds{100};
    with_session([](session& opened) -> awaitable<> {
        const auto pinged = co_await opened.ping();
        EXPECT_TRUE(!pinged && pinged.error() == errc::timed_out);
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_idle, takes_words_that_are_no_reply_for_the_end)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("NOOP", "what?");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto pinged = co_await opened.ping();
        EXPECT_TRUE(!pinged && pinged.error() == errc::protocol_violation);
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_idle, takes_the_dying_words_of_vsftpd_for_the_end)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("CWD /d", "500 OOPS: child died");
        control.close();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/d"));
        EXPECT_FALSE(listed);
        EXPECT_TRUE(opened.lost());
    });
}

awaitable<> ping_into(session& opened, result<>& ended)
{
    ended = co_await opened.ping();
}

TEST_F(session_idle, is_lost_when_an_operation_is_cancelled_midway)
{
    async::task_group group{loop.get_executor()};
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("NOOP");
        group.cancel();
        co_await control.stay_silent();
    });
    with_session([&](session& opened) -> awaitable<> {
        result<> ended;
        group.spawn(ping_into(opened, ended));
        co_await group.join();
        EXPECT_TRUE(!ended && ended.error() == errc::cancelled);
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_idle, says_goodbye)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("QUIT", "221 Goodbye");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.quit();
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_idle, waits_for_no_answer_to_a_goodbye)
{
    settings.timeout = std::chrono::milliseconds{100};
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("QUIT");
        co_await control.stay_silent();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.quit();
        EXPECT_TRUE(opened.lost());
    });
}

}  // namespace
}  // namespace ftpfs::test
