#include "session_fixture.hpp"

namespace ftpfs::test {
namespace {

const std::vector<std::string> with_mlst{"MLST type*;size*;modify*;"};
constexpr std::uint64_t much = 8 * 1024 * 1024;

class session_abandon : public session_fixture {
protected:
    // The server begins to send a large file; `rest` plays what follows the client's first bytes.
    void serve(std::function<awaitable<>(scripted_control&, scripted_data&)> rest, std::uint64_t size = much)
    {
        server.add([rest = std::move(rest), size](scripted_control& control) -> awaitable<> {
            co_await control.greet(with_mlst);
            co_await control.expect("MLST /f", "250-Listing\r\n type=file;size=" + std::to_string(size) +
                                                   ";modify=20260304091702; /f\r\n250 End");
            auto data = co_await control.expect_epsv();
            co_await control.expect("RETR /f", "150 here");
            co_await rest(control, data);
            co_await control.expect_end();
        });
    }

    // Reads a little, leaves, and tells whether the session is still good for a ping.
    bool survives_abandon()
    {
        bool survived = false;
        with_session([&survived](session& opened) -> awaitable<> {
            const auto begun = co_await opened.retrieve(path("/f"), {0}, std::nullopt);
            CO_REQUIRE(begun);
            std::array<std::byte, 100> some{};
            CO_REQUIRE(co_await opened.read_some(some));
            co_await opened.abandon();
            EXPECT_FALSE(opened.transferring());
            if (!opened.lost()) {
                CO_REQUIRE(co_await opened.ping());
                survived = true;
            }
        });
        return survived;
    }
};

TEST_F(session_abandon, closes_and_takes_the_426_of_most_servers)
{
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        EXPECT_LT(co_await data.flood(much), much);
        co_await control.say("426 Failure writing network stream.");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect("NOOP", "200 ok");
    });
    EXPECT_TRUE(survives_abandon());
}

TEST_F(session_abandon, takes_the_second_150_of_pure_ftpd_for_the_end_and_remembers)
{
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        EXPECT_LT(co_await data.flood(much), much);
        co_await control.say("150 0.001 seconds (measured here), 12.00 Mbytes per second");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect("NOOP", "200 ok");
    });
    EXPECT_TRUE(survives_abandon());
    EXPECT_EQ(profile.abort, ftp::abort_style::abor_first);
}

TEST_F(session_abandon, sends_pure_ftpd_an_abor_before_it_closes)
{
    profile.abort = ftp::abort_style::abor_first;
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        co_await data.send(std::string(1000, 'x'));
        co_await control.expect("ABOR");
        data.close();
        co_await control.say("426 aborted");
        co_await control.say("226 ABOR ok");
        co_await control.expect("NOOP", "200 ok");
        co_await control.expect("NOOP", "200 ok");
    });
    EXPECT_TRUE(survives_abandon());
}

TEST_F(session_abandon, reads_a_small_rest_to_its_end)
{
    serve(
        [](scripted_control& control, scripted_data& data) -> awaitable<> {
            co_await data.send(std::string(5000, 'x'));
            data.close();
            co_await control.say("226 done");
            co_await control.expect("NOOP", "200 ok");
        },
        5000);
    EXPECT_TRUE(survives_abandon());
}

TEST_F(session_abandon, loses_the_session_of_a_server_that_says_nothing)
{
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        EXPECT_LT(co_await data.flood(much), much);
        co_await control.stay_silent();
    });
    EXPECT_FALSE(survives_abandon());
}

TEST_F(session_abandon, loses_the_session_of_a_server_that_says_too_much)
{
    serve([](scripted_control& control, scripted_data& data) -> awaitable<> {
        EXPECT_LT(co_await data.flood(much), much);
        co_await control.say("426 aborted");
        co_await control.expect("NOOP");
        for (int i = 0; i < 4; ++i) {
            co_await control.say("226 what?");
        }
    });
    EXPECT_FALSE(survives_abandon());
}

}  // namespace
}  // namespace ftpfs::test
