#include "session_fixture.hpp"

namespace ftpfs::test {
namespace {

class session_login : public session_fixture {};

TEST_F(session_login, ends_in_the_directory_that_pwd_names)
{
    server.add([](scripted_control& control) -> awaitable<> {
        control.answer_login();
        control.answer("PWD", "257 \"/home/bob\" is the current directory");
        co_await control.say("220 hello");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        CO_REQUIRE(opened.home());
        EXPECT_EQ(opened.home()->str(), "/home/bob");
        EXPECT_FALSE(opened.lost());
        EXPECT_TRUE(opened.check());
    });
    EXPECT_EQ(server.commands().at(0), "USER bob");
    EXPECT_EQ(server.commands().at(1), "PASS s3cret");
}

TEST_F(session_login, waits_after_a_120_for_the_220)
{
    server.add([](scripted_control& control) -> awaitable<> {
        control.answer_login();
        co_await control.say("120 ready in a moment");
        co_await control.say("220 now");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_FALSE(opened.lost());
        co_return;
    });
}

TEST_F(session_login, reads_replies_that_come_byte_by_byte)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say_in_pieces("220-hello\r\n and\r\n220 welcome\r\n");
        co_await control.expect("USER bob");
        co_await control.say_in_pieces("331 password\r\n");
        control.answer_login();
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_FALSE(opened.lost());
        co_return;
    });
}

TEST_F(session_login, knows_an_http_server_from_an_ftp_server)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("HTTP/1.1 400 Bad Request");
        co_await control.expect_end();
    });
    EXPECT_TRUE(refused_login() == errc::not_an_ftp_server);
}

TEST_F(session_login, takes_a_530_about_too_many_sessions_for_a_limit)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("220 ProFTPD Server");
        co_await control.expect("USER bob", "331 Password required for bob");
        co_await control.expect("PASS s3cret", "530 Sorry, the maximum number of clients (3) for this user already "
                                               "connected.");
        co_await control.expect_end();
    });
    EXPECT_TRUE(refused_login() == errc::server_busy);
}

TEST_F(session_login, takes_a_421_greeting_for_a_limit)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("421 There are too many connections from your internet address.");
        control.close();
    });
    EXPECT_TRUE(refused_login() == errc::server_busy);
}

TEST_F(session_login, takes_a_421_at_pass_for_a_limit)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("220 Pure-FTPd");
        co_await control.expect("USER bob", "331 ok");
        co_await control.expect("PASS s3cret", "421 I can't accept more than 3 connections as the same user");
        control.close();
    });
    EXPECT_TRUE(refused_login() == errc::server_busy);
}

TEST_F(session_login, takes_a_greeting_of_nothing_for_a_limit)
{
    server.add([](scripted_control& control) -> awaitable<> {
        control.close();
        co_return;
    });
    EXPECT_TRUE(refused_login() == errc::server_busy);
}

TEST_F(session_login, reports_a_wrong_password_without_showing_it)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("220 hello");
        co_await control.expect("USER bob", "331 password");
        co_await control.expect("PASS s3cret", "530 Login incorrect.");
        co_await control.expect_end();
    });
    const auto why = refused_login();
    EXPECT_TRUE(why == errc::login_refused);
    EXPECT_EQ(to_string(why).find("s3cret"), std::string::npos);
}

TEST_F(session_login, gives_up_on_a_server_that_does_not_greet)
{
    be_impatient();
    server.add([](scripted_control& control) -> awaitable<> { co_await control.stay_silent(); });
    EXPECT_TRUE(refused_login() == errc::timed_out);
}

TEST_F(session_login, gives_up_on_a_server_that_falls_silent)
{
    be_impatient();
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("220 hello");
        co_await control.stay_silent();
    });
    EXPECT_TRUE(refused_login() == errc::timed_out);
}

TEST_F(session_login, reports_that_nobody_listens)
{
    server.stop_listening();
    const auto why = refused_login();
    EXPECT_TRUE(why == errc::connection_refused);
    EXPECT_EQ(why.detail, "connect 127.0.0.1:" + std::to_string(server.port()) + ": refused");
}

TEST_F(session_login, never_tries_mlsd_where_feat_does_not_list_it)
{
    server.add([](scripted_control& control) -> awaitable<> {
        const std::vector<std::string> features{"SIZE", "MDTM"};
        co_await control.greet(features);
        co_await control.expect_end();
    });
    with_session([](session&) -> awaitable<> { co_return; });
    EXPECT_EQ(profile.mlsd, support::refused);
    EXPECT_EQ(profile.size, support::unknown);
}

}  // namespace
}  // namespace ftpfs::test
