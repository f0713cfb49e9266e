// A data connection whose life is told to the dialogue: where it leads, how long it lasted, what went through.
//
// Used only while somebody listens. Wraps the stream it is given, and is used as that one is.
#pragma once

#include "ftpfs/core/log.hpp"
#include "ftpfs/net/byte_stream.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace ftpfs::ftp {

class traced_stream final : public net::byte_stream {
public:
    traced_stream(std::unique_ptr<net::byte_stream> stream, log logger);
    ~traced_stream() override;

    awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer) override;
    awaitable<result<>> write_all(std::span<const std::byte> bytes) override;
    awaitable<result<>> shutdown_send() override { return stream_->shutdown_send(); }
    void close(net::close_mode mode) noexcept override;
    net::idle_state look() noexcept override { return stream_->look(); }
    std::optional<std::byte> peek() noexcept override { return stream_->peek(); }
    void when_readable(std::function<void()> what) override { stream_->when_readable(std::move(what)); }
    std::size_t unsent() const noexcept override { return stream_->unsent(); }
    void expires_after(std::chrono::steady_clock::duration time) override { stream_->expires_after(time); }
    void never_expires() noexcept override { stream_->never_expires(); }
    const net::endpoint& local_endpoint() const noexcept override { return stream_->local_endpoint(); }
    const net::endpoint& remote_endpoint() const noexcept override { return stream_->remote_endpoint(); }

private:
    void tell_end() noexcept;

    std::unique_ptr<net::byte_stream> stream_;
    log log_;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    bool told_ = false;
};

}  // namespace ftpfs::ftp
