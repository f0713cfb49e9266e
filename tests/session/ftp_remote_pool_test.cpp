// How the operations share the sessions, and what becomes of them when sessions and servers die.
#include "ftp_remote_fixture.hpp"

#include <algorithm>

namespace ftpfs::test {
namespace {

using namespace std::chrono_literals;
using strings = std::vector<std::string>;
using clock = std::chrono::steady_clock;

class ftp_remote_pool_test : public ftp_remote_fixture {
public:
    // Two listings and more at a time need more sessions than the server gives.
    void expect_one_session_for_all()
    {
        play([this](ftp::ftp_remote& remote) -> awaitable<> {
            EXPECT_EQ(outcome(co_await remote.list(path("/first"))), "ok");
            const auto outcomes = co_await list_at_once(remote, 3);
            EXPECT_EQ(outcomes, strings(3, "ok"));
        });
        EXPECT_EQ(counted.limit, 1u);
        EXPECT_EQ(counted.logins, 1u);
        const auto text = logged.str();
        const auto warning = text.find("warning: 127.0.0.1 allows only 1 session at the moment");
        EXPECT_NE(warning, text.npos) << text;
        EXPECT_EQ(text.find("warning", warning + 1), text.npos) << text;
    }
};

// Sends a file of this size as far as somebody takes it, then says what servers say when nobody does.
small_server::interceptor endless_file(std::function<awaitable<>()> before_last_word = {})
{
    auto data = std::make_shared<std::unique_ptr<scripted_data>>();
    return [data, before_last_word](scripted_control& control, std::string command) -> awaitable<bool> {
        if (command == "EPSV") {
            *data = std::make_unique<scripted_data>(control.listen());
            co_await control.say("229 Entering Extended Passive Mode " + (*data)->epsv_text());
            co_return true;
        }
        if (command == "MLST /endless") {
            co_await control.say("250-facts\r\n type=file;size=100000000000; /endless\r\n250 end");
            co_return true;
        }
        if (command == "RETR /endless") {
            co_await control.say("150 here it comes");
            co_await (*data)->flood(100'000'000'000);
            (*data)->close();
            if (before_last_word) {
                co_await before_last_word();
            }
            co_await control.say("426 Failure writing network stream.");
            co_return true;
        }
        if (command == "MLSD") {
            co_await control.say("150 here it comes");
            co_await (*data)->send("type=file;size=3; name\r\n");
            (*data)->close();
            co_await control.say("226 done");
            co_return true;
        }
        co_return false;
    };
}

TEST_F(ftp_remote_pool_test, learns_the_limit_from_a_421_greeting)
{
    server.add(small_server{});
    server.otherwise([](scripted_control& control) -> awaitable<> {
        co_await control.say("421 There are too many connections from your internet address.");
    });
    expect_one_session_for_all();
}

TEST_F(ftp_remote_pool_test, learns_the_limit_from_a_530_at_PASS)
{
    server.add(small_server{});
    server.otherwise([](scripted_control& control) -> awaitable<> {
        control.answer_login();
        control.answer("PASS", "530 Login incorrect.");
        co_await control.say("220 ready");
        co_await control.expect_end();
    });
    expect_one_session_for_all();
}

TEST_F(ftp_remote_pool_test, learns_the_limit_from_an_end_of_file_without_a_greeting)
{
    server.add(small_server{});
    server.otherwise([](scripted_control& control) -> awaitable<> {
        control.close();
        co_return;
    });
    expect_one_session_for_all();
}

TEST_F(ftp_remote_pool_test, serves_ten_listings_with_two_sessions)
{
    settings.connections = 2;
    server.otherwise(small_server{});
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        const auto outcomes = co_await list_at_once(remote, 10);
        EXPECT_EQ(outcomes, strings(10, "ok"));
        EXPECT_EQ(remote.counters().busy, 0u);
    });
    EXPECT_EQ(server.connections(), 2u);
    EXPECT_EQ(counted.sessions, 2u);
    EXPECT_GT(count_commands("MLSD"), 9u);
}

TEST_F(ftp_remote_pool_test, opens_a_second_session_only_when_the_first_is_busy)
{
    server.otherwise(small_server{});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        for (int i = 0; i < 5; ++i) {
            EXPECT_EQ(outcome(co_await remote.list(path("/d"))), "ok");
        }
    });
    EXPECT_EQ(server.connections(), 1u);
    EXPECT_EQ(count_commands("CWD /d"), 1u);
}

