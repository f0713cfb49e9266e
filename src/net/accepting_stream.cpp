#include "ftpfs/net/accepting_stream.hpp"

namespace ftpfs::net {

using clock = std::chrono::steady_clock;

accepting_stream::accepting_stream(std::unique_ptr<acceptor> acceptor, const boost::asio::ip::address& peer)
    : acceptor_{std::move(acceptor)}, remote_{peer, 0}
{
}

awaitable<result<>> accepting_stream::come()
{
    if (!stream_) {
        const auto deadline = patience_ ? clock::now() + *patience_ : clock::time_point::max();
        auto socket = co_await acceptor_->wait_until(deadline);
        if (!socket) {
            acceptor_->close();
            co_return std::move(socket).error();
        }
        stream_ = std::make_unique<tcp_stream>(*std::move(socket));
        remote_ = stream_->remote_endpoint();
        if (patience_) {
            stream_->expires_after(*patience_);
        }
    }
    co_return result<>{};
}

awaitable<result<std::size_t>> accepting_stream::read_some(std::span<std::byte> buffer)
{
    FTPFS_CO_CHECK(co_await come());
    co_return co_await stream_->read_some(buffer);
}

awaitable<result<>> accepting_stream::write_all(std::span<const std::byte> bytes)
{
    FTPFS_CO_CHECK(co_await come());
    co_return co_await stream_->write_all(bytes);
}

awaitable<result<>> accepting_stream::shutdown_send()
{
    FTPFS_CO_CHECK(co_await come());
    co_return co_await stream_->shutdown_send();
}

void accepting_stream::close(close_mode mode) noexcept
{
    acceptor_->close();
    if (stream_) {
        stream_->close(mode);
    }
}

idle_state accepting_stream::look() noexcept
{
    return stream_ ? stream_->look() : idle_state::quiet;
}

std::optional<std::byte> accepting_stream::peek() noexcept
{
    return stream_ ? stream_->peek() : std::nullopt;
}

void accepting_stream::when_readable(std::function<void()> what)
{
    if (stream_) {
        stream_->when_readable(std::move(what));
    }
}

std::size_t accepting_stream::unsent() const noexcept
{
    return stream_ ? stream_->unsent() : 0;
}

void accepting_stream::expires_after(std::chrono::steady_clock::duration time)
{
    patience_ = time;
    if (stream_) {
        stream_->expires_after(time);
    }
}

void accepting_stream::never_expires() noexcept
{
    patience_.reset();
    if (stream_) {
        stream_->never_expires();
    }
}

}  // namespace ftpfs::net
