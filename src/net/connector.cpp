#include "ftpfs/net/connector.hpp"

#include "connect_race.hpp"
#include "ftpfs/net/address_order.hpp"
#include "ftpfs/net/tcp_stream.hpp"
#include "tunnel.hpp"

#include <netinet/tcp.h>

#include <algorithm>

namespace ftpfs::net {

namespace asio = boost::asio;
using asio::ip::tcp;
template <int Name>
using tcp_seconds = asio::detail::socket_option::integer<IPPROTO_TCP, Name>;

namespace {

// Probes that may stay unanswered before the connection counts as lost: with an idle time of 45 s and a
// third of it between probes, a vanished host is noticed after a minute and a half.
constexpr int keepalive_probes = 3;

void keep_alive(tcp::socket& socket, std::chrono::milliseconds idle)
{
    const auto seconds = static_cast<int>(
        std::clamp<std::chrono::seconds::rep>(std::chrono::ceil<std::chrono::seconds>(idle).count(), 1, 32'767));
    error_code ignored;  // the connection works without, too
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
    socket.set_option(tcp_seconds<TCP_KEEPIDLE>{seconds}, ignored);
    socket.set_option(tcp_seconds<TCP_KEEPINTVL>{std::max(1, seconds / keepalive_probes)}, ignored);
    socket.set_option(tcp_seconds<TCP_KEEPCNT>{keepalive_probes}, ignored);
}

// Who the failure is about.
failure of_proxy(failure why, const connect_request& request)
{
    if (request.via) {
        why.detail = "the proxy " + request.via->host + ": " + why.detail;
    }
    return why;
}

}  // namespace

awaitable<result<std::unique_ptr<byte_stream>>> connector::connect(connect_request request)
{
    if (request.local && request.family == address_family::any) {
        request.family = request.local->is_v4() ? address_family::ipv4 : address_family::ipv6;
    }
    const auto host = request.via ? request.via->host : request.host;
    const auto port = request.via ? request.via->port : request.port;
    auto addresses = co_await resolver_.look_up(host, request.family, request.timeout);
    if (!addresses) {
        co_return of_proxy(std::move(addresses).error(), request);
    }
    std::vector<endpoint> targets;
    for (const auto& one : alternate_families(*addresses)) {
        targets.emplace_back(one, port);
    }
    const auto race = std::make_shared<connect_race>(where_, std::move(targets), request.local, request.timeout);
    auto connected = co_await race->run();
    if (!connected) {
        co_return of_proxy(std::move(connected).error(), request);
    }
    auto socket = *std::move(connected);
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    if (request.keepalive.count() > 0) {
        keep_alive(socket, request.keepalive);
    }
    auto stream = std::make_unique<tcp_stream>(std::move(socket), acknowledgement::prompt);
    if (request.via) {
        stream->expires_after(request.timeout);
        FTPFS_CO_CHECK(co_await negotiate(*stream, *request.via, request.host, request.port));
        stream->never_expires();
    }
    co_return std::move(stream);
}

std::unique_ptr<connecting> connector::begin_connect(asio::ip::address local, std::vector<endpoint> remotes,
                                                     std::chrono::milliseconds timeout)
{
    return std::make_unique<connecting>(where_, local, std::move(remotes), timeout);
}

std::unique_ptr<connecting> connector::begin_connect(tunnel_request request)
{
    return std::make_unique<connecting>(where_, std::move(request));
}

}  // namespace ftpfs::net
