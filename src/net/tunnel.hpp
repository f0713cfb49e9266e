// A connection through a proxy to one of several destinations, each tried after the one before has failed.
//
// Runs by itself, in a coroutine that keeps the tunnel alive until it has ended; hence always in a shared_ptr. Internal
// to `connecting`. One thread.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/net/connecting.hpp"

#include <boost/asio/cancellation_signal.hpp>

namespace ftpfs::net {

class tunnel : public std::enable_shared_from_this<tunnel> {
public:
    explicit tunnel(executor where, tunnel_request request);

    void begin();
    // Waits until it is settled, and hands the connection out; once.
    awaitable<result<std::unique_ptr<byte_stream>>> get();
    bool pending() const noexcept { return !outcome_; }
    // The connection, if there is one, and not handed out.
    byte_stream* stream() const noexcept { return outcome_ && *outcome_ ? (**outcome_).get() : nullptr; }
    std::size_t reached() const noexcept { return reached_; }
    void give_up() noexcept;

private:
    awaitable<> run();

    executor where_;
    tunnel_request request_;
    boost::asio::cancellation_signal given_up_;
    async::condition settled_;
    std::optional<result<std::unique_ptr<byte_stream>>> outcome_;
    std::size_t reached_ = 0;
};

// Says to a proxy what it wants to hear. `stream`: just connected to it; its deadline is the caller's.
awaitable<result<>> negotiate(byte_stream& stream, const proxy& via, std::string host, std::uint16_t port);

}  // namespace ftpfs::net