// 421 Timeout: the idle session died, and the first to notice is the next operation.
TEST_F(ftp_remote_pool_test, repeats_an_operation_once_when_the_idle_session_answers_421)
{
    server.add(small_server{[](scripted_control& control, std::string command) -> awaitable<bool> {
        if (command == "CWD /second") {
            co_await control.say("421 Timeout.");
            control.close();
        }
        co_return command == "CWD /second";
    }});
    server.add(small_server{});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        EXPECT_EQ(outcome(co_await remote.list(path("/first"))), "ok");
        EXPECT_EQ(outcome(co_await remote.list(path("/second"))), "ok");
    });
    EXPECT_EQ(server.connections(), 2u);
    EXPECT_EQ(counted.retries, 1u);
    EXPECT_EQ(counted.reconnects, 1u);
    EXPECT_NE(logged.str().find("info: connected to 127.0.0.1 again"), std::string::npos) << logged.str();
}

TEST_F(ftp_remote_pool_test, repeats_an_operation_once_when_the_idle_session_ends)
{
    server.otherwise(small_server{[](scripted_control& control, std::string command) -> awaitable<bool> {
        if (command == "CWD /bad") {
            control.reset();
        }
        co_return command == "CWD /bad";
    }});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        EXPECT_EQ(outcome(co_await remote.list(path("/first"))), "ok");
        EXPECT_EQ(outcome(co_await remote.list(path("/bad"))), words(errc::connection_lost));
        EXPECT_EQ(outcome(co_await remote.list(path("/first"))), "ok");
    });
    EXPECT_EQ(server.connections(), 3u) << "one repetition, not more";
}

TEST_F(ftp_remote_pool_test, logs_in_again_when_the_server_forgot_the_login)
{
    server.add(small_server{[](scripted_control& control, std::string command) -> awaitable<bool> {
        if (command == "CWD /second") {
            co_await control.say("530 Please login with USER and PASS.");
        }
        co_return command == "CWD /second";
    }});
    server.add(small_server{});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        EXPECT_EQ(outcome(co_await remote.list(path("/first"))), "ok");
        EXPECT_EQ(outcome(co_await remote.list(path("/second"))), "ok");
    });
    EXPECT_EQ(server.connections(), 2u);
}

// The restarted server: the old sessions have ended, which is seen before they are used.
TEST_F(ftp_remote_pool_test, works_on_after_the_server_was_restarted)
{
    std::vector<scripted_control*> old;
    server.add([&old](scripted_control& control) -> awaitable<> {
        old.push_back(&control);
        small_server rest;
        co_await rest(control);
    });
    server.add(small_server{});
    play([&old, this](ftp::ftp_remote& remote) -> awaitable<> {
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), "ok");
        old.front()->close();
        auto& all = server;
        EXPECT_TRUE(co_await comes_true([&all] { return all.open_connections() == 0; }));
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), "ok");
    });
    EXPECT_EQ(server.connections(), 2u);
    EXPECT_EQ(counted.retries, 0u);
}

TEST_F(ftp_remote_pool_test, does_not_repeat_after_a_timeout)
{
    settings.timeout = 100ms;
    server.otherwise([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("CWD /d");
        co_await control.stay_silent();
    });
    const auto start = clock::now();
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), words(errc::timed_out));
    });
    EXPECT_EQ(server.connections(), 1u);
    EXPECT_LT(clock::now() - start, 5s);
}

TEST_F(ftp_remote_pool_test, reports_a_wrong_password_to_all_and_does_not_try_it_again)
{
    server.otherwise([](scripted_control& control) -> awaitable<> {
        control.answer_login();
        control.answer("PASS", "530 Login incorrect.");
        co_await control.say("220 ready");
        co_await control.expect_end();
    });
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        const auto outcomes = co_await list_at_once(remote, 3);
        EXPECT_EQ(outcomes, strings(3, words(errc::login_refused)));
        EXPECT_EQ(outcome(co_await remote.stat(path("/f"))), words(errc::login_refused));
    });
    EXPECT_EQ(server.connections(), 1u);
}

TEST_F(ftp_remote_pool_test, fails_all_who_wait_when_nobody_listens)
{
    server.stop_listening();
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        const auto outcomes = co_await list_at_once(remote, 3);
        EXPECT_EQ(outcomes, strings(3, words(errc::connection_refused)));
    });
}

