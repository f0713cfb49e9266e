#include "session_fixture.hpp"

namespace ftpfs::test {
namespace {

const std::vector<std::string> with_mlst{"MLST type*;size*;modify*;", "REST STREAM"};
const std::vector<std::string> with_rang{"MLST type*;size*;modify*;", "REST STREAM", "RANG STREAM"};
constexpr auto ten = "0123456789";

std::string facts(std::uint64_t size, const char* time = "20260304091702")
{
    return "250-Listing\r\n type=file;size=" + std::to_string(size) + ";modify=" + time + "; /f\r\n250 End";
}

class session_retrieve : public session_fixture {
protected:
    // Answers MLST with ten bytes, then the transfer that `rest` plays.
    void serve(std::function<awaitable<>(scripted_control&)> rest)
    {
        server.add([rest = std::move(rest)](scripted_control& control) -> awaitable<> {
            co_await control.greet(with_mlst);
            co_await control.expect("MLST /f", facts(10));
            co_await rest(control);
            co_await control.expect_end();
        });
    }

    // The rest of a transfer that begins elsewhere. `place`: REST or RANG, and what the server says to it.
    static awaitable<> send_from(scripted_control& control, const char* place, const char* answer, const char* bytes)
    {
        auto data = co_await control.expect_epsv();
        co_await control.expect(place, answer);
        co_await control.expect("RETR /f", "150 here");
        co_await data.send(bytes);
        data.close();
        co_await control.say("226 done");
    }

    // The bytes of /f from `offset` on; what read_some ended with.
    result<> read(std::string& bytes, std::uint64_t offset = 0)
    {
        result<> ended;
        with_session([&, offset](session& opened) -> awaitable<> {
            const auto begun = co_await opened.retrieve(path("/f"), {offset, std::nullopt}, std::nullopt);
            CO_REQUIRE(begun);
            EXPECT_TRUE(opened.transferring());
            ended = co_await read_all(opened, bytes);
            EXPECT_FALSE(opened.transferring());
            lost = opened.lost();
        });
        return ended;
    }

    bool lost = false;
};

TEST_F(session_retrieve, ends_with_the_final_reply)
{
    serve([](scripted_control& control) -> awaitable<> { co_await control.transfer("RETR /f", ten); });
    std::string bytes;
    EXPECT_TRUE(read(bytes));
    EXPECT_EQ(bytes, ten);
    EXPECT_FALSE(lost);
}

// ProFTPD as Debian configures it (DenyFilter \*.*/) refuses any argument with a '/' behind a '*'.
TEST_F(session_retrieve, walks_a_path_with_a_slash_behind_a_star)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect("CWD /a*", "250 ok");
        co_await control.expect("CWD ./-b", "250 ok");
        co_await control.expect("MLST ./f", facts(10));
        co_await control.transfer("RETR ./f", ten);
        co_await control.expect_end();
    });
    std::string bytes;
    with_session([&](session& opened) -> awaitable<> {
        const auto begun = co_await opened.retrieve(path("/a*/-b/f"), {0}, std::nullopt);
        CO_REQUIRE(begun);
        const auto ended = co_await read_all(opened, bytes);
        EXPECT_TRUE(ended);
    });
    EXPECT_EQ(bytes, ten);
}

TEST_F(session_retrieve, accepts_a_226_that_comes_before_the_data)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150 here");
        co_await control.say("226 done");
        co_await data.send(ten);
        data.close();
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes));
    EXPECT_EQ(bytes, ten);
}

TEST_F(session_retrieve, accepts_a_250_and_no_150)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "250 done");
        co_await data.send(ten);
        data.close();
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes));
    EXPECT_EQ(bytes, ten);
    EXPECT_FALSE(lost);
}

TEST_F(session_retrieve, accepts_two_150)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150-Accepted\r\n150 0.5 kbytes to download");
        co_await control.say("150 once more");
        co_await data.send(ten);
        data.close();
        co_await control.say("226 done");
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes));
    EXPECT_EQ(bytes, ten);
    EXPECT_FALSE(lost);
}

