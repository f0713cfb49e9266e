// The next data connection, asked for behind a transfer.
#include "session_fixture.hpp"

#include "ftpfs/ftp/armed_data.hpp"

namespace ftpfs::test {
namespace {

const std::vector<std::string> with_mlst{"MLST type*;size*;modify*;"};
constexpr auto one_file = "type=file;size=3;modify=20260304091702; a\r\n";
constexpr auto facts = "250-Listing\r\n type=file;size=3;modify=20260304091702; /f\r\n250 End";

class session_behind : public session_fixture {
protected:
    session_behind()
    {
        settings.pipelining = true;
        profile.pipelining = support::works;
        profile.queueing = support::works;
        profile.mlsd = support::works;
        profile.mlst = support::works;
        profile.data = support::works;
        profile.epsv = support::works;
    }

    // Everything up to the end of the data; the final reply is left out.
    static awaitable<> send_file(scripted_control& control, std::string bytes = "abc")
    {
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLST /f", facts);
        co_await control.expect("RETR /f", "150 here");
        co_await data.send(std::move(bytes));
        data.close();
    }

    static awaitable<result<>> read(session& from, std::string& bytes)
    {
        const auto begun = co_await from.retrieve(path("/f"), {0}, std::nullopt);
        if (!begun) {
            co_return begun.error();
        }
        co_return co_await read_all(from, bytes);
    }

    static awaitable<> read_well(session& from)
    {
        std::string bytes;
        CO_REQUIRE(co_await read(from, bytes));
        EXPECT_EQ(bytes, "abc");
    }

    static bool is_armed(session& one) { return one.armed().ready(session::clock::now()); }
};

TEST_F(session_behind, asks_at_the_end_of_the_data_of_a_file)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await send_file(control);
        auto next = control.listen();
        co_await control.expect("EPSV");
        co_await control.say("226 done");
        co_await control.say("229 ok " + next.epsv_text());
        co_await control.expect("MLST /f", facts);
        co_await control.expect("RETR /f", "150 here");
        co_await next.send("abc");
        next.close();
        auto unused = co_await control.expect_epsv();
        co_await control.say("226 done");  // too late: the reply to EPSV came first
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await read_well(opened);
        EXPECT_TRUE(is_armed(opened));
        EXPECT_FALSE(opened.lost());
        EXPECT_FALSE(opened.wants_preparation());
        co_await read_well(opened);  // every byte of the size is here
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_behind, asks_at_the_end_of_a_listing)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto data = co_await control.expect_epsv();
        for (int i = 0; i < 2; ++i) {
            co_await control.expect("MLSD", "150 here");
            co_await data.send(one_file);
            data.close();
            data = control.listen();
            co_await control.expect("EPSV");
            co_await control.say("226 done\r\n229 ok " + data.epsv_text());
        }
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        for (int i = 0; i < 2; ++i) {
            const auto listed = co_await opened.list(path("/"));
            CO_REQUIRE(listed);
            EXPECT_EQ(listed->entries.size(), 1U);
            EXPECT_TRUE(is_armed(opened));
        }
    });
}

TEST_F(session_behind, asks_nothing_where_it_is_not_known_to_be_safe)
{
    profile.queueing = support::unknown;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await send_file(control);
        co_await control.say("226 done");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await read_well(opened);
        EXPECT_FALSE(is_armed(opened));
        CO_REQUIRE(co_await opened.ping());
    });
}

TEST_F(session_behind, asks_nothing_when_it_is_switched_off)
{
    settings.armed = false;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await send_file(control);
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> { co_await read_well(opened); });
}

// The final reply never comes: that to EPSV must not be taken for it.
TEST_F(session_behind, takes_the_answer_for_no_verdict_on_a_file_of_unknown_size)
{
    profile.mlst = support::refused;
    profile.size = support::refused;
    profile.mdtm = support::refused;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150 here");
        co_await data.send("abc");
        data.close();
        auto next = co_await control.expect_epsv();
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        std::string bytes;
        const auto over = co_await read(opened, bytes);
        EXPECT_TRUE(!over && over.error() == errc::protocol_violation);
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_behind, takes_the_answer_for_no_verdict_on_a_listing)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLSD", "150 here");
        co_await data.send(one_file);
        data.close();
        auto next = co_await control.expect_epsv();
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        EXPECT_TRUE(!listed && listed.error() == errc::protocol_violation);
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_behind, reports_a_refusal_at_the_end_and_stays_in_step)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await send_file(control, "ab");
        auto next = control.listen();
        co_await control.expect("EPSV");
        co_await control.say("451 disk on fire\r\n229 ok " + next.epsv_text());
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        std::string bytes;
        const auto over = co_await read(opened, bytes);
        EXPECT_TRUE(!over && over.error().code == make_reply_error(451));
        EXPECT_FALSE(opened.lost());
        CO_REQUIRE(co_await opened.ping());
    });
}

// ProFTPD, if the question came in the middle of a transfer.
TEST_F(session_behind, asks_no_more_behind_a_transfer_when_that_is_refused)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await send_file(control);
        co_await control.expect("EPSV");
        co_await control.say("226 done\r\n450 EPSV: data transfer in progress");
        co_await send_file(control);
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await read_well(opened);
        EXPECT_FALSE(opened.lost());
        co_await read_well(opened);
    });
    EXPECT_EQ(profile.queueing, support::refused);
}

TEST_F(session_behind, keeps_the_file_but_not_the_session_when_nobody_answers)
{
    be_impatient();
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await send_file(control);
        co_await control.expect("EPSV");
        co_await control.say("226 done");
        co_await control.stay_silent();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await read_well(opened);
        EXPECT_TRUE(opened.lost());
    });
    EXPECT_EQ(profile.queueing, support::refused);
}

TEST_F(session_behind, keeps_the_file_but_not_the_session_after_a_421)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await send_file(control);
        co_await control.expect("EPSV");
        co_await control.say("226 done\r\n421 going down");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await read_well(opened);
        EXPECT_TRUE(opened.lost());
        EXPECT_FALSE(is_armed(opened));
    });
}

TEST_F(session_behind, closes_a_session_whose_answer_makes_no_sense)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await send_file(control);
        co_await control.expect("EPSV");
        co_await control.say("226 done\r\n226 done twice");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await read_well(opened);
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_behind, opens_another_one_when_the_port_can_not_be_reached)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await send_file(control);
        auto dead = control.listen();
        dead.refuse_connections();
        co_await control.expect("EPSV");
        co_await control.say("226 done\r\n229 ok " + dead.epsv_text());
        co_await send_file(control);
        auto next = control.listen();
        co_await control.expect("EPSV");
        co_await control.say("226 done\r\n229 ok " + next.epsv_text());
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await read_well(opened);
        co_await read_well(opened);
    });
}

// A transfer that ends early has asked nothing.
TEST_F(session_behind, asks_nothing_when_a_transfer_is_left)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLST /f",
                                "250-Listing\r\n type=file;size=9000000;modify=20260304091702; /f\r\n250 End");
        co_await control.expect("RETR /f", "150 here");
        co_await data.flood(9'000'000);
        co_await control.say("426 broken off");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        CO_REQUIRE(co_await opened.retrieve(path("/f"), {0}, std::nullopt));
        co_await opened.abandon();
        EXPECT_FALSE(opened.lost());
    });
}

}  // namespace
}  // namespace ftpfs::test
