// What an upload comes to, whatever the server says at its end.
#include "ftp_remote_fixture.hpp"

#include "support/pieces.hpp"

namespace ftpfs::test {
namespace {

using remote::upload_request;
using remote::upload_start;

// How the server ends an upload of ten bytes to "/f", and what SIZE says afterwards.
struct ending {
    std::string reply;  // empty: it hangs up instead
    std::uint64_t size = 10;
    std::string time = "20260304091702";
};

class ftp_remote_upload : public ftp_remote_fixture {
protected:
    // A session that stores and ends so; further sessions only tell the size.
    void serve(ending how)
    {
        server.add([how](scripted_control& control) -> awaitable<> {
            co_await control.greet();
            answer_questions(control, how);
            auto data = co_await control.expect_epsv();
            co_await control.expect("STOR /f", "150 go on");
            co_await data.receive_all();
            data.close();
            if (how.reply.empty()) {
                control.close();
                co_return;
            }
            co_await control.say(how.reply);
            co_await control.expect_end();
        });
        server.otherwise([how](scripted_control& control) -> awaitable<> {
            co_await control.greet();
            answer_questions(control, how);
            for (;;) {
                const auto command = co_await control.next();
                if (command != "EPSV") {
                    break;
                }
                auto data = control.listen();
                co_await control.say("229 ok " + data.epsv_text());
                const auto listing = co_await control.next();
                EXPECT_TRUE(listing.starts_with("LIST")) << listing;
                co_await control.say("150 here");
                co_await data.send("-rw-r--r-- 1 0 0 " + std::to_string(how.size) + " Mar 04 2026 f\r\n");
                data.close();
                co_await control.say("226 done");
            }
        });
    }

    static void answer_questions(scripted_control& control, const ending& how)
    {
        control.answer("NOOP", "200 ok");
        control.answer("CWD", "250 ok");
        control.answer("SIZE", "213 " + std::to_string(how.size));
        control.answer("MDTM", "213 " + how.time);
    }

    // What finish() answers for "0123456789".
    std::string upload(std::optional<file_version> before = std::nullopt)
    {
        std::string came;
        play([&came, before](ftp::ftp_remote& remote) -> awaitable<> {
            upload_request request{path("/f")};
            request.expected = before;
            const auto opened = co_await remote.open_upload(std::move(request));
            came = outcome(opened);
            if (opened) {
                const auto written = co_await (*opened)->write(pieces("01234", "56789"));
                EXPECT_EQ(outcome(written), "ok");
                const auto finished = co_await (*opened)->finish(std::nullopt);
                came = outcome(finished);
                EXPECT_TRUE(!finished || finished->size == 10u);
            }
            EXPECT_EQ(remote.counters().busy, 0u);
        });
        return came;
    }
};

TEST_F(ftp_remote_upload, succeeds_when_reply_and_size_agree)
{
    serve({"226 done"});
    EXPECT_EQ(upload(), "ok");
    EXPECT_EQ(counted.bytes_sent, 10u);
}

TEST_F(ftp_remote_upload, is_truncated_when_a_226_comes_after_half)
{
    serve({"226 done", 5});
    EXPECT_EQ(upload(), words(errc::truncated));
}

TEST_F(ftp_remote_upload, succeeds_when_a_426_comes_after_everything)
{
    serve({"426 Failure reading network stream."});
    EXPECT_EQ(upload(), "ok");
}

TEST_F(ftp_remote_upload, fails_when_a_426_comes_after_half)
{
    serve({"426 Failure reading network stream.", 5});
    EXPECT_EQ(upload(), make_reply_error(426).message());
}

TEST_F(ftp_remote_upload, is_out_of_space_whatever_the_size)
{
    serve({"452 No space left on device"});
    EXPECT_EQ(upload(), words(errc::no_space));
}

// pyftpdlib; the bytes may all be there, if only the last flush failed.
TEST_F(ftp_remote_upload, is_out_of_space_when_a_426_says_so)
{
    serve({"426 No space left on device; transfer aborted."});
    EXPECT_EQ(upload(), words(errc::no_space));
}

TEST_F(ftp_remote_upload, is_out_of_space_when_vsftpd_cannot_write)
{
    serve({"451 Failure writing to local file.", 5});
    EXPECT_EQ(upload(), words(errc::no_space));
}

TEST_F(ftp_remote_upload, settles_a_lost_reply_by_the_size_on_another_session)
{
    serve({""});
    EXPECT_EQ(upload(), "ok");
    EXPECT_EQ(server.connections(), 2u);
}

TEST_F(ftp_remote_upload, is_lost_with_the_reply_when_half_is_stored)
{
    serve({"", 5});
    EXPECT_EQ(upload(), words(errc::connection_lost));
}

TEST_F(ftp_remote_upload, does_not_take_the_old_file_for_the_new_one)
{
    serve({"426 Failure reading network stream."});
    file_version before;
    before.size = 10;
    before.modified = {std::chrono::sys_days{std::chrono::year{2026} / 3 / 4} + std::chrono::hours{9} +
                           std::chrono::minutes{17} + std::chrono::seconds{2},
                       time_precision::second, time_source::fact};
    EXPECT_EQ(upload(before), make_reply_error(426).message());
}

TEST_F(ftp_remote_upload, finds_a_missing_parent_behind_a_bare_553)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(std::vector<std::string>(1, "MLST type*;size*;modify*;"));
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /d/f", "553 Could not create file.");
        co_await control.expect("MLST /d/f", "550 No such file or directory");
        co_await control.expect("MLST /d", "550 No such file or directory");
        co_await control.expect_end();
    });
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        upload_request request{path("/d/f")};
        const auto opened = co_await remote.open_upload(std::move(request));
        EXPECT_EQ(outcome(opened), words(errc::not_found));
    });
}