TEST_F(session_retrieve, is_truncated_when_fewer_bytes_come_than_the_size_says)
{
    serve([](scripted_control& control) -> awaitable<> { co_await control.transfer("RETR /f", "01234"); });
    std::string bytes;
    const auto ended = read(bytes);
    EXPECT_TRUE(!ended && ended.error() == errc::truncated);
    EXPECT_EQ(bytes, "01234");
    EXPECT_FALSE(lost);
}

TEST_F(session_retrieve, never_ends_well_after_a_426)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.transfer("RETR /f", ten, "426 Failure writing network stream.");
    });
    std::string bytes;
    const auto ended = read(bytes);
    EXPECT_TRUE(!ended && ended.error().code == make_reply_error(426));
    EXPECT_FALSE(lost);
}

TEST_F(session_retrieve, reports_the_reason_for_a_reset)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150 here");
        co_await data.send("0123");
        data.reset();
        co_await control.say("451 Disk error");
    });
    std::string bytes;
    const auto ended = read(bytes);
    EXPECT_TRUE(!ended && ended.error().code == make_reply_error(451));
    EXPECT_FALSE(lost);
}

TEST_F(session_retrieve, succeeds_without_a_226_when_every_byte_has_come)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150 here");
        co_await data.send(ten);
        data.close();
        control.close();
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes));
    EXPECT_EQ(bytes, ten);
    EXPECT_TRUE(lost);
}

TEST_F(session_retrieve, fails_without_a_226_when_bytes_are_missing)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150 here");
        co_await data.send("0123");
        data.close();
        control.close();
    });
    std::string bytes;
    const auto ended = read(bytes);
    EXPECT_TRUE(!ended && ended.error() == errc::connection_lost);
    EXPECT_TRUE(lost);
}

TEST_F(session_retrieve, fails_with_the_421_that_ends_the_session_midway)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150 here");
        co_await data.send("0123");
        data.close();
        co_await control.say("421 Timeout.");
    });
    std::string bytes;
    const auto ended = read(bytes);
    EXPECT_TRUE(!ended && ended.error().code == make_reply_error(421));
    EXPECT_TRUE(lost);
}

TEST_F(session_retrieve, hands_out_no_more_than_the_size_and_reports_the_growth)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150 here");
        co_await data.send("0123456789grown");
        data.close();
        co_await control.say("226 done");
        co_await control.expect("NOOP", "200 ok");
    });
    std::string bytes;
    const auto ended = read(bytes);
    EXPECT_TRUE(!ended && ended.error() == errc::version_changed);
    EXPECT_EQ(bytes, ten);
    EXPECT_FALSE(lost);
}

TEST_F(session_retrieve, times_out_when_the_data_stops)
{
    settings.timeout = std::chrono::milliseconds{50};
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "150 here");
        co_await data.send("0123");
        co_await control.stay_silent();
    });
    std::string bytes;
    const auto ended = read(bytes);
    EXPECT_TRUE(!ended && ended.error() == errc::timed_out);
    EXPECT_EQ(bytes, "0123");
    EXPECT_TRUE(lost);
}

TEST_F(session_retrieve, reports_a_refusal_and_stays_usable)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto unused = co_await control.expect_epsv();
        co_await control.expect("RETR /f", "550 /f: Permission denied");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.retrieve(path("/f"), {0}, std::nullopt);
        EXPECT_TRUE(!begun && begun.error() == errc::permission_denied);
        EXPECT_FALSE(opened.transferring());
        EXPECT_TRUE(opened.check());
    });
}

TEST_F(session_retrieve, knows_a_directory_before_it_is_read)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect("MLST /d", "250-Listing\r\n type=dir;modify=20260304091702; /d\r\n250 End");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.retrieve(path("/d"), {0}, std::nullopt);
        EXPECT_TRUE(!begun && begun.error() == errc::is_a_directory);
    });
}

TEST_F(session_retrieve, learns_the_version_from_size_and_mdtm_where_there_is_no_mlst)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("SIZE /f", "213 10");
        co_await control.expect("MDTM /f", "213 20260304091702");
        co_await control.transfer("RETR /f", ten);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.retrieve(path("/f"), {0}, std::nullopt);
        CO_REQUIRE(begun);
        EXPECT_EQ(begun->size, 10U);
        EXPECT_EQ(begun->modified.precision, time_precision::second);
        std::string bytes;
        EXPECT_TRUE(co_await read_all(opened, bytes));
    });
}

