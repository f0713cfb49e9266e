// A TCP connection as a byte_stream.
#pragma once

#include "ftpfs/net/byte_stream.hpp"
#include "ftpfs/net/watchdog.hpp"

#include <memory>

namespace ftpfs::net {

// When the kernel acknowledges what arrives. A server that sends a preliminary and a final reply with Nagle's
// algorithm on keeps the second back until the first is acknowledged, which by default takes 40 ms.
enum class acknowledgement { lazy, prompt };

class tcp_stream final : public byte_stream {
public:
    // Takes a connected socket.
    explicit tcp_stream(boost::asio::ip::tcp::socket socket, acknowledgement when = acknowledgement::lazy);

    awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer) override;
    awaitable<result<>> write_all(std::span<const std::byte> bytes) override;
    awaitable<result<>> shutdown_send() override;
    void close(close_mode mode) noexcept override;
    idle_state look() noexcept override;
    std::optional<std::byte> peek() noexcept override;
    void when_readable(std::function<void()> what) override;
    std::size_t unsent() const noexcept override;
    void expires_after(std::chrono::steady_clock::duration time) override { watchdog_.expect_within(time); }
    void never_expires() noexcept override { watchdog_.rest(); }
    const endpoint& local_endpoint() const noexcept override { return local_; }
    const endpoint& remote_endpoint() const noexcept override { return remote_; }

private:
    void acknowledge_promptly() noexcept;
    failure failed(const error_code& why, const char* what) const;

    boost::asio::ip::tcp::socket socket_;
    acknowledgement acknowledgement_;
    endpoint local_;
    endpoint remote_;
    watchdog watchdog_;
    std::shared_ptr<const bool> here_ = std::make_shared<const bool>(true);  // for callbacks that come too late
};

}  // namespace ftpfs::net
