// What the log's dialogue hears of a session: everything but passwords.
#include "session_fixture.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace ftpfs::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> with_mlsd{"MLST type*;size*;"};

class session_trace : public session_fixture {
protected:
    session_trace() { trace_->set_pattern("%v"); }

    log logger() const { return log{}.with_trace(trace_).with_prefix("session 1: "); }

    void list_root() { server.play(run()); }

    failure failed_login()
    {
        failure why;
        server.play(fail(why));
        return why;
    }

    std::string heard() const { return text_.str(); }

private:
    awaitable<> run()
    {
        ftp::session_setup setup{connector, settings, profile, logger()};
        auto opened = co_await session::open(std::move(setup));
        CO_REQUIRE(opened);
        const auto listed = co_await (*opened)->list(remote_path{});
        EXPECT_TRUE(listed);
    }

    awaitable<> fail(failure& why)
    {
        ftp::session_setup setup{connector, settings, profile, logger()};
        const auto opened = co_await session::open(std::move(setup));
        EXPECT_FALSE(opened);
        if (!opened) {
            why = opened.error();
        }
    }

    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> trace_ =
        std::make_shared<spdlog::logger>("trace", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
};

TEST_F(session_trace, has_commands_replies_and_data_connections)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.transfer("MLSD", "type=file;size=3; a\r\n");
        co_await control.expect_end();
    });
    list_root();
    EXPECT_THAT(heard(), HasSubstr("session 1: connected to 127.0.0.1:"));
    EXPECT_THAT(heard(), HasSubstr("session 1: > USER bob\nsession 1: < 331"));
    EXPECT_THAT(heard(), HasSubstr("session 1: > PASS ****\nsession 1: < 230"));
    EXPECT_THAT(heard(), HasSubstr("session 1: > MLSD\nsession 1: < 150"));
    EXPECT_THAT(heard(), HasSubstr("session 1: data connection from 127.0.0.1:"));
    EXPECT_THAT(heard(), HasSubstr(" ms: 21 bytes received, 0 sent\n"));
    EXPECT_THAT(heard(), HasSubstr("MLST type*;size*;")) << "all lines of a reply";
    EXPECT_THAT(heard(), Not(HasSubstr("s3cret")));
}

TEST_F(session_trace, hides_a_password_that_the_server_repeats_at_once_or_later)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("220 hello");
        co_await control.expect("USER bob", "331 who?");
        co_await control.expect("PASS s3cret", "230-s3cret is your password\r\n230 s3cret it is");
        control.answer_login();
        control.answer("SYST", "215 UNIX, and you said s3cret");
        co_await control.transfer("LIST", "");
        co_await control.expect_end();
    });
    profile.mlsd = support::refused;
    settings.hidden = ftp::hidden_files::off;
    list_root();
    EXPECT_THAT(heard(), HasSubstr("< 230 **** is your password | **** it is"));
    EXPECT_THAT(heard(), HasSubstr("and you said ****"));
    EXPECT_THAT(heard(), Not(HasSubstr("s3cret")));
}

TEST_F(session_trace, hides_it_in_the_failure_that_a_user_reads_and_escapes_control_characters)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("220 hello");
        co_await control.expect("USER bob", "331 who?");
        co_await control.expect("PASS s3cret", "530 bob/s3cret: \x1b[31mwrong");
        co_await control.expect_end();
    });
    const auto why = failed_login();
    EXPECT_EQ(why.detail, "530 bob/****: \\x1b[31mwrong");
    EXPECT_THAT(heard(), HasSubstr("< 530 bob/****: \\x1b[31mwrong\n"));
}

TEST_F(session_trace, hides_the_account)
{
    settings.account = "sales-7";
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("220 hello");
        co_await control.expect("USER bob", "331 who?");
        co_await control.expect("PASS s3cret", "332 account?");
        co_await control.expect("ACCT sales-7", "530 no account sales-7");
        co_await control.expect_end();
    });
    EXPECT_EQ(failed_login().detail, "530 no account ****");
    EXPECT_THAT(heard(), HasSubstr("> ACCT ****"));
    EXPECT_THAT(heard(), Not(HasSubstr("sales-7")));
}

TEST_F(session_trace, says_why_there_is_no_connection)
{
    server.stop_listening();
    failed_login();
    EXPECT_THAT(heard(), HasSubstr("session 1: connecting to 127.0.0.1:"));
    EXPECT_THAT(heard(), HasSubstr("session 1: no connection: "));
}

}  // namespace
}  // namespace ftpfs::test