TEST_F(ftp_remote_upload, refuses_names_that_pure_ftpd_would_change)
{
    server.add([](scripted_control& control) -> awaitable<> {
        control.answer_login();
        co_await control.say("220---------- Welcome to Pure-FTPd ----------\r\n220 You will be disconnected");
        co_await control.expect_end();
    });
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        upload_request request{path("/ f")};
        const auto opened = co_await remote.open_upload(std::move(request));
        EXPECT_EQ(outcome(opened), words(errc::invalid_name));
        EXPECT_EQ(outcome(co_await remote.make_directory(path("/d "))), words(errc::invalid_name));
    });
}

TEST_F(ftp_remote_upload, gives_the_session_back_when_it_is_dropped)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        auto data = co_await control.expect_epsv();
        co_await control.expect("STOR /f", "150 go on");
        co_await data.wait_for_end();
        co_await control.say("426 broken");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect_end();
    });
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        upload_request request{path("/f")};
        auto opened = co_await remote.open_upload(std::move(request));
        EXPECT_EQ(outcome(opened), "ok");
        opened = failure{errc::cancelled};
        const bool recovered = co_await comes_true([&] { return remote.counters().busy == 0; });
        EXPECT_TRUE(recovered);
        EXPECT_EQ(remote.counters().sessions, 1u);
    });
}

// As vsftpd: what is asked behind the upload is answered behind its final reply.
class ftp_remote_upload_on_trust : public ftp_remote_fixture {
protected:
    ftp_remote_upload_on_trust() { settings.pipelining = true; }

    // The first upload shows which questions the server answers; the second one is not waited for, and is answered
    // by `rest`.
    void serve(std::function<awaitable<>(scripted_control&, scripted_data&)> rest)
    {
        server.add([rest = std::move(rest)](scripted_control& control) -> awaitable<> {
            control.answer_login();
            co_await control.say("220 (vsFTPd 3.0.3)");
            auto first = co_await control.expect_epsv();
            co_await control.expect("STOR /a", "150 go on");
            co_await first.receive_all();
            first.close();
            co_await control.say("226 done");
            co_await control.expect("SIZE /a", "213 10");
            co_await control.expect("MDTM /a", "213 20260304091702");
            auto data = co_await control.expect_epsv();
            co_await control.expect("STOR /f");
            co_await control.expect("SIZE /f");
            co_await control.expect("MDTM /f");
            co_await rest(control, data);
        });
    }

