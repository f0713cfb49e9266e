// Active mode, where the server connects to us, and servers that want to know the command before the port.
#include "session_fixture.hpp"
#include "support/pieces.hpp"

#include <gmock/gmock.h>

namespace ftpfs::test {
namespace {

using testing::HasSubstr;

const std::vector<std::string> with_mlst{"MLST type*;size*;modify*;", "SIZE", "MDTM", "REST STREAM"};
constexpr auto one_file = "type=file;size=3;modify=20260304091702; a\r\n";

class session_active : public session_fixture {
protected:
    session_active() { settings.data = ftp::data_mode::active; }

    static awaitable<> give_listing(scripted_control& control, scripted_data& data)
    {
        co_await control.expect("MLSD");
        co_await data.accept();
        co_await control.say("150 here");
        co_await data.send(one_file);
        data.close();
        co_await control.say("226 done");
    }

    static awaitable<> list_root(session& on)
    {
        const auto listed = co_await on.list(path("/"));
        CO_REQUIRE(listed);
        EXPECT_EQ(listed->entries.size(), 1U);
    }

    failure refused_listing()
    {
        failure why;
        with_session([&](session& opened) -> awaitable<> {
            const auto listed = co_await opened.list(path("/"));
            EXPECT_FALSE(listed);
            why = listed ? failure{} : listed.error();
        });
        return why;
    }
};

TEST_F(session_active, lets_the_server_connect)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto data = co_await control.expect_port();
        co_await give_listing(control, data);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> { co_await list_root(opened); });
}

TEST_F(session_active, is_ready_before_the_server_hears_of_it)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        // As pyftpdlib: connects before it answers.
        const auto client = co_await control.expect_offer("PORT", "");
        scripted_data data{control.get_executor(), boost::asio::ip::make_address("127.0.0.1"), client};
        co_await data.accept();
        co_await control.say("200 Active data connection established.");
        co_await control.expect("MLSD", "125 here");
        co_await data.send(one_file);
        data.close();
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> { co_await list_root(opened); });
}

TEST_F(session_active, takes_bytes_that_come_after_the_final_reply)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto data = co_await control.expect_port();
        co_await control.expect("MLSD", "150 here");
        co_await control.say("226 done");
        co_await data.send(one_file);
        data.close();
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> { co_await list_root(opened); });
}

TEST_F(session_active, tells_the_address_and_the_ports_that_were_given)
{
    settings.active_address = boost::asio::ip::make_address("203.0.113.9");
    settings.active_ports = {52'000, 52'099};
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        const auto told = co_await control.expect_offer("PORT");
        EXPECT_EQ(told.address().to_string(), "203.0.113.9");
        EXPECT_GE(told.port(), 52'000);
        EXPECT_LE(told.port(), 52'099);
        // The router passes it on.
        const boost::asio::ip::tcp::endpoint behind{boost::asio::ip::make_address("127.0.0.1"), told.port()};
        scripted_data data{control.get_executor(), boost::asio::ip::make_address("127.0.0.1"), behind};
        co_await give_listing(control, data);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> { co_await list_root(opened); });
}

TEST_F(session_active, speaks_eprt_where_port_is_unknown)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        for (int i = 0; i < 2; ++i) {
            if (i == 0) {
                co_await control.expect_offer("PORT", "502 no such command");
            }
            const auto client = co_await control.expect_offer("EPRT");
            scripted_data data{control.get_executor(), boost::asio::ip::make_address("127.0.0.1"), client};
            co_await give_listing(control, data);
        }
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await list_root(opened);
        co_await list_root(opened);
    });
}

TEST_F(session_active, speaks_eprt_over_ipv6)
{
    scripted_server ipv6_server{loop, true};
    settings.host = "::1";
    settings.port = ipv6_server.port();
    ipv6_server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        const auto client = co_await control.expect_offer("EPRT |2|::1|");
        scripted_data data{control.get_executor(), boost::asio::ip::make_address("::1"), client};
        co_await give_listing(control, data);
        co_await control.expect_end();
    });
    auto client = [this]() -> awaitable<> {
        auto opened = co_await open();
        CO_REQUIRE(opened);
        co_await list_root(**opened);
    };
    ipv6_server.play(client());
}

TEST_F(session_active, offers_only_an_address_of_the_family_the_server_is_reached_by)
{
    settings.active_address = boost::asio::ip::make_address("2001:db8::1");
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect_end();
    });
    EXPECT_THAT(refused_listing().detail, HasSubstr("active_address=2001:db8::1 is not of the family"));
}

TEST_F(session_active, says_that_the_server_could_not_connect)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect_offer("PORT");
        co_await control.expect("MLSD", "425 Can't build data connection: No route to host.");
        co_await control.expect_end();
    });
    const auto why = refused_listing();
    EXPECT_EQ(why.code, make_reply_error(425));
    EXPECT_THAT(why.detail, HasSubstr("the server was to connect to 127.0.0.1:"));
    EXPECT_THAT(why.detail, HasSubstr("No route to host"));
    EXPECT_THAT(why.detail, HasSubstr("active_address="));
}

TEST_F(session_active, says_that_the_server_tried_in_silence)
{
    be_impatient();
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect_offer("PORT");
        co_await control.expect("MLSD");
        co_await control.stay_silent();
    });
    const auto why = refused_listing();
    EXPECT_TRUE(why == errc::timed_out);
    EXPECT_THAT(why.detail, HasSubstr("the server was to connect to 127.0.0.1:"));
}

