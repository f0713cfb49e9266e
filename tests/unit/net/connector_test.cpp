#include "ftpfs/net/connector.hpp"

#include "connect_race.hpp"
#include "support/run.hpp"
#include "support/silent_port.hpp"

#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace ftpfs::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class connector_test : public testing::Test {
protected:
    static connect_request request_to(std::uint16_t where)
    {
        connect_request request{"127.0.0.1", where};
        request.timeout = std::chrono::seconds{5};
        return request;
    }

    // A result without a value of its own can't cross test::run.
    static awaitable<std::optional<endpoint>> winner(std::shared_ptr<connect_race> race)
    {
        auto socket = co_await race->run();
        co_return socket ? std::optional{socket->remote_endpoint()} : std::nullopt;
    }

    // A port of which nobody else will listen while the test runs.
    std::uint16_t closed_port()
    {
        tcp::socket bound{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
        return bound.local_endpoint().port();
    }

    asio::io_context loop;
    async::helper_thread helper;
    connector to_test{loop.get_executor(), helper};
    tcp::acceptor listener{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    std::uint16_t port = listener.local_endpoint().port();
};

TEST_F(connector_test, connects_to_a_numeric_address)
{
    const auto stream = test::run(loop, to_test.connect(request_to(port)));
    ASSERT_TRUE(stream);
    EXPECT_EQ((*stream)->remote_endpoint(), listener.local_endpoint());
}

TEST_F(connector_test, connects_to_a_name_and_skips_addresses_nobody_listens_on)
{
    auto request = request_to(port);
    request.host = "localhost";  // ::1 first on most systems
    EXPECT_TRUE(test::run(loop, to_test.connect(std::move(request))));
}

TEST_F(connector_test, honours_the_wanted_family)
{
    auto request = request_to(port);
    request.family = address_family::ipv6;
    const auto stream = test::run(loop, to_test.connect(std::move(request)));
    ASSERT_FALSE(stream);
    EXPECT_TRUE(stream.error() == errc::host_not_found);
}

TEST_F(connector_test, reports_a_refusal_with_the_address)
{
    const auto nobody = closed_port();
    const auto stream = test::run(loop, to_test.connect(request_to(nobody)));
    ASSERT_FALSE(stream);
    EXPECT_TRUE(stream.error() == errc::connection_refused);
    EXPECT_EQ(stream.error().detail, "connect 127.0.0.1:" + std::to_string(nobody) + ": refused");
}

TEST_F(connector_test, reports_a_name_that_does_not_resolve)
{
    auto request = request_to(port);
    request.host = "no such host";  // a space: the system's resolver refuses it without asking anybody
    const auto stream = test::run(loop, to_test.connect(std::move(request)));
    ASSERT_FALSE(stream);
    EXPECT_TRUE(stream.error() == errc::host_not_found);
}

TEST_F(connector_test, connects_from_the_wanted_address)
{
    const auto from = asio::ip::make_address("127.0.0.2");
    const auto begun = to_test.begin_connect(from, {listener.local_endpoint()}, std::chrono::seconds{5});
    const auto stream = test::run(loop, begun->get());
    ASSERT_TRUE(stream);
    EXPECT_EQ((*stream)->local_endpoint().address(), from);
}

TEST_F(connector_test, sees_without_waiting_what_became_of_a_connection)
{
    const auto here = asio::ip::address_v4::loopback();
    const auto begun = to_test.begin_connect(here, {listener.local_endpoint()}, std::chrono::seconds{5});
    EXPECT_TRUE(begun->usable());  // under way
    auto peer = listener.accept();
    loop.run();
    EXPECT_TRUE(begun->usable());  // there
    asio::write(peer, asio::buffer("x", 1));
    EXPECT_FALSE(begun->usable());
    EXPECT_TRUE(test::run(loop, begun->get()));
}

TEST_F(connector_test, sees_without_waiting_that_nobody_listens)
{
    const auto here = asio::ip::address_v4::loopback();
    const auto begun = to_test.begin_connect(here, {endpoint{here, closed_port()}}, std::chrono::seconds{5});
    loop.run();
    EXPECT_FALSE(begun->usable());
    const auto stream = test::run(loop, begun->get());
    EXPECT_TRUE(!stream && stream.error() == errc::connection_refused);
}

TEST_F(connector_test, gives_up_a_connection_that_nobody_wants_any_more)
{
    const auto here = asio::ip::address_v4::loopback();
    to_test.begin_connect(here, {listener.local_endpoint()}, std::chrono::seconds{5}).reset();
    loop.run();  // ends: nothing is left to wait for
}

TEST_F(connector_test, tries_one_address_after_the_other_if_asked_to)
{
    const auto here = asio::ip::address_v4::loopback();
    const auto begun = to_test.begin_connect(here, {endpoint{here, closed_port()}, listener.local_endpoint()},
                                             std::chrono::seconds{5});
    const auto stream = test::run(loop, begun->get());
    ASSERT_TRUE(stream);
    EXPECT_EQ((*stream)->remote_endpoint(), listener.local_endpoint());
}

TEST_F(connector_test, binds_to_the_wanted_address)
{
    auto request = request_to(port);
    request.local = asio::ip::make_address("127.0.0.3");
    const auto stream = test::run(loop, to_test.connect(request));
    ASSERT_TRUE(stream);
    EXPECT_EQ((*stream)->local_endpoint().address(), request.local);
}

TEST_F(connector_test, says_that_the_wanted_address_is_not_here)
{
    auto request = request_to(port);
    request.local = asio::ip::make_address("192.0.2.77");
    const auto stream = test::run(loop, to_test.connect(std::move(request)));
    ASSERT_FALSE(stream);
    EXPECT_NE(stream.error().detail.find("this machine does not have the address"), std::string::npos);
}

TEST_F(connector_test, looks_only_for_addresses_of_the_family_it_comes_from)
{
    auto request = request_to(port);
    request.local = asio::ip::make_address("::1");
    const auto stream = test::run(loop, to_test.connect(std::move(request)));
    ASSERT_FALSE(stream);
    EXPECT_TRUE(stream.error() == errc::host_not_found);
}

TEST_F(connector_test, tries_the_next_address_when_one_refuses)
{
    std::vector<endpoint> targets;
    targets.emplace_back(asio::ip::address_v4::loopback(), closed_port());
    targets.push_back(listener.local_endpoint());
    const auto race =
        std::make_shared<connect_race>(loop.get_executor(), targets, std::nullopt, std::chrono::seconds{5});
    EXPECT_EQ(test::run(loop, winner(race)), listener.local_endpoint());
}

// A listener whose queue is full drops further connection requests: silence, without leaving the machine.
class connector_to_silence : public connector_test {
protected:
    test::silent_port silent{loop};
};

TEST_F(connector_to_silence, gives_up_in_time)
{
    auto request = request_to(silent.endpoint().port());
    request.timeout = std::chrono::milliseconds{50};
    const auto stream = test::run(loop, to_test.connect(std::move(request)));
    ASSERT_FALSE(stream);
    EXPECT_TRUE(stream.error() == errc::timed_out);
}

TEST_F(connector_to_silence, does_not_wait_for_a_silent_address_before_it_tries_the_next)
{
    std::vector<endpoint> targets;
    targets.push_back(silent.endpoint());
    targets.push_back(listener.local_endpoint());
    const auto race =
        std::make_shared<connect_race>(loop.get_executor(), targets, std::nullopt, std::chrono::seconds{60});
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(test::run(loop, winner(race)), listener.local_endpoint());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{30});
}

}  // namespace
}  // namespace ftpfs::net
