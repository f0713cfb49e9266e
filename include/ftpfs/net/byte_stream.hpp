// A connected stream of bytes: TCP now; TLS and proxies wrap another one.
//
// Owned by one user; at most one read and one write at a time; it must outlive both. Single-threaded.
// A deadline belongs to the stream, not to a call: re-arming it is an assignment, so it costs nothing per
// read. When it passes, the stream is closed and whatever waits answers `timed_out`. A read or write whose
// coroutine was cancelled answers `cancelled`; after that, and after every failure, the stream is of no use.
#pragma once

#include "ftpfs/async/awaitable.hpp"
#include "ftpfs/core/result.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>

namespace ftpfs::net {

using endpoint = boost::asio::ip::tcp::endpoint;

enum class close_mode {
    orderly,  // FIN: what was written still arrives
    abortive  // RST: the peer learns at once, nothing lingers
};

enum class idle_state { quiet, readable, ended };

class byte_stream {
public:
    byte_stream() = default;
    byte_stream(const byte_stream&) = delete;
    byte_stream& operator=(const byte_stream&) = delete;
    virtual ~byte_stream() = default;

    // At least one byte, at most buffer.size(), straight into the buffer; 0 is the end of the stream.
    virtual awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer) = 0;
    virtual awaitable<result<>> write_all(std::span<const std::byte> bytes) = 0;

    // Says that nothing more will be written.
    virtual awaitable<result<>> shutdown_send() = 0;

    // Idempotent. Whatever waits answers `cancelled`.
    virtual void close(close_mode mode) noexcept = 0;

    // Looks, without waiting or taking anything, whether something could be read.
    virtual idle_state look() noexcept = 0;

    // The first byte that could be read, without taking it.
    virtual std::optional<std::byte> peek() noexcept = 0;

    // Calls `what` once, on the loop, when something could be read or the peer closed; never after close(), nor
    // after the stream is gone.
    virtual void when_readable(std::function<void()> what) = 0;

    // Bytes that were written and not yet acknowledged by the peer's host; 0 where the system does not say.
    virtual std::size_t unsent() const noexcept = 0;

    virtual void expires_after(std::chrono::steady_clock::duration time) = 0;
    virtual void never_expires() noexcept = 0;

    virtual const endpoint& local_endpoint() const noexcept = 0;
    virtual const endpoint& remote_endpoint() const noexcept = 0;
};

}  // namespace ftpfs::net
