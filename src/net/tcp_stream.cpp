#include "ftpfs/net/tcp_stream.hpp"

#include "ftpfs/net/endpoint_text.hpp"

#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

namespace ftpfs::net {

namespace asio = boost::asio;
using asio::ip::tcp;

tcp_stream::tcp_stream(tcp::socket socket, acknowledgement when)
    : socket_{std::move(socket)}, acknowledgement_{when}, watchdog_{socket_.get_executor(),
                                                                    [this] { close(close_mode::abortive); }}
{
    error_code ignored;
    local_ = socket_.local_endpoint(ignored);
    remote_ = socket_.remote_endpoint(ignored);
}

awaitable<result<std::size_t>> tcp_stream::read_some(std::span<std::byte> buffer)
{
    auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer.data(), buffer.size()), as_result);
    if (error && error != asio::error::eof) {
        co_return failed(error, "read from");
    }
    acknowledge_promptly();
    co_return count;
}

// The kernel forgets the option after a while, so it is set after every read: what was read is acknowledged now.
void tcp_stream::acknowledge_promptly() noexcept
{
    if (acknowledgement_ == acknowledgement::prompt) {
        const int on = 1;
        ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    }
}

awaitable<result<>> tcp_stream::write_all(std::span<const std::byte> bytes)
{
    auto [error, count] = co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), as_result);
    if (error) {
        co_return failed(error, "write to");
    }
    co_return result<>{};
}

awaitable<result<>> tcp_stream::shutdown_send()
{
    error_code error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    if (error) {
        co_return failed(error, "shut down");
    }
    co_return result<>{};
}

void tcp_stream::close(close_mode mode) noexcept
{
    error_code ignored;
    if (mode == close_mode::abortive && socket_.is_open()) {
        socket_.set_option(tcp::socket::linger{true, 0}, ignored);
    }
    watchdog_.rest();
    socket_.close(ignored);
}

idle_state tcp_stream::look() noexcept
{
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0) {
        return idle_state::readable;
    }
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? idle_state::quiet : idle_state::ended;
}

std::optional<std::byte> tcp_stream::peek() noexcept
{
    std::byte first{};
    const auto got = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    return got > 0 ? std::optional{first} : std::nullopt;
}

void tcp_stream::when_readable(std::function<void()> what)
{
    auto report = [here = std::weak_ptr{here_}, what = std::move(what)](const error_code& why) {
        if (!why && !here.expired()) {
            what();
        }
    };
    socket_.async_wait(tcp::socket::wait_read, std::move(report));
}

std::size_t tcp_stream::unsent() const noexcept
{
    auto& socket = const_cast<tcp::socket&>(socket_);  // native_handle() only looks
    int count = 0;
    const bool known = ::ioctl(socket.native_handle(), SIOCOUTQ, &count) == 0 && count > 0;
    return known ? static_cast<std::size_t>(count) : 0;
}

failure tcp_stream::failed(const error_code& why, const char* what) const
{
    const auto where = to_string(remote_);
    if (watchdog_.has_bitten()) {
        return failure{errc::timed_out, fmt::format("{} {}: no progress", what, where)};
    }
    if (why == asio::error::operation_aborted || why == asio::error::bad_descriptor) {
        return failure{errc::cancelled, fmt::format("{} {}", what, where)};
    }
    if (why == asio::error::timed_out) {  // TCP's own keepalive or retransmission limit
        return failure{errc::timed_out, fmt::format("{} {}: the host does not answer any more", what, where)};
    }
    return failure{errc::connection_lost, fmt::format("{} {}: {}", what, where, why.message())};
}

}  // namespace ftpfs::net
