// Leases: how an operation gets a session and gives it back. What the pool does by itself is in pool_upkeep.cpp.
#include "ftpfs/ftp/session_pool.hpp"

#include "pool_slot.hpp"
#include "pool_waiter.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace ftpfs::ftp {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// A session that was idle for long may hang in a connection that a firewall has forgotten: nobody answers.
// A server that is slower than this costs a login, no failure.
constexpr std::chrono::seconds probe_limit{5};

// Goodbyes free the server's slots at once; more is not worth waiting for.
constexpr std::chrono::seconds goodbyes_limit{2};

// Marks a waiter when the coroutine that waits goes, however it goes.
template <class Waiter>
class presence {
public:
    explicit presence(std::shared_ptr<Waiter> who) : who_{std::move(who)} {}
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;
    ~presence() { who_->gone = true; }

private:
    std::shared_ptr<Waiter> who_;
};

}  // namespace

session_pool::session_pool(executor where, net::connector& connector, config settings, log logger)
    : where_{where}, settings_{std::move(settings)}, log_{std::move(logger)}, setup_{connector, settings_, profile_,
                                                                                     log_},
      policy_{settings_.connections}, tick_{where}, tasks_{where}, goodbyes_{where}
{
}

session_pool::~session_pool() = default;

bool session_pool::has_spare_for_bulk()
{
    const auto now = clock::now();
    const auto all = counts();
    const bool at_hand = all.idle > 0 || all.total() < policy_.limit(now);
    return !closed_ && metadata_.empty() && bulk_.empty() && at_hand && all.bulk < policy_.bulk_limit(now);
}

awaitable<result<session_lease>> session_pool::acquire(lease_request request)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    bool first = true;
    for (;;) {
        if (closed_) {
            co_return failure{errc::shutting_down};
        }
        const auto mine = std::make_shared<waiter>(where_, request);
        auto& waiters = request.which == lane::metadata ? metadata_ : bulk_;
        // Once more after a session turned out to be dead: the place in the queue is kept.
        first ? waiters.push_back(mine) : waiters.push_front(mine);
        first = false;
        dispatch();
        FTPFS_CO_TRY(auto lease, co_await wait_for_lease(mine));
        if (pool_policy::before_use(lease->last_used(), clock::now()) == pool_policy::care::none) {
            co_return std::move(lease);
        }
        const auto alive = co_await probe(*lease);
        if (alive) {
            co_return std::move(lease);
        }
        lease.discard();
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            co_return failure{errc::cancelled};
        }
    }
}

awaitable<result<session_lease>> session_pool::wait_for_lease(std::shared_ptr<waiter> mine)
{
    const presence<waiter> here{mine};
    while (!mine->outcome) {
        const auto woken = co_await mine->answered.wait_until(mine->what.deadline);
        if (mine->outcome) {
            break;
        }
        if (woken == async::wake::cancelled) {
            co_return failure{errc::cancelled};
        }
        if (woken == async::wake::deadline) {
            co_return overdue();
        }
    }
    co_return std::move(*mine->outcome);
}

failure session_pool::overdue() const
{
    if (counts().alive() == 0 && last_failure_) {
        return *last_failure_;
    }
    return failure{errc::timed_out, fmt::format("no session with {} became free in time; {} are at work",
                                                settings_.host, counts().alive())};
}

awaitable<result<>> session_pool::probe(session& suspect)
{
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer limit{where_, std::min<clock::duration>(probe_limit, settings_.timeout)};
    auto either = co_await (suspect.ping() || limit.async_wait(as_result));
    if (auto* answered = std::get_if<0>(&either)) {
        co_return std::move(*answered);
    }
    co_return failure{errc::timed_out, "an idle session does not answer any more"};
}

void session_pool::give_back(const slot_ptr& slot, bool usable)
{
    slot->on_pressure = nullptr;
    if (closed_) {
        forget(slot);
        return;
    }
    if (!usable || slot->what->lost()) {
        forget(slot);
        outage_ = outage_ || counts().alive() == 0;
    } else if (slot->what->transferring()) {
        slot->now = pool_slot::state::recovering;
        tasks_.spawn(recover(slot));
    } else {
        slot->now = pool_slot::state::idle;
    }
    dispatch();
}

awaitable<> session_pool::shut_down()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    closed_ = true;
    tick_.cancel();
    fail_waiters(failure{errc::shutting_down});
    tasks_.cancel();
    const auto slots = slots_;
    for (const auto& slot : slots) {
        if (slot->now == pool_slot::state::idle) {
            retire(slot);
        }
    }
    asio::steady_timer limit{where_, goodbyes_limit};
    limit.async_wait([weak = weak_from_this()](const error_code& aborted) {
        const auto self = weak.lock();
        if (!aborted && self) {
            self->goodbyes_.cancel();
        }
    });
    co_await goodbyes_.join();
    limit.cancel();
    co_await tasks_.join();
    slots_.clear();
}

statistics session_pool::counters() const
{
    const auto have = counts();
    statistics all;
    all.sessions = have.alive();
    all.busy = have.alive() - have.idle;
    all.limit = pool_policy{policy_}.limit(clock::now());
    const auto waits = [](const auto& who) { return !who->gone; };
    all.waiting = static_cast<std::size_t>(std::count_if(metadata_.begin(), metadata_.end(), waits) +
                                           std::count_if(bulk_.begin(), bulk_.end(), waits));
    all.logins = logins_;
    all.reconnects = reconnects_;
    return all;
}

}  // namespace ftpfs::ftp