TEST_F(session_retrieve, reads_from_servers_that_tell_neither_size_nor_time)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("SIZE /f", "500 what?");
        co_await control.transfer("RETR /f", ten);
        co_await control.transfer("RETR /f", ten);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        for (int i = 0; i < 2; ++i) {
            const auto begun = co_await opened.retrieve(path("/f"), {0}, std::nullopt);
            CO_REQUIRE(begun);
            EXPECT_FALSE(begun->size);
            std::string bytes;
            EXPECT_TRUE(co_await read_all(opened, bytes));
            EXPECT_EQ(bytes, ten);
        }
    });
}

TEST_F(session_retrieve, refuses_another_version_before_any_byte)
{
    serve([](scripted_control&) -> awaitable<> { co_return; });
    with_session([](session& opened) -> awaitable<> {
        file_version expected;
        expected.size = 11;
        const auto begun = co_await opened.retrieve(path("/f"), {0}, expected);
        EXPECT_TRUE(!begun && begun.error() == errc::version_changed);
        EXPECT_FALSE(opened.lost());
    });
}

TEST_F(session_retrieve, sends_rest_right_before_retr)
{
    profile.rest = support::works;
    serve([](scripted_control& control) -> awaitable<> {
        co_await send_from(control, "REST 4", "350 restarting", "456789");
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes, 4));
    EXPECT_EQ(bytes, "456789");
}

TEST_F(session_retrieve, proves_rest_with_the_last_byte_before_its_first_use)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await send_from(control, "REST 9", "350 restarting", "9");
        co_await send_from(control, "REST 4", "350 restarting", "456789");
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes, 4));
    EXPECT_EQ(bytes, "456789");
    EXPECT_EQ(profile.rest, support::works);
}

TEST_F(session_retrieve, reads_from_the_start_where_rest_is_ignored)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await send_from(control, "REST 9", "350 restarting", ten);
        control.answer("NOOP", "200 ok");
        co_await control.transfer("RETR /f", ten);
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes, 4));
    EXPECT_EQ(bytes, "456789");
    EXPECT_EQ(profile.rest, support::refused);
}

TEST_F(session_retrieve, reads_from_the_start_where_rest_is_refused)
{
    profile.rest = support::works;  // of another time
    serve([](scripted_control& control) -> awaitable<> {
        co_await send_from(control, "REST 4", "502 not implemented", ten);
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes, 4));
    EXPECT_EQ(bytes, "456789");
    EXPECT_EQ(profile.rest, support::refused);
}

TEST_F(session_retrieve, sends_rest_0_once_a_rest_may_be_pending)
{
    profile.rest = support::works;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        control.answer("MLST", facts(10));
        auto refused = co_await control.expect_epsv();
        co_await control.expect("REST 4", "350 restarting");
        co_await control.expect("RETR /f", "550 Failed to open file.");
        co_await send_from(control, "REST 0", "350 restarting", ten);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto refused = co_await opened.retrieve(path("/f"), {4}, std::nullopt);
        EXPECT_FALSE(refused);
        const auto begun = co_await opened.retrieve(path("/f"), {0}, std::nullopt);
        CO_REQUIRE(begun);
        std::string bytes;
        EXPECT_TRUE(co_await read_all(opened, bytes));
        EXPECT_EQ(bytes, ten);
    });
}

TEST_F(session_retrieve, takes_a_554_beyond_the_end_for_the_end)
{
    profile.rest = support::works;
    serve([](scripted_control& control) -> awaitable<> {
        auto unused = co_await control.expect_epsv();
        co_await control.expect("REST 12", "350 restarting");
        co_await control.expect("RETR /f", "554 Invalid REST parameter");
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes, 12));
    EXPECT_EQ(bytes, "");
    EXPECT_FALSE(lost);
}

TEST_F(session_retrieve, proves_rest_anew_when_it_sent_more_than_was_left)
{
    profile.rest = support::works;
    serve([](scripted_control& control) -> awaitable<> {
        co_await send_from(control, "REST 4", "350 restarting", ten);
        co_await control.expect("NOOP", "200 ok");
    });
    std::string bytes;
    const auto ended = read(bytes, 4);
    EXPECT_TRUE(!ended && ended.error() == errc::version_changed);
    EXPECT_EQ(profile.rest, support::unknown);
}

