// What goes out behind an upload without waiting: the questions about the file, the next data connection, and bytes
// before the server has agreed. A client that waited for a reply in between would hang with these scripts.
#include "session_fixture.hpp"

#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/postscript.hpp"
#include "ftpfs/ftp/storage.hpp"
#include "support/pieces.hpp"

namespace ftpfs::test {
namespace {

using ftp::time_wish;
using remote::upload_start;

class session_postscript : public session_fixture {
protected:
    session_postscript()
    {
        settings.pipelining = true;
        profile.pipelining = support::works;
        profile.queueing = support::works;
        profile.early_data = support::works;
        profile.mlst = support::refused;
        profile.size = support::works;
        profile.mdtm = support::works;
        profile.data = support::works;
        profile.epsv = support::works;
    }

    void serve(std::function<awaitable<>(scripted_control&)> rest)
    {
        server.add([rest = std::move(rest)](scripted_control& control) -> awaitable<> {
            co_await control.greet();
            co_await rest(control);
            co_await control.expect_end();
        });
    }

    // STOR and the questions, none of them answered yet.
    static awaitable<> take_packet(scripted_control& control)
    {
        co_await control.expect("STOR /f");
        co_await control.expect("SIZE /f");
        co_await control.expect("MDTM /f");
        co_await control.expect("EPSV");
    }

    static awaitable<> answer_questions(scripted_control& control, const scripted_data& next,
                                        std::string size = "213 10")
    {
        co_await control.say(std::move(size));
        co_await control.say("213 20260304091702");
        co_await control.say("229 ok " + next.epsv_text());
    }

    // The server has got the data: what it says then.
    static awaitable<> confirm(scripted_control& control, scripted_data& data)
    {
        co_await control.say("150 go on");
        data.close();
        co_await control.say("226 done");
    }
    // The same, and the answers to the questions.
    static awaitable<> confirm_and_answer(scripted_control& control, scripted_data& data)
    {
        co_await confirm(control, data);
        const auto next = control.listen();
        co_await answer_questions(control, next);
    }

    // Stores "0123456789" in /f without waiting for consent; what came of it.
    static awaitable<result<>> store(session& on, std::size_t count = 10)
    {
        FTPFS_CO_CHECK(co_await on.store(path("/f"), upload_start::replace, 0, std::nullopt, true));
        EXPECT_TRUE(on.transferring());
        FTPFS_CO_CHECK(co_await on.write(pieces(std::string("0123456789"), std::string(count - 10, 'x'))));
        co_return co_await on.finish_store();
    }
};

TEST_F(session_postscript, sends_everything_before_the_first_reply)
{
    std::string stored;
    serve([&](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        stored = co_await data.receive_all();
        co_await control.say("150 go on");
        data.close();
        co_await control.say("226 done");
        auto next = control.listen();
        co_await answer_questions(control, next);
        co_await next.accept();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(co_await store(opened));
        EXPECT_FALSE(opened.lost());
        EXPECT_TRUE(opened.armed().ready(session::clock::now()));
        const auto seen = opened.take_seen();
        EXPECT_TRUE(seen && seen->size == 10U && seen->modified.precision == time_precision::second);
        EXPECT_FALSE(opened.take_seen());
    });
    EXPECT_EQ(stored, "0123456789");
}

TEST_F(session_postscript, uses_the_next_data_connection)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        for (int i = 0; i < 2; ++i) {
            co_await take_packet(control);
            co_await data.receive_all();
            data.close();
            co_await control.say("150 go on");
            co_await control.say("226 done");
            auto next = control.listen();
            co_await answer_questions(control, next);
            data = std::move(next);
        }
        co_await data.accept();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(co_await store(opened));
        EXPECT_TRUE(co_await store(opened));
    });
    EXPECT_EQ(profile.armed, support::works);
}

TEST_F(session_postscript, waits_for_consent_unless_it_is_told_not_to)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await control.say("550 Permission denied");
        auto next = control.listen();
        co_await answer_questions(control, next, "550 Could not get file size.");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt);
        EXPECT_TRUE(!begun && begun.error() == errc::permission_denied);
        EXPECT_FALSE(opened.transferring());
        EXPECT_FALSE(opened.lost());
        EXPECT_FALSE(opened.take_seen());
        EXPECT_TRUE(opened.armed().ready(session::clock::now()));
    });
}

