// Connections through a proxy.
#include "ftpfs/net/connector.hpp"

#include "support/run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include <array>
#include <string>

namespace ftpfs::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::string_literals;
using testing::HasSubstr;
using testing::Not;

// As much of SOCKS5 as these tests need.
class proxy_test : public testing::Test {
protected:
    std::shared_ptr<const proxy> here() const
    {
        proxy made;
        made.host = "127.0.0.1";
        made.port = listener.local_endpoint().port();
        made.user = "pat";
        made.password = secret{"hunter2"};
        return std::make_shared<const proxy>(std::move(made));
    }

    // One connection: takes the login and the request, and gives that answer.
    void answer(std::string verdict) { asio::co_spawn(loop, serve(std::move(verdict)), asio::detached); }

    awaitable<> serve(std::string verdict)
    {
        auto socket = co_await listener.async_accept(asio::use_awaitable);
        co_await expect(socket, "\x05\x02\x00\x02"s);
        co_await asio::async_write(socket, asio::buffer("\x05\x02"s), asio::use_awaitable);
        co_await expect(socket, "\x01\x03pat\x07hunter2"s);
        co_await asio::async_write(socket, asio::buffer("\x01\x00"s), asio::use_awaitable);
        std::array<char, 5> head{};
        co_await asio::async_read(socket, asio::buffer(head), asio::use_awaitable);
        std::string rest(static_cast<std::size_t>(head[4]) + 2, '\0');
        co_await asio::async_read(socket, asio::buffer(rest), asio::use_awaitable);
        asked.push_back(rest.substr(0, rest.size() - 2));
        co_await asio::async_write(socket, asio::buffer(verdict), asio::use_awaitable);
        kept.push_back(std::move(socket));
    }

    static awaitable<> expect(tcp::socket& socket, std::string bytes)
    {
        std::string got(bytes.size(), '\0');
        co_await asio::async_read(socket, asio::buffer(got), asio::use_awaitable);
        EXPECT_EQ(got, bytes);
    }

    connect_request request() const
    {
        connect_request wanted{"ftp.example", 21};
        wanted.timeout = std::chrono::seconds{5};
        wanted.via = here();
        return wanted;
    }

    std::string read(byte_stream& from)
    {
        std::array<std::byte, 100> buffer{};
        const auto count = test::run(loop, from.read_some(buffer));
        return count ? std::string(reinterpret_cast<const char*>(buffer.data()), *count) : to_string(count.error());
    }

    const std::string ok = "\x05\x00\x00\x01\x01\x02\x03\x04\x00\x15"s;
    const std::string refused = "\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"s;
    asio::io_context loop;
    async::helper_thread helper;
    connector to_test{loop.get_executor(), helper};
    tcp::acceptor listener{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    std::vector<std::string> asked;
    std::vector<tcp::socket> kept;
};

TEST_F(proxy_test, connects_by_name_and_loses_no_byte_of_the_server)
{
    answer(ok + "220 hello");
    const auto stream = test::run(loop, to_test.connect(request()));
    ASSERT_TRUE(stream);
    EXPECT_THAT(asked, testing::ElementsAre("ftp.example"));
    EXPECT_EQ(read(**stream), "220 hello");
}

TEST_F(proxy_test, tells_what_the_proxy_says)
{
    answer(refused);
    const auto stream = test::run(loop, to_test.connect(request()));
    ASSERT_FALSE(stream);
    EXPECT_TRUE(stream.error() == errc::connection_refused);
    EXPECT_THAT(stream.error().detail, HasSubstr("connect ftp.example:21 through the proxy 127.0.0.1:"));
    EXPECT_THAT(stream.error().detail, Not(HasSubstr("hunter2")));
}

TEST_F(proxy_test, tells_that_it_is_the_proxy_who_does_not_answer)
{
    auto wanted = request();
    listener.close();
    const auto stream = test::run(loop, to_test.connect(std::move(wanted)));
    ASSERT_FALSE(stream);
    EXPECT_THAT(stream.error().detail, HasSubstr("the proxy 127.0.0.1: connect 127.0.0.1:"));
}

TEST_F(proxy_test, does_not_wait_for_ever_for_its_answer)
{
    auto wanted = request();
    wanted.timeout = std::chrono::milliseconds{50};
    const auto stream = test::run(loop, to_test.connect(std::move(wanted)));
    ASSERT_FALSE(stream);
    EXPECT_TRUE(stream.error() == errc::timed_out);
}

TEST_F(proxy_test, begins_by_itself_and_tries_one_destination_after_the_other)
{
    answer(refused);
    answer(ok + "data");
    tunnel_request wanted{here(), listener.local_endpoint()};
    wanted.local = asio::ip::address_v4::loopback();
    wanted.destinations = {{"first", std::uint16_t{50'000}}, {"second", std::uint16_t{50'000}}};
    const auto begun = to_test.begin_connect(std::move(wanted));
    EXPECT_TRUE(begun->usable());
    EXPECT_FALSE(begun->connected());
    loop.run();
    loop.restart();
    EXPECT_THAT(asked, testing::ElementsAre("first", "second"));
    const auto stream = test::run(loop, begun->get());
    ASSERT_TRUE(stream);
    EXPECT_EQ(begun->reached(), 1U);
    EXPECT_EQ(read(**stream), "data");
}

TEST_F(proxy_test, is_given_up_when_nobody_wants_it_any_more)
{
    tunnel_request wanted{here(), listener.local_endpoint()};
    wanted.local = asio::ip::address_v4::loopback();
    wanted.destinations = {{"first", std::uint16_t{50'000}}};
    to_test.begin_connect(std::move(wanted)).reset();
    loop.run();  // ends: nothing is left to wait for
}

}  // namespace
}  // namespace ftpfs::net
