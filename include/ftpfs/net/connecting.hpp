// One TCP connection on its way, there, or failed.
//
// Begins by itself, so that whoever needs the connection can do something else meanwhile. Destroying it gives the
// connection up. Owned by one user; must outlive its calls. One thread.
#pragma once

#include "ftpfs/net/byte_stream.hpp"

#include <chrono>
#include <memory>

namespace ftpfs::net {

class connect_race;

class connecting {
public:
    // From that local address; `timeout`: from now on.
    connecting(executor where, boost::asio::ip::address local, endpoint remote, std::chrono::milliseconds timeout);
    connecting(const connecting&) = delete;
    connecting& operator=(const connecting&) = delete;
    ~connecting();

    // Waits until it is settled. Failures as those of connector::connect.
    awaitable<result<>> wait();
    // The same, and hands the connection out; once.
    awaitable<result<std::unique_ptr<byte_stream>>> get();

    // Still on its way, or there and neither closed nor spoken to by the peer. Does not wait.
    bool usable();
    // The same, and there.
    bool connected() { return usable() && stream_ != nullptr; }

private:
    std::shared_ptr<connect_race> race_;
    std::unique_ptr<byte_stream> stream_;
};

}  // namespace ftpfs::net