TEST_F(session_postscript, tells_a_refusal_after_the_bytes_were_sent)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await data.receive_all();
        co_await control.say("550 Permission denied");
        auto next = control.listen();
        co_await answer_questions(control, next, "550 Could not get file size.");
        co_await control.expect("NOOP", "200 ok");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto ended = co_await store(opened);
        EXPECT_TRUE(!ended && ended.error() == errc::permission_denied);
        EXPECT_TRUE(opened.store_was_refused());
        EXPECT_FALSE(opened.take_seen());
        EXPECT_FALSE(opened.lost());
        EXPECT_TRUE(co_await opened.ping());
    });
}

// A server that does not take the data connection, and does not close it either.
TEST_F(session_postscript, does_not_wait_for_the_end_of_data_that_were_refused)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await control.say("553 Could not create file.");
        auto next = control.listen();
        co_await answer_questions(control, next, "550 Could not get file size.");
        co_await control.expect("NOOP", "200 ok");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto ended = co_await store(opened);
        EXPECT_TRUE(!ended && ended.error().code == make_reply_error(553));
        EXPECT_TRUE(opened.store_was_refused());
        EXPECT_TRUE(co_await opened.ping());
    });
}

TEST_F(session_postscript, sends_no_more_than_a_little_without_consent)
{
    std::string stored;
    serve([&](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        const auto first = co_await data.receive(10);
        EXPECT_EQ(first, "0123456789");
        co_await control.say("150 go on");
        stored = first + co_await data.receive_all();
        data.close();
        co_await control.say("226 done");
        auto next = control.listen();
        co_await answer_questions(control, next);
    });
    const std::size_t much = ftp::storage::most_unheard + 10;
    with_session([much](session& opened) -> awaitable<> {
        CO_REQUIRE(co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt, true));
        CO_REQUIRE(co_await opened.write(pieces(std::string("0123456789"))));
        CO_REQUIRE(co_await opened.write(pieces(std::string(much - 10, 'x'))));
        EXPECT_TRUE(co_await opened.finish_store());
    });
    EXPECT_EQ(stored.size(), much);
}

TEST_F(session_postscript, sends_nothing_more_after_a_refusal_of_a_large_file)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await control.say("452 No space left on device");
        auto next = control.listen();
        co_await answer_questions(control, next, "550 Could not get file size.");
        co_await control.expect("NOOP", "200 ok");
    });
    const std::size_t much = ftp::storage::most_unheard + 10;
    with_session([much](session& opened) -> awaitable<> {
        CO_REQUIRE(co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt, true));
        const auto written = co_await opened.write(pieces(std::string(much, 'x')));
        EXPECT_TRUE(!written && written.error() == errc::no_space);
        EXPECT_TRUE(opened.store_was_refused());
        EXPECT_FALSE(opened.transferring());
        EXPECT_TRUE(co_await opened.ping());
    });
}

TEST_F(session_postscript, hears_the_questions_after_a_broken_transfer)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await control.say("150 go on");
        co_await data.receive_all();
        data.close();
        co_await control.say("426 Failure reading network stream.");
        auto next = control.listen();
        co_await answer_questions(control, next);
    });
    with_session([](session& opened) -> awaitable<> {
        const auto ended = co_await store(opened);
        EXPECT_TRUE(!ended && ended.error().code == make_reply_error(426));
        EXPECT_FALSE(opened.store_was_refused());
        const auto seen = opened.take_seen();
        EXPECT_TRUE(seen && seen->size == 10U);
        EXPECT_FALSE(opened.lost());
    });
}

TEST_F(session_postscript, does_without_what_the_server_does_not_tell)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await control.say("150 go on");
        co_await data.receive_all();
        data.close();
        co_await control.say("226 done");
        co_await control.say("500 SIZE not understood");
        co_await control.say("550 no");
        co_await control.say("425 no port left");
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(co_await store(opened));
        EXPECT_FALSE(opened.take_seen());
        EXPECT_FALSE(opened.lost());
        EXPECT_FALSE(opened.armed().ready(session::clock::now()));
    });
    EXPECT_EQ(profile.size, support::refused);
}

TEST_F(session_postscript, is_lost_when_the_connection_ends_behind_the_final_reply)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await control.say("150 go on");
        co_await data.receive_all();
        data.close();
        co_await control.say("226 done");
        control.close();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(co_await store(opened));  // what the server said of it
        EXPECT_FALSE(opened.take_seen());
        EXPECT_TRUE(opened.lost());
    });
}

TEST_F(session_postscript, takes_a_425_to_a_connection_from_ahead_for_a_broken_transfer)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto unused = co_await control.expect_epsv();
        co_await unused.accept();
        co_await take_packet(control);
        co_await control.say("425 No data connection");
        auto data = control.listen();
        co_await answer_questions(control, data, "550 Could not get file size.");
        co_await data.accept();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.prepare();
        const auto ended = co_await store(opened);
        EXPECT_TRUE(!ended && retryable(ended.error()));
        EXPECT_TRUE(opened.armed().ready(session::clock::now()));
    });
    EXPECT_EQ(profile.armed_failures, 1U);
}

