#include "connect_race.hpp"

#include "ftpfs/net/endpoint_text.hpp"

#include <fmt/format.h>

#include <netinet/in.h>

#include <algorithm>

namespace ftpfs::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// RFC 8305 §5 recommends 250 ms.
constexpr std::chrono::milliseconds attempt_delay{250};

// Lets connect() choose the port, so that a bound address does not use up ports for all destinations.
using choose_port_late = asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>;

std::string_view words_for(const error_code& error)
{
    if (error == asio::error::connection_refused) {
        return "refused";
    }
    if (error == asio::error::timed_out) {
        return "timed out";
    }
    if (error == boost::system::errc::address_not_available) {
        return "this machine does not have the address to bind to";
    }
    return "unreachable";
}

}  // namespace

connect_race::connect_race(executor where, std::vector<endpoint> targets, std::optional<asio::ip::address> local,
                           std::chrono::milliseconds timeout, pace how)
    : where_{std::move(where)}, targets_{std::move(targets)}, local_{std::move(local)}, timeout_{timeout}, pace_{how},
      changed_{where_}
{
}

awaitable<result<tcp::socket>> connect_race::run()
{
    const auto self = shared_from_this();  // attempts that lost end after this coroutine
    while (winner_ == nullptr) {
        expire();
        const bool more = attempts_.size() < targets_.size();
        if (more && (!any_pending() || clock::now() >= next_start_)) {
            start_next();
            continue;
        }
        if (!any_pending()) {
            co_return lost();
        }
        const auto woken = co_await changed_.wait_until(next_event());
        if (woken == async::wake::cancelled) {
            close_all();
            co_return failure{errc::cancelled, "connect " + to_string(targets_.front())};
        }
    }
    auto socket = std::move(winner_->socket);
    close_all();
    co_return std::move(socket);
}

bool connect_race::pending()
{
    expire();
    return any_pending();
}

std::optional<tcp::socket> connect_race::take_winner()
{
    return winner_ != nullptr ? std::optional{std::move(winner_->socket)} : std::nullopt;
}

void connect_race::start_next()
{
    const auto now = clock::now();
    auto& mine = attempts_.emplace_back(where_, targets_[attempts_.size()], now + timeout_);
    next_start_ = pace_ == pace::staggered ? now + attempt_delay : clock::time_point::max();
    if (const auto error = prepare(mine)) {
        ended(mine, error);
        return;
    }
    mine.socket.async_connect(
        mine.target, [self = shared_from_this(), &mine](const error_code& error) { self->ended(mine, error); });
}

error_code connect_race::prepare(attempt& mine) const
{
    error_code error;
    mine.socket.open(mine.target.protocol(), error);
    if (!error && local_) {
        error_code old_kernel;
        mine.socket.set_option(choose_port_late{true}, old_kernel);
        mine.socket.bind(endpoint{*local_, 0}, error);
    }
    return error;
}

// An attempt whose time was up or which lost the race ends with "aborted"; what it was stays.
void connect_race::ended(attempt& mine, const error_code& error)
{
    if (!mine.pending) {
        return;
    }
    mine.pending = false;
    mine.error = error;
    if (!error && winner_ == nullptr) {
        winner_ = &mine;
    }
    changed_.notify_all();
}

void connect_race::expire()
{
    for (auto& one : attempts_) {
        if (one.pending && clock::now() >= one.deadline) {
            one.pending = false;
            one.error = asio::error::timed_out;
            error_code ignored;
            one.socket.close(ignored);
        }
    }
}

void connect_race::close_all()
{
    for (auto& one : attempts_) {
        one.pending = false;
        error_code ignored;
        one.socket.close(ignored);
    }
}

bool connect_race::any_pending() const
{
    return std::any_of(attempts_.begin(), attempts_.end(), [](const attempt& one) { return one.pending; });
}

connect_race::clock::time_point connect_race::next_event() const
{
    auto first = attempts_.size() < targets_.size() ? next_start_ : clock::time_point::max();
    for (const auto& one : attempts_) {
        if (one.pending) {
            first = std::min(first, one.deadline);
        }
    }
    return first;
}

// A refusal says the most (the host is there), silence less, "no route" the least.
failure connect_race::lost() const
{
    auto code = errc::unreachable;
    std::string detail;
    for (const auto& one : attempts_) {
        if (one.error == asio::error::connection_refused) {
            code = errc::connection_refused;
        } else if (one.error == asio::error::timed_out && code != errc::connection_refused) {
            code = errc::timed_out;
        }
        detail +=
            fmt::format("{}connect {}: {}", detail.empty() ? "" : "; ", to_string(one.target), words_for(one.error));
    }
    return failure{code, std::move(detail)};
}

}  // namespace ftpfs::net
