#include "session_fixture.hpp"
#include "support/silent_port.hpp"

#include <gmock/gmock.h>

namespace ftpfs::test {
namespace {

const std::vector<std::string> with_mlsd{"MLST type*;size*;modify*;", "SIZE", "MDTM", "REST STREAM"};
constexpr auto one_file = "type=file;size=3;modify=20260304091702; a\r\n";

using testing::HasSubstr;

class session_data_connection : public session_fixture {
protected:
    // One listing, over a data connection that is there.
    static awaitable<> give_listing(scripted_control& control, scripted_data& data)
    {
        co_await control.expect("MLSD", "150 here");
        co_await data.send(one_file);
        data.close();
        co_await control.say("226 done");
    }

    // Nobody listens there.
    static std::string dead_port(scripted_control& control, std::string_view address)
    {
        auto closed = control.listen();
        closed.refuse_connections();
        return closed.pasv_text(address);
    }

    failure refused_listing()
    {
        failure why;
        with_session([&](session& opened) -> awaitable<> {
            const auto listed = co_await opened.list(path("/"));
            EXPECT_FALSE(listed);
            EXPECT_FALSE(opened.lost());
            why = listed ? failure{} : listed.error();
        });
        return why;
    }

    void list_root_at_the_second_try()
    {
        with_session([](session& opened) -> awaitable<> {
            EXPECT_FALSE(co_await opened.list(path("/")));
            CO_REQUIRE(co_await opened.list(path("/")));
        });
    }

    // Lists the root so often, and each time it must show one file.
    void list_root(int times)
    {
        with_session([times](session& opened) -> awaitable<> {
            for (int i = 0; i < times; ++i) {
                const auto listed = co_await opened.list(path("/"));
                CO_REQUIRE(listed);
                EXPECT_EQ(listed->entries.size(), 1U);
            }
        });
    }
};

TEST_F(session_data_connection, uses_epsv)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    list_root(1);
    EXPECT_EQ(profile.epsv, support::works);
}

TEST_F(session_data_connection, uses_pasv_for_good_once_epsv_was_refused)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("EPSV", "500 EPSV not understood");
        for (int i = 0; i < 2; ++i) {
            auto data = co_await control.expect_pasv();
            co_await control.expect("MLSD", "150 here");
            co_await data.send(one_file);
            data.close();
            co_await control.say("226 done");
        }
        co_await control.expect_end();
    });
    list_root(2);
    EXPECT_EQ(profile.epsv, support::refused);
}

TEST_F(session_data_connection, uses_pasv_for_good_once_an_epsv_port_could_not_be_reached)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto closed = control.listen();
        closed.refuse_connections();
        co_await control.expect("EPSV", "229 ok " + closed.epsv_text());
        for (int i = 0; i < 2; ++i) {
            auto data = co_await control.expect_pasv();
            co_await control.expect("MLSD", "150 here");
            co_await data.send(one_file);
            data.close();
            co_await control.say("226 done");
        }
        co_await control.expect_end();
    });
    list_root(2);
    EXPECT_EQ(profile.epsv, support::refused);
}

TEST_F(session_data_connection, uses_pasv_for_good_once_an_epsv_port_answered_nothing)
{
    settings.connect_timeout = std::chrono::milliseconds{50};
    const silent_port dropped{loop};
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("EPSV", "229 ok (|||" + std::to_string(dropped.endpoint().port()) + "|)");
        for (int i = 0; i < 2; ++i) {
            auto data = co_await control.expect_pasv();
            co_await give_listing(control, data);
        }
        co_await control.expect_end();
    });
    list_root(2);
    EXPECT_EQ(profile.epsv, support::refused);
    EXPECT_EQ(profile.pasv, support::works);
}

TEST_F(session_data_connection, tells_what_became_of_each_way)
{
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("EPSV", "500 no such thing");
        co_await control.expect("PASV", "227 ok " + dead_port(control, "127,0,0,1"));
        co_await control.expect_end();
    });
    const auto why = refused_listing();
    EXPECT_THAT(why.detail, HasSubstr("EPSV: 500 no such thing; PASV: connect 127.0.0.1:"));
    EXPECT_THAT(why.detail, HasSubstr("a firewall may close the server's passive ports"));
}

TEST_F(session_data_connection, begins_anew_with_epsv_after_everything_has_failed)
{
    profile.epsv = support::refused;
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("PASV", "227 ok " + dead_port(control, "127,0,0,1"));
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    list_root_at_the_second_try();
    EXPECT_EQ(profile.epsv, support::works);
}

TEST_F(session_data_connection, believes_the_address_in_a_227_if_told_to)
{
    settings.data = ftp::data_mode::pasv;
    settings.pasv_address = ftp::pasv_address::server;
    scripted_data elsewhere{loop.get_executor(), boost::asio::ip::make_address("127.0.0.2")};
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("PASV", "227 ok " + elsewhere.pasv_text("127,0,0,2"));
        co_await give_listing(control, elsewhere);
        co_await control.expect_end();
    });
    list_root(1);
}

TEST_F(session_data_connection, says_that_the_address_it_was_told_to_believe_is_wrong)
{
    settings.data = ftp::data_mode::pasv;
    settings.pasv_address = ftp::pasv_address::server;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("PASV", "227 ok " + dead_port(control, "127,0,0,2"));
        co_await control.expect_end();
    });
    const auto why = refused_listing();
    EXPECT_TRUE(why == errc::connection_refused);
    EXPECT_THAT(why.detail, HasSubstr("connect 127.0.0.2:"));
    EXPECT_THAT(why.detail, HasSubstr("the server named the address 127.0.0.2"));
    EXPECT_THAT(why.detail, HasSubstr("pasv_address=control"));
}

