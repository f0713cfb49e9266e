#include "ftpfs/net/acceptor.hpp"

#include "ftpfs/net/endpoint_text.hpp"

#include <fmt/format.h>

#include <optional>
#include <random>

namespace ftpfs::net {

namespace asio = boost::asio;
using asio::ip::tcp;

// Outlives the acceptor while an accept is under way.
struct acceptor::state {
    state(const executor& where, asio::ip::address peer_) : listener{where}, peer{std::move(peer_)}, changed{where} {}

    tcp::acceptor listener;
    endpoint local;
    asio::ip::address peer;
    std::optional<tcp::socket> socket;
    std::shared_ptr<bool> arrived = std::make_shared<bool>(false);
    error_code error;
    bool closed = false;
    async::condition changed;
};

namespace {

error_code open_on(tcp::acceptor& listener, const endpoint& where)
{
    error_code error;
    error_code ignored;
    listener.close(ignored);
    listener.open(where.protocol(), error);
    if (!error) {
        // The last transfer's port is not free for a minute without it.
        listener.set_option(tcp::acceptor::reuse_address{true}, ignored);
        listener.bind(where, error);
    }
    if (!error) {
        listener.listen(asio::socket_base::max_listen_connections, error);
    }
    return error;
}

// Begins anywhere in the range: sessions that begin at the same port would all meet the same ones in use.
std::uint16_t any_of(std::uint16_t low, std::uint16_t high)
{
    std::random_device chance;
    return std::uniform_int_distribution<std::uint16_t>{low, high}(chance);
}

}  // namespace

result<std::unique_ptr<acceptor>> acceptor::listen(const executor& where, const asio::ip::address& local,
                                                   std::uint16_t low, std::uint16_t high, asio::ip::address peer)
{
    auto mine = std::make_shared<state>(where, std::move(peer));
    const auto first = any_of(low, high);
    auto port = first;
    error_code error;
    do {
        error = open_on(mine->listener, endpoint{local, port});
        port = port == high ? low : static_cast<std::uint16_t>(port + 1);
    } while (error == asio::error::address_in_use && port != first);
    if (error == asio::error::address_in_use) {
        return failure{errc::busy, fmt::format("no port from {} to {} is free on this machine", low, high)};
    }
    if (error) {
        return failure{errc::unreachable, fmt::format("listen on {}: {}", local.to_string(), error.message())};
    }
    mine->local = mine->listener.local_endpoint();
    accept_next(mine);
    return std::unique_ptr<acceptor>{new acceptor{std::move(mine)}};
}

acceptor::~acceptor()
{
    close();
}

const endpoint& acceptor::local_endpoint() const noexcept
{
    return state_->local;
}

bool acceptor::arrived() const noexcept
{
    return *state_->arrived;
}

std::shared_ptr<const bool> acceptor::witness() const noexcept
{
    return state_->arrived;
}

void acceptor::accept_next(const std::shared_ptr<state>& mine)
{
    mine->listener.async_accept([mine](const error_code& error, tcp::socket socket) {
        if (mine->closed) {
            return;
        }
        error_code gone_again;
        if (!error && (socket.remote_endpoint(gone_again).address() != mine->peer || gone_again)) {
            accept_next(mine);
            return;
        }
        error_code ignored;
        mine->listener.close(ignored);
        mine->error = error;
        if (!error) {
            mine->socket = std::move(socket);
            *mine->arrived = true;
        }
        mine->changed.notify_all();
    });
}

awaitable<result<tcp::socket>> acceptor::wait_until(std::chrono::steady_clock::time_point deadline)
{
    const auto mine = state_;
    while (!mine->socket) {
        if (mine->error) {
            co_return failure{errc::unreachable,
                              fmt::format("accept at {}: {}", to_string(mine->local), mine->error.message())};
        }
        if (mine->closed) {
            co_return failure{errc::cancelled, fmt::format("wait at {}", to_string(mine->local))};
        }
        const auto woken = co_await mine->changed.wait_until(deadline);
        if (woken == async::wake::cancelled) {
            co_return failure{errc::cancelled, fmt::format("wait at {}", to_string(mine->local))};
        }
        if (woken == async::wake::deadline && !mine->socket) {
            co_return failure{errc::timed_out,
                              fmt::format("{} does not connect to {}", mine->peer.to_string(), to_string(mine->local))};
        }
    }
    auto socket = *std::move(mine->socket);
    mine->socket.reset();
    mine->closed = true;
    co_return std::move(socket);
}

void acceptor::close() noexcept
{
    error_code ignored;
    state_->closed = true;
    state_->socket.reset();
    state_->listener.close(ignored);
    state_->changed.notify_all();
}

}  // namespace ftpfs::net