TEST_F(ftp_remote_pool_test, ends_a_download_under_pressure_and_lets_the_listing_through)
{
    settings.connections = 1;
    server.add(small_server{endless_file()});
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        std::unique_ptr<remote::download> file;
        int pressed = 0;
        file = co_await open(remote, "/endless", [&] {
            ++pressed;
            file.reset();
        });
        const auto outcomes = co_await list_at_once(remote, 2);
        EXPECT_EQ(outcomes, strings(2, "ok"));
        EXPECT_GE(pressed, 1);
        EXPECT_FALSE(file);
    });
    EXPECT_EQ(server.connections(), 1u);
    // The session was handed out only when it had recovered, which a NOOP proves.
    const auto commands = server.commands();
    const auto transfer = std::find(commands.begin(), commands.end(), "RETR /endless");
    ASSERT_NE(transfer, commands.end());
    ASSERT_NE(transfer + 1, commands.end());
    EXPECT_EQ(*(transfer + 1), "NOOP");
}

TEST_F(ftp_remote_pool_test, presses_again_while_somebody_waits)
{
    settings.connections = 1;
    server.add(small_server{endless_file()});
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        std::unique_ptr<remote::download> file;
        int pressed = 0;
        file = co_await open(remote, "/endless", [&] {
            if (++pressed == 3) {
                file.reset();
            }
        });
        const auto outcomes = co_await list_at_once(remote, 1);
        EXPECT_EQ(outcomes, strings(1, "ok"));
        EXPECT_EQ(pressed, 3);
    });
}

TEST_F(ftp_remote_pool_test, bounds_the_wait_for_a_session)
{
    settings.connections = 1;
    settings.timeout = 300ms;
    server.add(small_server{endless_file()});
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        const auto file = co_await open(remote, "/endless");
        const auto start = clock::now();
        const auto outcomes = co_await list_at_once(remote, 1);
        EXPECT_EQ(outcomes, strings(1, words(errc::timed_out)));
        EXPECT_GE(clock::now() - start, 300ms);
        EXPECT_EQ(remote.counters().waiting, 0u);
    });
}

TEST_F(ftp_remote_pool_test, keeps_a_session_from_downloads_for_everything_else)
{
    settings.connections = 2;
    server.add(small_server{endless_file()});
    server.add(small_server{endless_file()});
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        auto first = co_await open(remote, "/endless");
        bool opened = false;
        auto open_second = [](ftp::ftp_remote& from, bool& done) -> awaitable<> {
            const auto second = co_await open(from, "/endless");
            done = true;
        };
        tasks.spawn(open_second(remote, opened));
        auto& left = remote;
        EXPECT_TRUE(co_await comes_true([&left] { return left.counters().waiting == 1; }));
        const auto listed = co_await remote.list(path("/d"));
        EXPECT_EQ(outcome(listed), "ok");
        EXPECT_FALSE(opened);
        first.reset();
        co_await tasks.join();
        EXPECT_TRUE(opened);
    });
    EXPECT_EQ(server.connections(), 2u);
}

// The server says its last word about the first transfer only when it may.
class recovering_session : public ftp_remote_pool_test {
protected:
    std::function<awaitable<>()> until_it_may_recover()
    {
        return [this]() -> awaitable<> {
            while (!may_recover_) {
                co_await gate_.wait();
            }
        };
    }

    void let_it_recover()
    {
        may_recover_ = true;
        gate_.notify_all();
    }

private:
    async::condition gate_{loop.get_executor()};
    bool may_recover_ = false;
};

TEST_F(recovering_session, is_not_handed_out)
{
    settings.connections = 2;
    server.add(small_server{endless_file(until_it_may_recover())});
    server.add(small_server{});
    play([&](ftp::ftp_remote& remote) -> awaitable<> {
        auto file = co_await open(remote, "/endless");
        file.reset();
        EXPECT_EQ(remote.counters().busy, 1u);
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), "ok");
        EXPECT_EQ(remote.counters().busy, 1u);
        let_it_recover();
        auto& left = remote;
        EXPECT_TRUE(co_await comes_true([&left] { return left.counters().busy == 0; }));
        EXPECT_EQ(remote.counters().sessions, 2u);
    });
    EXPECT_EQ(server.connections(), 2u);
}