class session_part : public session_retrieve {
protected:
    // A server that announces RANG.
    void serve_ranges(std::function<awaitable<>(scripted_control&)> rest)
    {
        profile.rest = support::works;
        server.add([rest = std::move(rest)](scripted_control& control) -> awaitable<> {
            co_await control.greet(with_rang);
            co_await control.expect("MLST /f", facts(10));
            co_await rest(control);
            co_await control.expect_end();
        });
    }

    // Of the part [2, 5) of /f.
    result<> read_part(std::string& bytes)
    {
        result<> ended;
        with_session([&](session& opened) -> awaitable<> {
            const auto begun = co_await opened.retrieve(path("/f"), {2, 5}, std::nullopt);
            CO_REQUIRE(begun);
            until = opened.retrieves_until();
            ended = co_await read_all(opened, bytes);
            lost = opened.lost();
        });
        return ended;
    }

    std::optional<std::uint64_t> until;
};

TEST_F(session_part, is_read_with_rang_once_that_is_proved)
{
    serve_ranges([](scripted_control& control) -> awaitable<> {
        co_await send_from(control, "RANG 8 8", "350 ok", "8");
        co_await send_from(control, "RANG 2 4", "350 ok", "234");
    });
    std::string bytes;
    EXPECT_TRUE(read_part(bytes));
    EXPECT_EQ(bytes, "234");
    EXPECT_EQ(until, 5U);
    EXPECT_EQ(profile.rang, support::works);
    EXPECT_FALSE(lost);
}

// One that answers 350 and sends the file from its beginning.
TEST_F(session_part, is_read_with_rest_where_rang_is_ignored)
{
    serve_ranges([](scripted_control& control) -> awaitable<> {
        co_await send_from(control, "RANG 8 8", "350 ok", ten);
        co_await control.expect("NOOP", "200 ok");
        co_await send_from(control, "REST 2", "350 ok", "23456789");
    });
    std::string bytes;
    EXPECT_TRUE(read_part(bytes));
    EXPECT_EQ(bytes, "23456789");
    EXPECT_EQ(until, std::nullopt);
    EXPECT_EQ(profile.rang, support::refused);
}

TEST_F(session_part, is_read_with_rest_where_rang_is_refused)
{
    serve_ranges([](scripted_control& control) -> awaitable<> {
        auto unwanted = co_await control.expect_epsv();
        co_await control.expect("RANG 8 8", "550 RANG denied");
        co_await control.expect("RETR /f", "150 here");
        co_await control.say("426 aborted");
        co_await control.expect("NOOP", "200 ok");
        co_await send_from(control, "REST 2", "350 ok", "23456789");
    });
    std::string bytes;
    EXPECT_TRUE(read_part(bytes));
    EXPECT_EQ(bytes, "23456789");
    EXPECT_EQ(profile.rang, support::refused);
    EXPECT_EQ(profile.rest, support::works);
}

TEST_F(session_part, is_never_asked_for_where_rang_is_not_announced)
{
    profile.rest = support::works;
    serve(
        [](scripted_control& control) -> awaitable<> { co_await send_from(control, "REST 2", "350 ok", "23456789"); });
    std::string bytes;
    EXPECT_TRUE(read_part(bytes));
    EXPECT_EQ(bytes, "23456789");
}

TEST_F(session_part, fails_when_it_ends_too_early)
{
    profile.rang = support::works;
    serve_ranges(
        [](scripted_control& control) -> awaitable<> { co_await send_from(control, "RANG 2 4", "350 ok", "23"); });
    std::string bytes;
    const auto ended = read_part(bytes);
    EXPECT_TRUE(!ended && ended.error() == errc::truncated);
}

// Right bytes, only more of them: no reason to fail.
TEST_F(session_part, takes_what_comes_behind_its_end_for_what_it_is)
{
    profile.rang = support::works;
    serve_ranges([](scripted_control& control) -> awaitable<> {
        co_await send_from(control, "RANG 2 4", "350 ok", "23456789");
    });
    std::string bytes;
    EXPECT_TRUE(read_part(bytes));
    EXPECT_EQ(bytes, "23456789");
    EXPECT_EQ(profile.rang, support::refused);
}

}  // namespace
}  // namespace ftpfs::test