TEST_F(session_data_connection, finds_out_that_the_data_ports_are_elsewhere_and_remembers_it)
{
    settings.data = ftp::data_mode::pasv;
    settings.pasv_address = ftp::pasv_address::automatic;
    const auto there = boost::asio::ip::make_address("127.0.0.2");
    scripted_data first{loop.get_executor(), there};
    scripted_data second{loop.get_executor(), there};
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        for (auto* data : {&first, &second}) {
            co_await control.expect("PASV", "227 ok " + data->pasv_text("127,0,0,2"));
            co_await give_listing(control, *data);
        }
        co_await control.expect_end();
    });
    with_session([this](session& opened) -> awaitable<> {
        CO_REQUIRE(co_await opened.list(path("/")));
        EXPECT_EQ(profile.named_address, support::works);
        CO_REQUIRE(co_await opened.list(path("/")));
    });
}

TEST_F(session_data_connection, tries_an_address_again_that_has_worked_before)
{
    settings.data = ftp::data_mode::pasv;
    settings.pasv_address = ftp::pasv_address::automatic;
    profile.named_address = support::works;
    scripted_data elsewhere{loop.get_executor(), boost::asio::ip::make_address("127.0.0.2")};
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("PASV", "227 ok " + dead_port(control, "127,0,0,2"));
        co_await control.expect("PASV", "227 ok " + elsewhere.pasv_text("127,0,0,2"));
        co_await give_listing(control, elsewhere);
        co_await control.expect_end();
    });
    list_root_at_the_second_try();
    EXPECT_EQ(profile.named_address, support::works);
}

TEST_F(session_data_connection, tries_an_address_the_server_named_only_once)
{
    settings.data = ftp::data_mode::pasv;
    settings.pasv_address = ftp::pasv_address::automatic;
    scripted_data unasked{loop.get_executor(), boost::asio::ip::make_address("127.0.0.2")};
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("PASV", "227 ok " + dead_port(control, "127,0,0,2"));
        co_await control.expect("PASV", "227 ok " + unasked.pasv_text("127,0,0,2"));
        co_await control.expect_end();
    });
    with_session([this](session& opened) -> awaitable<> {
        EXPECT_FALSE(co_await opened.list(path("/")));
        EXPECT_EQ(profile.named_address, support::refused);
        EXPECT_FALSE(co_await opened.list(path("/")));
    });
}

TEST_F(session_data_connection, comes_from_the_address_that_was_asked_for)
{
    settings.bind = boost::asio::ip::make_address("127.0.0.9");
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLSD", "150 here");
        co_await data.send(one_file);
        EXPECT_EQ(data.peer().address().to_string(), "127.0.0.9");
        data.close();
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    list_root(1);
}

TEST_F(session_data_connection, ignores_the_address_in_a_227)
{
    settings.data = ftp::data_mode::pasv;
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto data = control.listen();
        co_await control.expect("PASV", "227 Entering Passive Mode " + data.pasv_text("10,255,255,1"));
        co_await control.expect("MLSD", "150 here");
        co_await data.send(one_file);
        data.close();
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    list_root(1);
}

TEST_F(session_data_connection, accepts_a_227_in_answer_to_epsv)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto data = control.listen();
        co_await control.expect("EPSV", "227 Entering Passive Mode " + data.pasv_text());
        co_await control.expect("MLSD", "150 here");
        co_await data.send(one_file);
        data.close();
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    list_root(1);
}

TEST_F(session_data_connection, refuses_port_0_and_the_control_port_and_keeps_the_session)
{
    settings.data = ftp::data_mode::epsv;
    const auto control_port = std::to_string(server.port());
    server.add([&](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("EPSV", "229 ok (|||0|)");
        co_await control.expect("EPSV", "229 ok (|||" + control_port + "|)");
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        for (int i = 0; i < 2; ++i) {
            const auto listed = co_await opened.list(path("/"));
            EXPECT_FALSE(listed);
            EXPECT_FALSE(opened.lost());
        }
        const auto listed = co_await opened.list(path("/"));
        CO_REQUIRE(listed);
    });
}

TEST_F(session_data_connection, keeps_the_session_when_no_data_port_can_be_reached)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto closed = control.listen();
        closed.refuse_connections();
        co_await control.expect("EPSV", "229 ok " + closed.epsv_text());
        co_await control.expect("PASV", "227 ok " + closed.pasv_text());
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto listed = co_await opened.list(path("/"));
        EXPECT_TRUE(!listed && listed.error() == errc::connection_refused);
        EXPECT_FALSE(opened.lost());
        CO_REQUIRE(co_await opened.ping());
    });
    EXPECT_EQ(profile.epsv, support::unknown);
}

TEST_F(session_data_connection, comes_from_the_address_of_the_control_connection)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLSD", "150 here");
        co_await data.send(one_file);
        EXPECT_EQ(data.peer().address().to_string(), "127.0.0.1");
        data.close();
        co_await control.say("226 done");
        co_await control.expect_end();
    });
    list_root(1);
}

class session_over_ipv6 : public session_data_connection {};

TEST_F(session_over_ipv6, never_falls_back_to_pasv)
{
    scripted_server ipv6_server{loop, true};
    settings.host = "::1";
    settings.port = ipv6_server.port();
    ipv6_server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlsd);
        co_await control.expect("EPSV", "500 no");
        co_await control.transfer("MLSD", one_file);
        co_await control.expect_end();
    });
    auto client = [this]() -> awaitable<> {
        auto opened = co_await open();
        CO_REQUIRE(opened);
        const auto refused = co_await (*opened)->list(path("/"));
        EXPECT_FALSE(refused);
        const auto listed = co_await (*opened)->list(path("/"));
        CO_REQUIRE(listed);
    };
    ipv6_server.play(client());
}

}  // namespace
}  // namespace ftpfs::test
