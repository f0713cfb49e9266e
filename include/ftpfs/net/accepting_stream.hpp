// A stream whose peer is still to connect to us.
//
// Behaves as the connection from the beginning: reading, writing and shutting down wait for the peer first, within the
// deadline of the stream. Until then it is quiet, and its remote endpoint has port 0.
#pragma once

#include "ftpfs/net/acceptor.hpp"
#include "ftpfs/net/byte_stream.hpp"
#include "ftpfs/net/tcp_stream.hpp"

#include <memory>
#include <optional>

namespace ftpfs::net {

class accepting_stream final : public byte_stream {
public:
    accepting_stream(std::unique_ptr<acceptor> acceptor, const boost::asio::ip::address& peer);

    awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer) override;
    awaitable<result<>> write_all(std::span<const std::byte> bytes) override;
    awaitable<result<>> shutdown_send() override;
    void close(close_mode mode) noexcept override;
    idle_state look() noexcept override;
    std::optional<std::byte> peek() noexcept override;
    // Only once the peer has come.
    void when_readable(std::function<void()> what) override;
    std::size_t unsent() const noexcept override;
    void expires_after(std::chrono::steady_clock::duration time) override;
    void never_expires() noexcept override;
    const endpoint& local_endpoint() const noexcept override { return acceptor_->local_endpoint(); }
    const endpoint& remote_endpoint() const noexcept override { return remote_; }

private:
    awaitable<result<>> come();

    std::unique_ptr<acceptor> acceptor_;
    endpoint remote_;
    std::unique_ptr<tcp_stream> stream_;
    std::optional<std::chrono::steady_clock::duration> patience_;  // absent: for ever
};

}  // namespace ftpfs::net
