// Waiting for the only session while an upload holds it.
#include "ftp_remote_fixture.hpp"

#include "support/frail_server.hpp"
#include "support/pieces.hpp"

namespace ftpfs::test {
namespace {

using clock = std::chrono::steady_clock;
using upload_ptr = std::unique_ptr<remote::upload>;

class ftp_remote_turns : public ftp_remote_fixture {
protected:
    ftp_remote_turns()
    {
        settings.connections = 1;
        settings.timeout = std::chrono::milliseconds{200};
        frail.middle = frail_server::never;
        server.otherwise([this](scripted_control& control) { return frail.serve(control); });
    }

    static awaitable<upload_ptr> begin(ftp::ftp_remote& remote, std::string file)
    {
        auto opened = co_await remote.open_upload(remote::upload_request{path(file)});
        EXPECT_EQ(outcome(opened), "ok");
        co_return opened ? *std::move(opened) : nullptr;
    }

    // A second upload, from its beginning to its end.
    awaitable<> store(ftp::ftp_remote& remote, std::string& came)
    {
        const auto opened = co_await remote.open_upload(remote::upload_request{path("/second")});
        came = outcome(opened);
        if (opened) {
            co_await (*opened)->write(pieces("two"));
            came = outcome(co_await (*opened)->finish(std::nullopt));
        }
    }

    awaitable<> list(ftp::ftp_remote& remote, std::string& came)
    {
        const auto listed = co_await remote.list(path("/"));
        came = outcome(listed);
    }

    // Lets so many times the timeout go by, doing `meanwhile` again and again.
    awaitable<> pass(int timeouts, std::function<awaitable<>()> meanwhile)
    {
        for (const auto end = clock::now() + timeouts * settings.timeout; clock::now() < end;) {
            co_await meanwhile();
        }
    }

    static awaitable<> turn() { co_await boost::asio::post(boost::asio::use_awaitable); }

    frail_server frail;
};

TEST_F(ftp_remote_turns, an_upload_waits_for_another_longer_than_the_timeout)
{
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        const auto first = co_await begin(remote, "/first");
        std::string second;
        tasks.spawn(store(remote, second));
        co_await pass(4, turn);
        EXPECT_EQ(second, "");
        EXPECT_EQ(outcome(co_await first->write(pieces("one"))), "ok");
        EXPECT_EQ(outcome(co_await first->finish(std::nullopt)), "ok");
        co_await tasks.join();
        EXPECT_EQ(second, "ok");
    });
    EXPECT_EQ(frail.files["/first"], "one");
    EXPECT_EQ(frail.files["/second"], "two");
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(ftp_remote_turns, an_upload_does_not_wait_for_ever_for_one_that_pauses)
{
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        const auto first = co_await begin(remote, "/first");
        std::string second;
        tasks.spawn(store(remote, second));
        co_await pass(13, turn);
        EXPECT_EQ(second, words(errc::timed_out));
    });
}

TEST_F(ftp_remote_turns, a_question_waits_for_an_upload_that_makes_progress)
{
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        const auto first = co_await begin(remote, "/first");
        std::string listed;
        tasks.spawn(list(remote, listed));
        std::function<awaitable<>()> write = [&first]() -> awaitable<> {
            EXPECT_EQ(outcome(co_await first->write(pieces("one"))), "ok");
            co_await turn();
        };
        co_await pass(4, write);
        EXPECT_EQ(listed, "");
        EXPECT_EQ(outcome(co_await first->finish(std::nullopt)), "ok");
        co_await tasks.join();
        EXPECT_EQ(listed, "ok");
    });
}

TEST_F(ftp_remote_turns, a_question_does_not_wait_for_an_upload_that_pauses)
{
    play([this](ftp::ftp_remote& remote) -> awaitable<> {
        const auto first = co_await begin(remote, "/first");
        std::string listed;
        tasks.spawn(list(remote, listed));
        co_await pass(4, turn);
        EXPECT_EQ(listed, words(errc::timed_out));
    });
}

}  // namespace
}  // namespace ftpfs::test
