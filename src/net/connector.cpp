#include "ftpfs/net/connector.hpp"

#include "connect_race.hpp"
#include "ftpfs/net/address_order.hpp"
#include "ftpfs/net/tcp_stream.hpp"

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

}  // namespace

awaitable<result<std::unique_ptr<byte_stream>>> connector::connect(connect_request request)
{
    FTPFS_CO_TRY(const auto addresses, co_await resolver_.look_up(request.host, request.family, request.timeout));
    std::vector<endpoint> targets;
    for (const auto& one : alternate_families(addresses)) {
        targets.emplace_back(one, request.port);
    }
    const auto race = std::make_shared<connect_race>(where_, std::move(targets), std::nullopt, request.timeout);
    FTPFS_CO_TRY(auto socket, co_await race->run());
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    if (request.keepalive.count() > 0) {
        keep_alive(socket, request.keepalive);
    }
    co_return std::make_unique<tcp_stream>(std::move(socket), acknowledgement::prompt);
}

std::unique_ptr<connecting> connector::begin_connect(asio::ip::address local, endpoint remote,
                                                     std::chrono::milliseconds timeout)
{
    return std::make_unique<connecting>(where_, local, remote, timeout);
}

}  // namespace ftpfs::net
