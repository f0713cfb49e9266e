// How a session writes a file, whatever the server says of it.
#include "session_fixture.hpp"

#include "support/pieces.hpp"

namespace ftpfs::test {
namespace {

using remote::upload_start;

class session_store : public session_fixture {
protected:
    // Logs in, then what `rest` plays.
    void serve(std::function<awaitable<>(scripted_control&)> rest)
    {
        server.add([rest = std::move(rest)](scripted_control& control) -> awaitable<> {
            co_await control.greet();
            co_await rest(control);
            co_await control.expect_end();
        });
    }

    // Stores "0123456789" in /f; what the server said of it.
    result<> store(upload_start start = upload_start::replace, std::uint64_t offset = 0,
                   std::optional<file_version> expected = std::nullopt)
    {
        result<> ended;
        with_session([&, start, offset](session& opened) -> awaitable<> {
            ended = co_await opened.store(path("/f"), start, offset, expected);
            if (ended) {
                EXPECT_TRUE(opened.transferring());
                ended = co_await opened.write(pieces("01234", "56789"));
            }
            if (ended) {
                ended = co_await opened.finish_store();
            }
            EXPECT_FALSE(opened.transferring());
            lost = opened.lost();
        });
        return ended;
    }

    bool lost = false;
};

TEST_F(session_store, ends_the_data_before_it_waits_for_the_final_reply)
{
    std::string stored;
    serve([&](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "150 go on");
        stored = co_await data.receive_all();
        data.close();
        co_await control.say("226 done");
    });
    EXPECT_TRUE(store());
    EXPECT_EQ(stored, "0123456789");
    EXPECT_FALSE(lost);
}

TEST_F(session_store, accepts_a_final_reply_that_comes_before_the_data_are_closed)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "125 go on");
        co_await data.receive_all();
        co_await control.say("250 done");
        co_await control.expect("NOOP", "200 ok");
        data.close();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt);
        CO_REQUIRE(begun);
        const auto ended = co_await opened.finish_store();
        EXPECT_TRUE(ended);
        EXPECT_TRUE(co_await opened.ping());
    });
}

TEST_F(session_store, tells_a_refusal_at_once)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "550 /f: Overwrite permission denied");
    });
    const auto ended = store();
    EXPECT_TRUE(!ended && ended.error() == errc::already_exists);
    EXPECT_FALSE(lost);
}

TEST_F(session_store, takes_the_552_of_a_server_that_stops_reading_for_no_space)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "150 go on");
        co_await data.accept();
        co_await control.say("150 once more");
        co_await control.say("552 Requested file action aborted. Exceeded storage allocation.");
        co_await control.expect("NOOP", "200 ok");
        data.close();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt);
        CO_REQUIRE(begun);
        result<> written;
        for (int i = 0; written && i < 64; ++i) {  // more than any socket takes
            written = co_await opened.write(pieces(std::string(1 << 20, 'x')));
        }
        EXPECT_TRUE(!written && written.error() == errc::no_space);
        EXPECT_FALSE(opened.lost());
        EXPECT_TRUE(co_await opened.ping());
    });
}

TEST_F(session_store, tells_a_full_quota_after_a_reset)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "150 go on");
        co_await data.accept();
        data.reset();
        co_await control.say("552 Disk quota exceeded");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt);
        CO_REQUIRE(begun);
        result<> written;
        for (int i = 0; written && i < 64; ++i) {
            written = co_await opened.write(pieces(std::string(1 << 20, 'x')));
        }
        EXPECT_TRUE(!written && written.error() == errc::quota_exceeded);
        EXPECT_FALSE(opened.lost());
    });
}

TEST_F(session_store, is_lost_with_the_control_connection)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "150 go on");
        co_await data.receive_all();
        control.close();
    });
    const auto ended = store();
    EXPECT_TRUE(!ended && ended.error() == errc::connection_lost);
    EXPECT_TRUE(lost);
}

TEST_F(session_store, finds_the_failure_in_pure_ftpds_226)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "150 go on");
        co_await data.receive_all();
        data.close();
        co_await control.say("226-Rename/move failure: Is a directory\r\n226 File successfully transferred");
    });
    const auto ended = store();
    EXPECT_TRUE(!ended && ended.error() == errc::is_a_directory);
    EXPECT_FALSE(lost);
}

