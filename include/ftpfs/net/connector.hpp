// Opens TCP connections: finds the host's addresses and tries them until one answers.
//
// Addresses are tried in alternating families, the next one 250 ms after the former or as soon as it failed;
// the first that answers wins (RFC 8305). Owned by whoever wires the program; must outlive its calls.
#pragma once

#include "ftpfs/net/byte_stream.hpp"
#include "ftpfs/net/connecting.hpp"
#include "ftpfs/net/resolver.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ftpfs::net {

struct connect_request {
    connect_request(std::string host_, std::uint16_t port_) : host{std::move(host_)}, port{port_} {}

    std::string host;
    std::uint16_t port;
    address_family family = address_family::any;
    // Each address gets this long, and so does the name look-up.
    std::chrono::milliseconds timeout{10'000};
    // Idle time after which TCP asks whether the peer is still there; 0 never asks.
    std::chrono::milliseconds keepalive{0};
    // Through this proxy, which looks the host up itself; then family, timeout and keepalive are those of the
    // connection to the proxy.
    std::shared_ptr<const proxy> via;
    // From this address of ours; decides the family where that is `any`.
    std::optional<boost::asio::ip::address> local;
};

class connector {
public:
    connector(executor where, async::helper_thread& helper) : where_{where}, resolver_{where, helper} {}

    // For command and answer: sends small packets and acknowledgements at once. Failures: host_not_found,
    // connection_refused, unreachable, timed_out, cancelled; the detail names each address and what it did.
    awaitable<result<std::unique_ptr<byte_stream>>> connect(connect_request request);

    // Begins to connect to a known address, from that of another connection to the same host: servers refuse data
    // connections which come from elsewhere. Several addresses: each after the one before has failed, `timeout` for
    // each.
    std::unique_ptr<connecting> begin_connect(boost::asio::ip::address local, std::vector<endpoint> remotes,
                                              std::chrono::milliseconds timeout);

    // The same through a proxy.
    std::unique_ptr<connecting> begin_connect(tunnel_request request);

    const executor& get_executor() const noexcept { return where_; }

private:
    executor where_;
    resolver resolver_;
};

}  // namespace ftpfs::net
