// Listens for one connection of one peer.
//
// Begins by itself. Whoever else connects is hung up on: a data connection that anybody may take is one to whom our
// file goes, or whose bytes we take for it. Owned by one user; must outlive its calls. One thread.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/net/byte_stream.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace ftpfs::net {

class acceptor {
public:
    // On a port from `low` to `high`, 0: any. Failures: busy if all of them are taken, else unreachable.
    static result<std::unique_ptr<acceptor>> listen(const executor& where, const boost::asio::ip::address& local,
                                                    std::uint16_t low, std::uint16_t high,
                                                    boost::asio::ip::address peer);
    acceptor(const acceptor&) = delete;
    acceptor& operator=(const acceptor&) = delete;
    ~acceptor();

    const endpoint& local_endpoint() const noexcept;

    // Has the peer come?
    bool arrived() const noexcept;
    // True from the moment the peer has come, also when the acceptor is gone.
    std::shared_ptr<const bool> witness() const noexcept;

    // Waits for the peer; once. Failures: timed_out, cancelled (also by close()).
    awaitable<result<boost::asio::ip::tcp::socket>> wait_until(std::chrono::steady_clock::time_point deadline);

    // Listens no more. Idempotent.
    void close() noexcept;

private:
    struct state;
    explicit acceptor(std::shared_ptr<state> made) : state_{std::move(made)} {}
    static void accept_next(const std::shared_ptr<state>& mine);

    std::shared_ptr<state> state_;
};

}  // namespace ftpfs::net