    static awaitable<std::string> store(ftp::ftp_remote& remote, std::string file, bool trusting)
    {
        upload_request request{path(file)};
        request.trusting = trusting;
        const auto opened = co_await remote.open_upload(std::move(request));
        if (!opened) {
            co_return outcome(opened);
        }
        const auto written = co_await (*opened)->write(pieces("01234", "56789"));
        if (!written) {
            co_return outcome(written);
        }
        co_return outcome(co_await (*opened)->finish(std::nullopt));
    }

    std::string upload()
    {
        std::string came;
        play([&came](ftp::ftp_remote& remote) -> awaitable<> {
            EXPECT_EQ(co_await store(remote, "/a", false), "ok");
            came = co_await store(remote, "/f", true);
            EXPECT_EQ(remote.counters().busy, 0U);
        });
        return came;
    }

    static awaitable<> receive(scripted_control& control, scripted_data& data, std::string last_word)
    {
        co_await control.say("150 go on");
        co_await data.receive_all();
        data.close();
        co_await control.say(std::move(last_word));
    }
};

TEST_F(ftp_remote_upload_on_trust, asks_nothing_again)
{
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        co_await receive(control, data, "226 done");
        co_await control.say("213 10");
        co_await control.say("213 20260304091702");
        co_await control.expect_end();
    });
    EXPECT_EQ(upload(), "ok");
    EXPECT_EQ(count_commands("SIZE /f"), 1U);
}

TEST_F(ftp_remote_upload_on_trust, is_truncated_when_the_size_is_wrong)
{
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        co_await receive(control, data, "226 done");
        co_await control.say("213 9");
        co_await control.say("213 20260304091702");
        co_await control.expect_end();
    });
    EXPECT_EQ(upload(), words(errc::truncated));
}

TEST_F(ftp_remote_upload_on_trust, succeeds_when_a_426_comes_after_everything)
{
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        co_await receive(control, data, "426 Failure reading network stream.");
        co_await control.say("213 10");
        co_await control.say("213 20260304091702");
        co_await control.expect_end();
    });
    EXPECT_EQ(upload(), "ok");
}

TEST_F(ftp_remote_upload_on_trust, explains_a_refusal)
{
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        co_await data.receive_all();
        co_await control.say("553 Could not create file.");
        co_await control.say("550 Could not get file size.");
        co_await control.say("550 Could not get file modification time.");
        // The parent is there, so it is a question of rights.
        auto listed = control.listen();
        for (auto command = co_await control.next(); !command.empty() && command != "QUIT";
             command = co_await control.next()) {
            if (command == "CWD /") {
                co_await control.say("250 ok");
            } else if (command == "EPSV") {
                listed = control.listen();
                co_await control.say("229 ok " + listed.epsv_text());
            } else if (command.starts_with("LIST")) {
                co_await control.say("150 here");
                co_await listed.send("-rw-r--r-- 1 0 0 10 Mar 04 2026 a\r\n");
                listed.close();
                co_await control.say("226 done");
            } else {
                co_await control.say("550 no");
            }
        }
    });
    EXPECT_EQ(upload(), words(errc::permission_denied));
}

TEST_F(ftp_remote_upload_on_trust, looks_on_another_session_when_the_answers_are_lost)
{
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        co_await receive(control, data, "226 done");
        control.close();
    });
    server.otherwise([](scripted_control& control) -> awaitable<> {
        control.answer_login();
        co_await control.say("220 (vsFTPd 3.0.3)");
        control.answer("CWD", "250 ok");
        control.answer("SIZE", "213 10");
        control.answer("MDTM", "213 20260304091702");
        for (auto command = co_await control.next(); command == "EPSV"; command = co_await control.next()) {
            auto listed = control.listen();
            co_await control.say("229 ok " + listed.epsv_text());
            const auto listing = co_await control.next();
            EXPECT_TRUE(listing.starts_with("LIST")) << listing;
            co_await control.say("150 here");
            co_await listed.send("-rw-r--r-- 1 0 0 10 Mar 04 2026 f\r\n");
            listed.close();
            co_await control.say("226 done");
        }
    });
    EXPECT_EQ(upload(), "ok");
    EXPECT_EQ(server.connections(), 2U);
}

}  // namespace
}  // namespace ftpfs::test
