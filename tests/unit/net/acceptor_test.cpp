#include "ftpfs/net/accepting_stream.hpp"

#include "support/run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace ftpfs::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

class acceptor_test : public testing::Test {
protected:
    std::unique_ptr<acceptor> listen(std::uint16_t low = 0, std::uint16_t high = 0)
    {
        auto made = acceptor::listen(loop.get_executor(), here, low, high, peer);
        EXPECT_TRUE(made);
        return made ? *std::move(made) : nullptr;
    }

    // A connection from that address, as far as the kernel.
    tcp::socket connect_from(const asio::ip::address& from, const endpoint& to)
    {
        tcp::socket socket{loop};
        socket.open(tcp::v4());
        socket.bind(endpoint{from, 0});
        socket.connect(to);
        return socket;
    }

    std::string read(byte_stream& from)
    {
        std::array<std::byte, 100> buffer{};
        const auto count = test::run(loop, from.read_some(buffer));
        return count ? std::string(reinterpret_cast<const char*>(buffer.data()), *count) : to_string(count.error());
    }

    asio::io_context loop;
    const asio::ip::address here = asio::ip::make_address("127.0.0.1");
    const asio::ip::address peer = asio::ip::make_address("127.0.0.7");
    const asio::ip::address stranger = asio::ip::make_address("127.0.0.8");
};

TEST_F(acceptor_test, takes_the_connection_of_its_peer)
{
    accepting_stream stream{listen(), peer};
    auto socket = connect_from(peer, stream.local_endpoint());
    asio::write(socket, asio::buffer("hello", 5));
    EXPECT_EQ(read(stream), "hello");
    EXPECT_EQ(stream.remote_endpoint(), socket.local_endpoint());
}

TEST_F(acceptor_test, hangs_up_on_everybody_else)
{
    auto waiting = listen();
    const auto witness = waiting->witness();
    accepting_stream stream{std::move(waiting), peer};
    auto wrong = connect_from(stranger, stream.local_endpoint());
    asio::write(wrong, asio::buffer("evil", 4));
    auto right = connect_from(peer, stream.local_endpoint());
    asio::write(right, asio::buffer("good", 4));
    EXPECT_FALSE(*witness);
    EXPECT_EQ(read(stream), "good");
    EXPECT_TRUE(*witness);
    error_code ended;
    std::array<char, 1> byte{};
    asio::read(wrong, asio::buffer(byte), ended);
    EXPECT_TRUE(ended);
}

TEST_F(acceptor_test, takes_only_one)
{
    accepting_stream stream{listen(), peer};
    auto first = connect_from(peer, stream.local_endpoint());
    asio::write(first, asio::buffer("one", 3));
    EXPECT_EQ(read(stream), "one");
    tcp::socket second{loop, tcp::v4()};
    error_code refused;
    second.connect(stream.local_endpoint(), refused);
    EXPECT_EQ(refused, asio::error::connection_refused);
}

TEST_F(acceptor_test, waits_no_longer_than_the_stream_may)
{
    accepting_stream stream{listen(), peer};
    stream.expires_after(20ms);
    EXPECT_EQ(stream.look(), idle_state::quiet);
    EXPECT_EQ(read(stream), "timed out (127.0.0.7 does not connect to 127.0.0.1:" +
                                std::to_string(stream.local_endpoint().port()) + ")");
}

TEST_F(acceptor_test, sends_and_ends_once_the_peer_is_there)
{
    accepting_stream stream{listen(), peer};
    auto socket = connect_from(peer, stream.local_endpoint());
    const std::string text{"data"};
    EXPECT_TRUE(test::run(loop, stream.write_all(std::as_bytes(std::span{text}))));
    EXPECT_TRUE(test::run(loop, stream.shutdown_send()));
    std::string got;
    error_code end;
    asio::read(socket, asio::dynamic_buffer(got), end);
    EXPECT_EQ(got, "data");
    EXPECT_EQ(end, asio::error::eof);
}

TEST_F(acceptor_test, closing_ends_the_wait_and_the_listening)
{
    accepting_stream stream{listen(), peer};
    const auto where = stream.local_endpoint();
    asio::post(loop, [&] { stream.close(close_mode::abortive); });
    EXPECT_NE(read(stream).find("interrupted"), std::string::npos);
    tcp::socket late{loop, tcp::v4()};
    error_code refused;
    late.connect(where, refused);
    EXPECT_EQ(refused, asio::error::connection_refused);
}

TEST_F(acceptor_test, stays_within_its_ports_and_says_when_none_is_free)
{
    const auto port = listen()->local_endpoint().port();  // free again
    const auto only = listen(port, port);
    ASSERT_TRUE(only);
    EXPECT_EQ(only->local_endpoint().port(), port);
    const auto none = acceptor::listen(loop.get_executor(), here, port, port, peer);
    ASSERT_FALSE(none);
    EXPECT_TRUE(none.error() == errc::busy);
    EXPECT_NE(none.error().detail.find(std::to_string(port)), std::string::npos);
}

}  // namespace
}  // namespace ftpfs::net