TEST_F(recovering_session, is_waited_for_rather_than_that_a_download_ends)
{
    settings.connections = 2;
    server.add(small_server{endless_file(until_it_may_recover())});
    server.add(small_server{endless_file()});
    play([&](ftp::ftp_remote& remote) -> awaitable<> {
        auto left_early = co_await open(remote, "/endless");
        left_early.reset();
        int pressed = 0;
        const auto file = co_await open(remote, "/endless", [&] { ++pressed; });
        tasks.spawn([](ftp::ftp_remote& from) -> awaitable<> {
            EXPECT_EQ(outcome(co_await from.list(path("/d"))), "ok");
        }(remote));
        auto& left = remote;
        EXPECT_TRUE(co_await comes_true([&left] { return left.counters().waiting == 1; }));
        let_it_recover();
        co_await tasks.join();
        EXPECT_EQ(pressed, 0);
    });
    EXPECT_EQ(server.connections(), 2u);
}

TEST_F(ftp_remote_pool_test, says_goodbye_on_every_idle_session)
{
    server.otherwise(small_server{});
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        const auto outcomes = co_await list_at_once(remote, 3);
        EXPECT_EQ(outcomes, strings(3, "ok"));
    });
    EXPECT_EQ(server.connections(), 3u);
    EXPECT_EQ(count_commands("QUIT"), 3u);
}

TEST_F(ftp_remote_pool_test, does_not_wait_long_for_the_answer_to_a_goodbye)
{
    server.otherwise(small_server{[](scripted_control& control, std::string command) -> awaitable<bool> {
        if (command == "QUIT") {
            co_await control.stay_silent();
        }
        co_return false;
    }});
    const auto start = clock::now();
    play([this](ftp::ftp_remote& remote) -> awaitable<> { co_await list_at_once(remote, 3); });
    EXPECT_LT(clock::now() - start, 3s);
}

TEST_F(ftp_remote_pool_test, refuses_operations_after_the_end)
{
    server.otherwise(small_server{});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), "ok");
        co_await remote.shut_down();
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), words(errc::shutting_down));
    });
}

TEST_F(ftp_remote_pool_test, survives_a_download_that_outlives_it)
{
    settings.connections = 1;
    server.add(small_server{endless_file()});
    std::unique_ptr<remote::download> kept;
    play([&kept](ftp::ftp_remote& remote) -> awaitable<> {
        kept = co_await open(remote, "/endless");
        kept.reset();
        kept = co_await open(remote, "/endless");
        co_await remote.shut_down();
        kept.reset();
    });
}

TEST_F(ftp_remote_pool_test, forgets_a_waiter_that_is_interrupted)
{
    settings.connections = 1;
    server.add(small_server{endless_file()});
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        auto file = co_await open(remote, "/endless");
        strings outcomes;
        tasks.spawn(list_one(remote, outcomes, "/interrupted"));
        auto& left = remote;
        EXPECT_TRUE(co_await comes_true([&left] { return left.counters().waiting == 1; }));
        tasks.cancel();
        co_await tasks.join();
        EXPECT_EQ(outcomes, strings(1, words(errc::cancelled)));
        file.reset();
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), "ok");
    });
    EXPECT_EQ(count_commands("CWD /interrupted"), 0u);
}

// The command is on the wire: nobody knows what the session would say next.
TEST_F(ftp_remote_pool_test, throws_a_session_away_whose_operation_was_cancelled)
{
    settings.connections = 1;
    server.add(small_server{[](scripted_control& control, std::string command) -> awaitable<bool> {
        if (command == "CWD /slow") {
            co_await control.stay_silent();
            control.close();  // Asio may never end a read that follows the end of the stream
        }
        co_return command == "CWD /slow";
    }});
    server.add(small_server{});
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        strings outcomes;
        tasks.spawn(list_one(remote, outcomes, "/slow"));
        auto* self = this;
        EXPECT_TRUE(co_await comes_true([self] { return self->count_commands("CWD /slow") == 1; }));
        tasks.cancel();
        co_await tasks.join();
        EXPECT_EQ(outcomes, strings(1, words(errc::cancelled)));
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), "ok");
    });
    EXPECT_EQ(server.connections(), 2u);
}

}  // namespace
}  // namespace ftpfs::test