TEST_F(session_postscript, tries_once_more_after_a_425_when_it_waits_for_consent)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto unused = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await control.say("425 No data connection");
        auto data = control.listen();
        co_await answer_questions(control, data, "550 Could not get file size.");
        co_await take_packet(control);
        co_await control.say("150 go on");
        co_await data.receive_all();
        data.close();
        co_await control.say("226 done");
        auto next = control.listen();
        co_await answer_questions(control, next);
    });
    with_session([](session& opened) -> awaitable<> {
        co_await opened.prepare();
        CO_REQUIRE(co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt));
        CO_REQUIRE(co_await opened.write(pieces("0123456789")));
        EXPECT_TRUE(co_await opened.finish_store());
    });
}

TEST_F(session_postscript, is_in_step_again_after_an_upload_was_dropped)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await data.wait_for_end();
        co_await control.say("150 go on");
        co_await control.say("426 Failure reading network stream.");
        auto next = control.listen();
        co_await answer_questions(control, next, "213 5");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect("NOOP", "200 ok");
    });
    with_session([](session& opened) -> awaitable<> {
        CO_REQUIRE(co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt, true));
        CO_REQUIRE(co_await opened.write(pieces("01234")));
        co_await opened.abandon();
        EXPECT_FALSE(opened.lost());
        EXPECT_TRUE(co_await opened.ping());
    });
}

// Pure-FTPd eats what is sent behind a transfer.
TEST_F(session_postscript, asks_after_the_final_reply_where_nothing_may_be_queued)
{
    profile.queueing = support::unknown;
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f");
        co_await data.receive_all();
        co_await control.say("150 go on");
        data.close();
        co_await control.say("226 done");
        co_await control.expect("SIZE /f");
        co_await control.expect("MDTM /f");
        co_await control.expect("EPSV");
        auto next = control.listen();
        co_await answer_questions(control, next);
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(co_await store(opened));
        const auto seen = opened.take_seen();
        EXPECT_TRUE(seen && seen->size == 10U);
        EXPECT_TRUE(opened.armed().ready(session::clock::now()));
    });
}

// pyftpdlib may read the data before it has read STOR.
TEST_F(session_postscript, waits_for_consent_where_early_data_might_be_lost)
{
    profile.early_data = support::unknown;
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await control.say("550 Permission denied");
        auto next = control.listen();
        co_await answer_questions(control, next, "550 no");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.store(path("/f"), upload_start::replace, 0, std::nullopt, true);
        EXPECT_TRUE(!begun && begun.error() == errc::permission_denied);
    });
}

TEST_F(session_postscript, asks_nothing_in_advance_when_pipelining_is_switched_off)
{
    settings.pipelining = false;
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "150 go on");
        co_await data.receive_all();
        data.close();
        co_await control.say("226 done");
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(co_await store(opened));
        EXPECT_FALSE(opened.take_seen());
    });
}

// --- the time the file is to have ---

