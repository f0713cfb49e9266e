// One TCP connection on its way, there, or failed.
//
// Begins by itself, so that whoever needs the connection can do something else meanwhile. Destroying it gives the
// connection up. Owned by one user; must outlive its calls. One thread.
#pragma once

#include "ftpfs/net/byte_stream.hpp"
#include "ftpfs/net/proxy.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ftpfs::net {

class connect_race;
class tunnel;

// A connection through a proxy.
struct tunnel_request {
    tunnel_request(std::shared_ptr<const net::proxy> via_, endpoint proxy_) : via{std::move(via_)}, proxy{proxy_} {}

    std::shared_ptr<const net::proxy> via;
    endpoint proxy;
    boost::asio::ip::address local;
    // Host, by name or address, and port; each is tried when the one before has failed.
    std::vector<std::pair<std::string, std::uint16_t>> destinations;
    std::chrono::milliseconds timeout{10'000};  // for the proxy, and then for each destination
};

class connecting {
public:
    // From that local address, to the first of the remote ones that answers; each is tried when the one before has
    // failed, and only while somebody waits. `timeout`: for each, from its beginning.
    connecting(executor where, boost::asio::ip::address local, std::vector<endpoint> remotes,
               std::chrono::milliseconds timeout);
    connecting(executor where, tunnel_request request);
    connecting(const connecting&) = delete;
    connecting& operator=(const connecting&) = delete;
    ~connecting();

    // Waits until it is settled. Failures as those of connector::connect.
    awaitable<result<>> wait();
    // The same, and hands the connection out; once.
    awaitable<result<std::unique_ptr<byte_stream>>> get();

    // Which of them it is that answered, once get() has succeeded.
    std::size_t reached() const noexcept { return reached_; }

    // Still on its way, or there and neither closed nor spoken to by the peer. Does not wait.
    bool usable();
    // The same, and there.
    bool connected();

private:
    void take(boost::asio::ip::tcp::socket socket);

    std::vector<endpoint> remotes_;
    std::shared_ptr<connect_race> race_;
    std::shared_ptr<tunnel> tunnel_;  // instead
    std::unique_ptr<byte_stream> stream_;
    std::size_t reached_ = 0;
};

}  // namespace ftpfs::net
