#include "ftpfs/net/tcp_stream.hpp"

#include "support/run.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace ftpfs::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class tcp_stream_test : public testing::Test {
protected:
    tcp_stream_test()
    {
        tcp::acceptor listener{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
        tcp::socket ours{loop};
        ours.connect(listener.local_endpoint());
        listener.accept(peer);
        stream = std::make_unique<tcp_stream>(std::move(ours));
    }

    // Loopback delivers at once, but not within the call.
    void wait_until_not_quiet() const
    {
        while (stream->look() == idle_state::quiet) {
        }
    }

    asio::io_context loop;
    tcp::socket peer{loop};
    std::unique_ptr<tcp_stream> stream;
    std::array<std::byte, 16> buffer{};
};

TEST_F(tcp_stream_test, reads_what_is_there_and_then_the_end)
{
    asio::write(peer, asio::buffer("abc", 3));
    const auto count = test::run(loop, stream->read_some(buffer));
    ASSERT_TRUE(count);
    EXPECT_EQ(*count, 3U);
    EXPECT_EQ(std::memcmp(buffer.data(), "abc", 3), 0);
    peer.close();
    const auto end = test::run(loop, stream->read_some(buffer));
    ASSERT_TRUE(end);
    EXPECT_EQ(*end, 0U);
}

TEST_F(tcp_stream_test, tells_a_reset_from_an_end)
{
    peer.set_option(tcp::socket::linger{true, 0});
    peer.close();
    const auto count = test::run(loop, stream->read_some(buffer));
    ASSERT_FALSE(count);
    EXPECT_TRUE(count.error() == errc::connection_lost);
}

TEST_F(tcp_stream_test, writes_everything)
{
    const std::array<std::byte, 3> bytes{std::byte{1}, std::byte{2}, std::byte{3}};
    ASSERT_TRUE(test::run(loop, stream->write_all(bytes)));
    ASSERT_TRUE(test::run(loop, stream->shutdown_send()));
    std::array<std::byte, 4> got{};
    error_code end;
    EXPECT_EQ(asio::read(peer, asio::buffer(got), end), 3U);
}

TEST_F(tcp_stream_test, looks_without_taking_anything)
{
    EXPECT_EQ(stream->look(), idle_state::quiet);
    asio::write(peer, asio::buffer("x", 1));
    wait_until_not_quiet();
    EXPECT_EQ(stream->look(), idle_state::readable);
    EXPECT_EQ(*test::run(loop, stream->read_some(buffer)), 1U);
    peer.close();
    wait_until_not_quiet();
    EXPECT_EQ(stream->look(), idle_state::ended);
}

TEST_F(tcp_stream_test, times_out_when_its_deadline_passes_and_stays_so)
{
    stream->expires_after(std::chrono::milliseconds{20});
    for (int i = 0; i < 2; ++i) {
        const auto count = test::run(loop, stream->read_some(buffer));
        ASSERT_FALSE(count);
        EXPECT_TRUE(count.error() == errc::timed_out);
    }
}

TEST_F(tcp_stream_test, lives_on_when_its_deadline_is_moved)
{
    stream->expires_after(std::chrono::milliseconds{20});
    stream->expires_after(std::chrono::hours{1});
    asio::steady_timer later{loop, std::chrono::milliseconds{60}};
    later.async_wait([this](const error_code&) { asio::write(peer, asio::buffer("x", 1)); });
    const auto read = [](tcp_stream& from, std::span<std::byte> into) -> awaitable<bool> {
        const auto count = co_await from.read_some(into);
        from.close(close_mode::orderly);
        co_return count.has_value();
    };
    bool answered = false;
    asio::co_spawn(loop, read(*stream, buffer), [&](const std::exception_ptr&, bool good) {
        answered = good;
        stream.reset();  // and with it the timer of an hour
    });
    loop.run();
    EXPECT_TRUE(answered);
}

TEST_F(tcp_stream_test, ends_a_read_when_it_is_closed)
{
    asio::post(loop, [this] { stream->close(close_mode::abortive); });
    const auto count = test::run(loop, stream->read_some(buffer));
    ASSERT_FALSE(count);
    EXPECT_TRUE(count.error() == errc::cancelled);
}

}  // namespace
}  // namespace ftpfs::net
