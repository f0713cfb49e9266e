// What a session does ahead of need.
#include "session_fixture.hpp"

#include "ftpfs/async/task_group.hpp"
#include "ftpfs/ftp/armed_data.hpp"

#include <boost/asio/post.hpp>

namespace ftpfs::test {
namespace {

const std::vector<std::string> with_mlst{"MLST type*;size*;modify*;"};
constexpr auto one_file = "type=file;size=3;modify=20260304091702; a\r\n";

class session_armed : public session_fixture {
protected:
    session_armed()
    {
        profile.mlsd = support::works;
        profile.data = support::works;
    }

    static awaitable<> list_root(session& on)
    {
        const auto listed = co_await on.list(path("/"));
        CO_REQUIRE(listed);
        EXPECT_EQ(listed->entries.size(), 1U);
    }

    static awaitable<> answer_listing(scripted_control& control, scripted_data data)
    {
        co_await control.expect("MLSD", "150 here");
        co_await data.send(one_file);
        data.close();
        co_await control.say("226 done");
    }
};

TEST_F(session_armed, uses_the_connection_it_opened_ahead_of_need)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto data = co_await control.expect_epsv();
        co_await data.accept();
        co_await control.expect("NOOP", "200 ok");
        co_await answer_listing(control, std::move(data));
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(opened.wants_preparation());
        co_await opened.prepare();
        EXPECT_FALSE(opened.wants_preparation());
        EXPECT_TRUE(opened.armed().ready(session::clock::now()));
        CO_REQUIRE(co_await opened.ping());
        co_await list_root(opened);
        EXPECT_FALSE(opened.armed().ready(session::clock::now()));
        co_await list_root(opened);
    });
    EXPECT_EQ(profile.armed, support::works);
}

TEST_F(session_armed, opens_none_before_one_was_seen_to_work)
{
    profile.data = support::unknown;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_FALSE(opened.wants_preparation());
        co_await list_root(opened);
        EXPECT_TRUE(opened.wants_preparation());
    });
}

TEST_F(session_armed, opens_none_when_it_is_switched_off)
{
    settings.armed = false;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_FALSE(opened.wants_preparation());
        co_return;
    });
}

TEST_F(session_armed, opens_another_one_when_the_server_closed_it)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto closed = co_await control.expect_epsv();
        co_await closed.accept();
        closed.close();
        co_await control.expect("NOOP", "200 ok");
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.prepare();
        CO_REQUIRE(co_await opened.ping());
        co_await list_root(opened);
    });
}

TEST_F(session_armed, opens_another_one_after_it_lapsed)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto old = co_await control.expect_epsv();
        co_await old.accept();
        co_await old.wait_for_end();
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.prepare();
        opened.armed().lapse(opened.armed().lapses_at());
        EXPECT_FALSE(opened.armed().ready(session::clock::now()));
        co_await list_root(opened);
    });
}

// ProFTPD does not use a data connection that was there when a RETR failed.
TEST_F(session_armed, tries_once_more_with_a_new_one_after_a_425)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        control.answer("MLST", "250-Listing\r\n type=file;size=3;modify=20260304091702; /f\r\n250 End");
        for (int i = 0; i < 2; ++i) {
            auto unused = co_await control.expect_epsv();
            co_await control.expect("RETR /f", "425 Unable to build data connection: Connection refused");
            co_await control.transfer("RETR /f", "abc");
        }
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        for (int i = 0; i < 2; ++i) {
            co_await opened.prepare();
            const auto begun = co_await opened.retrieve(path("/f"), {0}, std::nullopt);
            CO_REQUIRE(begun);
            std::string bytes;
            EXPECT_TRUE(co_await read_all(opened, bytes));
            EXPECT_EQ(bytes, "abc");
        }
        EXPECT_FALSE(opened.wants_preparation());
    });
    EXPECT_EQ(profile.armed, support::refused);
}

TEST_F(session_armed, tries_a_listing_once_more_after_a_425)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto unused = co_await control.expect_epsv();
        co_await control.expect("MLSD", "425 No data connection");
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.prepare();
        co_await list_root(opened);
    });
}

TEST_F(session_armed, reports_a_425_that_comes_with_a_new_connection)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto unused = co_await control.expect_epsv();
        co_await control.expect("MLSD", "425 No data connection");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        EXPECT_TRUE(!listed && listed.error().code == make_reply_error(425));
    });
}

TEST_F(session_armed, goes_on_without_when_the_server_refuses)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect("EPSV", "425 no port left");
        co_await control.expect("PASV", "425 no port left");
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.prepare();
        EXPECT_FALSE(opened.lost());
        EXPECT_FALSE(opened.armed().ready(session::clock::now()));
        co_await list_root(opened);
    });
}

TEST_F(session_armed, lets_a_borrower_wait_for_the_reply_to_EPSV)
{
    bool borrowed = false;
    async::task_group group{loop.get_executor()};
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        auto data = control.listen();
        co_await control.expect("EPSV");
        for (int i = 0; i < 100; ++i) {
            co_await boost::asio::post(boost::asio::use_awaitable);
        }
        EXPECT_FALSE(borrowed);
        co_await control.say("229 ok " + data.epsv_text());
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect_end();
    });
    with_session([&](session& opened) -> awaitable<> {
        group.spawn(opened.prepare());
        co_await boost::asio::post(boost::asio::use_awaitable);
        EXPECT_TRUE(opened.preparing());
        EXPECT_TRUE(opened.check());
        EXPECT_FALSE(opened.lost());
        co_await opened.prepared();
        borrowed = true;
        CO_REQUIRE(co_await opened.ping());
        co_await group.join();
    });
}

class session_probe : public session_fixture {
protected:
    session_probe() { settings.pipelining = true; }
};

TEST_F(session_probe, believes_a_server_that_answers_two_commands_of_one_packet)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("NOOP");
        co_await control.expect("NOOP");
        co_await control.say("200 ok");
        co_await control.say("500 not again");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(opened.wants_preparation());
        co_await opened.prepare();
        EXPECT_FALSE(opened.lost());
        EXPECT_FALSE(opened.wants_preparation());
    });
    EXPECT_EQ(profile.pipelining, support::works);
}

TEST_F(session_probe, gives_a_session_up_that_lost_the_second_command)
{
    be_impatient();
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("NOOP", "200 ok");
        co_await control.stay_silent();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.prepare();
        EXPECT_TRUE(opened.lost());
    });
    EXPECT_EQ(profile.pipelining, support::refused);
}

TEST_F(session_probe, learns_nothing_from_a_session_that_ends)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("NOOP");
        control.reset();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.prepare();
        EXPECT_TRUE(opened.lost());
    });
    EXPECT_EQ(profile.pipelining, support::unknown);
}

}  // namespace
}  // namespace ftpfs::test