class session_time_behind : public session_postscript {
protected:
    static constexpr std::chrono::sys_seconds wanted{std::chrono::seconds{1'772'615'822}};  // 2026-03-04 09:17:02

    session_time_behind()
    {
        profile.mfmt = support::refused;
        profile.mff = support::refused;
        profile.mdtm_set = support::works;
    }

    // Up to the data's end, where the time comes without waiting for the server's consent.
    static awaitable<> take_all(scripted_control& control, std::string final)
    {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await data.receive_all();
        co_await control.expect("MDTM 20260304091702 /f");
        co_await control.say("150 go on");
        data.close();
        co_await control.say(std::move(final));
    }

    static awaitable<result<>> store_with_time(session& on)
    {
        FTPFS_CO_CHECK(co_await on.store(path("/f"), upload_start::replace, 0, std::nullopt, true));
        FTPFS_CO_CHECK(co_await on.write(pieces("0123456789")));
        co_return co_await on.finish_store(wanted);
    }

    // What becomes of the time, and of the session, when the server answers that.
    time_wish wish_answered_with(std::string reply)
    {
        serve([reply = std::move(reply)](scripted_control& control) -> awaitable<> {
            co_await take_all(control, "226 done");
            auto next = control.listen();
            co_await answer_questions(control, next);
            co_await control.say(reply);
            co_await control.expect("NOOP", "200 ok");
        });
        auto came = time_wish::none;
        with_session([&came](session& opened) -> awaitable<> {
            EXPECT_TRUE(co_await store_with_time(opened));
            came = opened.asked_time();
            const auto seen = opened.take_seen();
            EXPECT_TRUE(seen && seen->size == 10U);
            EXPECT_TRUE(co_await opened.ping());
        });
        return came;
    }
};

TEST_F(session_time_behind, leaves_with_the_end_of_the_data)
{
    EXPECT_EQ(wish_answered_with("213 File modification time set."), time_wish::granted);
}

TEST_F(session_time_behind, learns_nothing_from_a_refusal)
{
    EXPECT_EQ(wish_answered_with("550 Could not set file modification time."), time_wish::sent);
    EXPECT_EQ(profile.mdtm_set, support::works);
}

class session_time_not_behind : public session_time_behind {
protected:
    void expect_no_time_at(std::string greeting)
    {
        server.add([greeting = std::move(greeting)](scripted_control& control) -> awaitable<> {
            control.answer_login();
            co_await control.say(greeting);
            auto data = co_await control.expect_epsv();
            co_await take_packet(control);
            co_await data.receive_all();
            co_await confirm_and_answer(control, data);
            co_await control.expect("NOOP", "200 ok");
            co_await control.expect_end();
        });
        with_session([](session& opened) -> awaitable<> {
            EXPECT_TRUE(co_await store_with_time(opened));
            EXPECT_EQ(opened.asked_time(), time_wish::none);
            EXPECT_TRUE(co_await opened.ping());
        });
    }
};

TEST_F(session_time_not_behind, where_no_way_is_proved)
{
    profile.mdtm_set = support::unknown;
    expect_no_time_at("220 scripted server");
}

// ProFTPD 1.3.8: "450 EPSV: data transfer in progress", and an MLST that tells half of the file, before the 226.
TEST_F(session_time_not_behind, where_the_server_would_answer_in_the_middle)
{
    expect_no_time_at("220 ProFTPD Server (Debian)");
}

// Pure-FTPd and pyftpdlib; the question about the time before it is set, as it tells the server's zone.
TEST_F(session_time_behind, follows_the_questions_where_nothing_may_be_queued)
{
    profile.queueing = support::unknown;
    profile.mfmt = support::works;
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f");
        co_await data.receive_all();
        co_await confirm(control, data);
        co_await control.expect("SIZE /f");
        co_await control.expect("MDTM /f");
        co_await control.expect("EPSV");
        co_await control.expect("MFMT 20260304091702 /f");
        auto next = control.listen();
        co_await answer_questions(control, next);
        co_await control.say("213 Modify=20260304091702; /f");
        co_await control.expect("NOOP", "200 ok");
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(co_await store_with_time(opened));
        EXPECT_EQ(opened.asked_time(), time_wish::granted);
        EXPECT_TRUE(co_await opened.ping());
    });
}

TEST_F(session_time_behind, is_not_asked_for_after_a_failure_where_nothing_may_be_queued)
{
    profile.queueing = support::unknown;
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f");
        co_await data.receive_all();
        co_await control.say("150 go on");
        data.close();
        co_await control.say("452 No space left on device");
        co_await control.expect("SIZE /f");
        co_await control.expect("MDTM /f");
        co_await control.expect("EPSV");
        auto next = control.listen();
        co_await answer_questions(control, next, "213 5");
        co_await control.expect("NOOP", "200 ok");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto ended = co_await store_with_time(opened);
        EXPECT_TRUE(!ended && ended.error() == errc::no_space);
        EXPECT_EQ(opened.asked_time(), time_wish::none);
        EXPECT_TRUE(co_await opened.ping());
    });
}

TEST_F(session_time_behind, keeps_in_step_when_the_upload_is_refused)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await take_packet(control);
        co_await data.receive_all();
        co_await control.expect("MDTM 20260304091702 /f");
        co_await control.say("553 Could not create file.");
        auto next = control.listen();
        co_await answer_questions(control, next, "550 Could not get file size.");
        co_await control.say("550 Could not set file modification time.");
        co_await control.expect("NOOP", "200 ok");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto ended = co_await store_with_time(opened);
        EXPECT_FALSE(ended);
        EXPECT_TRUE(opened.store_was_refused());
        EXPECT_TRUE(co_await opened.ping());
    });
}

TEST_F(session_time_behind, is_doubtful_when_the_connection_ends_before_its_reply)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await take_all(control, "226 done");
        auto next = control.listen();
        co_await answer_questions(control, next);
        control.close();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_TRUE(co_await store_with_time(opened));
        EXPECT_EQ(opened.asked_time(), time_wish::sent);
        EXPECT_TRUE(opened.take_seen());
        EXPECT_TRUE(opened.lost());
    });
}

}  // namespace
}  // namespace ftpfs::test
