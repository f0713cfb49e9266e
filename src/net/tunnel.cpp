#include "tunnel.hpp"

#include "connect_race.hpp"
#include "ftpfs/net/endpoint_text.hpp"
#include "ftpfs/net/proxy_handshake.hpp"
#include "ftpfs/net/tcp_stream.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ftpfs::net {

namespace asio = boost::asio;

namespace {

failure at_proxy(failure why, const endpoint& proxy, const std::string& host, std::uint16_t port)
{
    why.detail = fmt::format("connect {}:{} through the proxy {}: {}", host, port, to_string(proxy), why.detail);
    return why;
}

}  // namespace

awaitable<result<>> negotiate(byte_stream& stream, const proxy& via, std::string host, std::uint16_t port)
{
    const auto handshake = make_handshake(via, host, port);
    std::array<std::byte, 64> buffer{};
    while (!handshake->done()) {
        const auto output = handshake->take_output();
        if (!output.empty()) {
            const auto sent = co_await stream.write_all(std::as_bytes(std::span{output.reveal()}));
            if (!sent) {
                co_return at_proxy(sent.error(), stream.remote_endpoint(), host, port);
            }
        }
        const auto most = std::min(buffer.size(), handshake->wanted());
        const auto count = co_await stream.read_some(std::span{buffer}.first(most));
        if (!count) {
            co_return at_proxy(count.error(), stream.remote_endpoint(), host, port);
        }
        if (*count == 0) {
            co_return at_proxy(failure{errc::connection_lost, "it hung up"}, stream.remote_endpoint(), host, port);
        }
        const auto fed = handshake->feed({reinterpret_cast<const char*>(buffer.data()), *count});
        if (!fed) {
            co_return at_proxy(fed.error(), stream.remote_endpoint(), host, port);
        }
    }
    co_return result<>{};
}

tunnel::tunnel(executor where, tunnel_request request) : where_{where}, request_{std::move(request)}, settled_{where} {}

void tunnel::begin()
{
    auto task = [](std::shared_ptr<tunnel> self) -> awaitable<> { co_await self->run(); };
    asio::co_spawn(where_, task(shared_from_this()), asio::bind_cancellation_slot(given_up_.slot(), asio::detached));
}

awaitable<> tunnel::run()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    failure why;
    for (; reached_ < request_.destinations.size(); ++reached_) {
        const auto race = std::make_shared<connect_race>(where_, std::vector<endpoint>(1, request_.proxy),
                                                         request_.local, request_.timeout);
        auto socket = co_await race->run();
        if (!socket) {
            why = std::move(socket).error();
            why.detail = "the proxy: " + why.detail;
            break;  // the proxy itself
        }
        auto stream = std::make_unique<tcp_stream>(*std::move(socket));
        stream->expires_after(request_.timeout);
        const auto& [host, port] = request_.destinations[reached_];
        const auto agreed = co_await negotiate(*stream, *request_.via, host, port);
        if (agreed) {
            stream->never_expires();
            outcome_.emplace(std::move(stream));
            break;
        }
        why = agreed.error();
    }
    if (!outcome_) {
        outcome_.emplace(std::move(why));
    }
    settled_.notify_all();
}

awaitable<result<std::unique_ptr<byte_stream>>> tunnel::get()
{
    const auto self = shared_from_this();
    while (!outcome_) {
        const bool notified = co_await settled_.wait();
        if (!notified) {
            give_up();
            co_return failure{errc::cancelled, "connect through the proxy " + to_string(request_.proxy)};
        }
    }
    co_return std::move(*outcome_);
}

void tunnel::give_up() noexcept
{
    given_up_.emit(asio::cancellation_type::terminal);
}

}  // namespace ftpfs::net