TEST_F(session_store, takes_back_a_REST_that_may_still_be_waiting)
{
    profile.rest = support::works;
    serve([](scripted_control& control) -> awaitable<> {
        control.answer("MLST", "500 unknown");
        control.answer("SIZE", "213 10");
        control.answer("MDTM", "213 20240101000000");
        auto nothing = co_await control.expect_epsv();
        co_await control.expect("REST 3", "350 ok");
        co_await control.expect("RETR /f", "550 no");
        auto data = co_await control.expect_epsv();
        co_await control.expect("REST 0", "350 ok");
        co_await control.expect("STOR /f", "150 go on");
        co_await data.receive_all();
        data.close();
        co_await control.say("226 done");
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_FALSE(co_await opened.retrieve(path("/f"), {3}, std::nullopt));
        const auto begun = co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt);
        CO_REQUIRE(begun);
        EXPECT_TRUE(co_await opened.finish_store());
    });
}

TEST_F(session_store, appends_only_to_the_file_it_was_told_of)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("SIZE /f", "213 11");
        co_await control.expect("MDTM /f", "213 20240101000000");
    });
    const auto ended = store(upload_start::append, 10);
    EXPECT_TRUE(!ended && ended.error() == errc::version_changed);
    EXPECT_FALSE(lost);
}

TEST_F(session_store, does_not_append_to_a_file_with_another_time)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("SIZE /f", "213 10");
        co_await control.expect("MDTM /f", "213 20240101000000");
    });
    file_version expected;
    expected.size = 10;
    expected.modified.precision = time_precision::second;
    expected.modified.source = time_source::fact;
    const auto ended = store(upload_start::append, 10, expected);
    EXPECT_TRUE(!ended && ended.error() == errc::version_changed);
}

TEST_F(session_store, remembers_that_APPE_is_refused)
{
    serve([](scripted_control& control) -> awaitable<> {
        control.answer("SIZE", "213 10");
        control.answer("MDTM", "213 20240101000000");
        auto data = co_await control.expect_epsv();
        co_await control.expect("APPE /f", "451 /f: Append/Restart not permitted, try again");
    });
    const auto ended = store(upload_start::append, 10);
    EXPECT_TRUE(!ended && ended.error() == errc::unsupported);
    EXPECT_EQ(profile.append, support::refused);
    EXPECT_FALSE(lost);
}

TEST_F(session_store, stores_behind_the_end_where_that_is_known_to_keep_the_file)
{
    profile.append = support::refused;
    profile.store_at_end = support::works;
    std::string stored;
    serve([&](scripted_control& control) -> awaitable<> {
        control.answer("SIZE", "213 10");
        control.answer("MDTM", "213 20240101000000");
        auto data = co_await control.expect_epsv();
        co_await control.expect("REST 10", "350 ok");
        co_await control.expect("STOR /f", "150 go on");
        stored = co_await data.receive_all();
        data.close();
        co_await control.say("226 done");
    });
    EXPECT_TRUE(store(upload_start::append, 10));
    EXPECT_EQ(stored, "0123456789");
}

TEST_F(session_store, never_sends_STOR_after_a_refused_REST)
{
    profile.append = support::refused;
    profile.store_at_end = support::works;
    serve([](scripted_control& control) -> awaitable<> {
        control.answer("SIZE", "213 10");
        control.answer("MDTM", "213 20240101000000");
        auto data = co_await control.expect_epsv();
        co_await control.expect("REST 10", "502 no");
    });
    const auto ended = store(upload_start::append, 10);
    EXPECT_TRUE(!ended && ended.error() == errc::unsupported);
    EXPECT_EQ(profile.store_at_end, support::refused);
}

TEST_F(session_store, is_in_step_again_after_an_upload_was_dropped)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "150 go on");
        co_await data.wait_for_end();
        co_await control.say("426 Failure reading network stream.");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect("NOOP", "200 ok");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt);
        CO_REQUIRE(begun);
        EXPECT_TRUE(co_await opened.write(pieces("01234")));
        co_await opened.abandon();
        EXPECT_FALSE(opened.transferring());
        EXPECT_FALSE(opened.lost());
        EXPECT_TRUE(co_await opened.ping());
    });
}

}  // namespace
}  // namespace ftpfs::test