TEST_F(session_active, says_what_the_server_refuses)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect_offer("PORT", "501 Foreign address.");
        co_await control.expect_end();
    });
    const auto why = refused_listing();
    EXPECT_THAT(why.detail, HasSubstr("the server was asked to connect to 127.0.0.1:"));
    EXPECT_THAT(why.detail, HasSubstr("501 Foreign address."));
}

TEST_F(session_active, keeps_a_refusal_of_the_file_as_it_is)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect("MLST /a", "250-\r\n type=file;size=3; /a\r\n250 end");
        co_await control.expect_offer("PORT");
        co_await control.expect("RETR /a", "550 No such file");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.retrieve(path("/a"), {0}, std::nullopt);
        EXPECT_TRUE(!begun && begun.error() == errc::not_found);
        EXPECT_EQ(begun.error().detail.find("active mode"), std::string::npos);
    });
}

TEST_F(session_active, arms_nothing_and_asks_nothing_behind_a_transfer)
{
    settings.pipelining = true;
    profile.data = support::works;
    profile.epsv = support::works;
    profile.mlsd = support::works;
    profile.queueing = support::works;
    profile.pipelining = support::works;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto data = co_await control.expect_port();
        co_await give_listing(control, data);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        EXPECT_FALSE(opened.wants_preparation());
        co_await list_root(opened);
        EXPECT_FALSE(opened.wants_preparation());
    });
}

TEST_F(session_active, sends_nothing_before_the_server_has_connected)
{
    settings.pipelining = true;
    profile.pipelining = support::works;
    profile.queueing = support::works;
    profile.early_data = support::works;
    profile.mlst = support::works;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto data = co_await control.expect_port();
        co_await control.expect("STOR /a");
        co_await data.accept();
        co_await control.say("150 go on");
        EXPECT_EQ(co_await data.receive_all(), "hello");
        data.close();
        co_await control.say("226 done");
        co_await control.expect("MLST /a", "250-\r\n type=file;size=5; /a\r\n250 end");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        CO_REQUIRE(co_await opened.store(path("/a"), remote::upload_start::replace, 0, std::nullopt, true));
        CO_REQUIRE(co_await opened.write(pieces("hello")));
        CO_REQUIRE(co_await opened.finish_store());
    });
}

TEST_F(session_active, ends_the_upload_of_an_empty_file)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        auto data = co_await control.expect_port();
        co_await control.expect("STOR /a");
        co_await data.accept();
        co_await control.say("150 go on");
        EXPECT_EQ(co_await data.receive_all(), "");
        data.close();
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        CO_REQUIRE(co_await opened.store(path("/a"), remote::upload_start::replace, 0, std::nullopt));
        CO_REQUIRE(co_await opened.finish_store());
    });
}

class session_climbing_to_active : public session_active {
protected:
    session_climbing_to_active() { settings.data = ftp::data_mode::automatic; }

    static awaitable<> refuse_passive(scripted_control& control)
    {
        co_await control.expect("EPSV", "500 no");
        co_await control.expect("PASV", "500 no");
    }
};

TEST_F(session_climbing_to_active, does_so_only_if_somebody_has_prepared_for_it)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await refuse_passive(control);
        co_await control.expect_end();
    });
    EXPECT_THAT(refused_listing().detail, HasSubstr("EPSV: 500 no; PASV: 500 no"));
}

TEST_F(session_climbing_to_active, comes_last_and_is_remembered)
{
    settings.active_ports = {52'100, 52'199};
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await refuse_passive(control);
        for (int i = 0; i < 2; ++i) {
            auto data = co_await control.expect_port();
            co_await give_listing(control, data);
        }
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await list_root(opened);
        co_await list_root(opened);
    });
    EXPECT_EQ(profile.active, support::works);
}

class session_announcing : public session_active {
protected:
    session_announcing() { settings.data = ftp::data_mode::automatic; }

    const std::vector<std::string> features{"MLST type*;size*;modify*;", "PRET"};
};

TEST_F(session_announcing, tells_the_command_before_it_asks_for_a_port)
{
    server.add([this](scripted_control& control) -> awaitable<> {
        co_await control.greet(features);
        co_await control.expect("PRET MLSD", "200 OK");
        co_await control.transfer("MLSD", one_file);
        co_await control.expect("MLST /a", "250-\r\n type=file;size=3; /a\r\n250 end");
        co_await control.expect("PRET RETR /a", "200 OK");
        co_await control.transfer("RETR /a", "abc");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await list_root(opened);
        EXPECT_FALSE(opened.wants_preparation());
        CO_REQUIRE(co_await opened.retrieve(path("/a"), {0}, std::nullopt));
        std::string text;
        CO_REQUIRE(co_await read_all(opened, text));
        EXPECT_EQ(text, "abc");
    });
}

TEST_F(session_announcing, takes_a_refusal_for_one_of_the_command)
{
    server.add([this](scripted_control& control) -> awaitable<> {
        co_await control.greet(features);
        co_await control.expect("PRET STOR /a", "550 Permission denied.");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.store(path("/a"), remote::upload_start::replace, 0, std::nullopt);
        EXPECT_TRUE(!begun && begun.error() == errc::permission_denied);
    });
}

TEST_F(session_announcing, stops_where_the_server_has_no_such_command)
{
    server.add([this](scripted_control& control) -> awaitable<> {
        co_await control.greet(features);
        co_await control.expect("PRET MLSD", "500 what?");
        co_await control.transfer("MLSD", one_file);
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        co_await list_root(opened);
        co_await list_root(opened);
    });
}

}  // namespace
}  // namespace ftpfs::test
