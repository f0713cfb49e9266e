// Leases: how an operation gets a session and gives it back. Who gets one is in pool_dispatch.cpp, what the
// pool does by itself in pool_upkeep.cpp.
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

// So many times the timeout an upload may pause before other transfers stop waiting for it: 5 min by default. Not for
// ever, since its program may itself wait for them.
constexpr int bulk_patience = 10;

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
      policy_{settings_.connections}, tick_{where}, tasks_{where}, preparations_{where}, goodbyes_{where}
{
    profile_.zone = settings_.zone;
}

session_pool::~session_pool() = default;

void session_pool::recall(kept_profile kept)
{
    profile_.remembered = std::make_shared<const kept_profile>(std::move(kept));
}

kept_profile session_pool::learned() const
{
    return keep(profile_, policy_.known_limit());
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
        if (request.ahead) {
            if (!serve_ahead(mine)) {
                co_return failure{errc::busy, "no session to spare"};
            }
        } else {
            first ? waiters.push_back(mine) : waiters.push_front(mine);
            first = false;
            dispatch();
        }
        FTPFS_CO_TRY(auto lease, co_await wait_for_lease(mine));
        co_await lease->prepared();
        const auto cancelled = co_await asio::this_coro::cancellation_state;
        if (cancelled.cancelled() != asio::cancellation_type::none) {
            co_return failure{errc::cancelled};
        }
        if (lease->lost()) {
            lease.discard();
            continue;
        }
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
        if (woken == async::wake::deadline && is_held_by_upload(mine->what.which)) {
            mine->what.deadline = clock::now() + settings_.timeout;
        } else if (woken == async::wake::deadline) {
            co_return overdue();
        }
    }
    co_return std::move(*mine->outcome);
}

// An upload can leave its session only where it can be resumed by appending; else others have to wait until it ends,
// as they would for a slow disk. Other transfers wait for one whose program pauses, too; questions do not.
bool session_pool::is_held_by_upload(lane waiting) const
{
    const auto pause = waiting == lane::bulk ? bulk_patience * settings_.timeout : settings_.timeout;
    const auto oldest = clock::now() - pause;
    return std::any_of(slots_.begin(), slots_.end(), [&](const slot_ptr& slot) {
        const bool uploads = slot->now == pool_slot::state::bulk && slot->uploads;
        return uploads && (slot->what->sending() || slot->what->last_used() >= oldest);
    });
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
    slot->ahead = false;
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
    prepare_later(slot);
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
    preparations_.cancel();
    co_await preparations_.join();
    co_await tasks_.join();
    slots_.clear();
}

pool_counts session_pool::counts() const
{
    using state = pool_slot::state;
    pool_counts all;
    for (const auto& slot : slots_) {
        switch (slot->now) {
        case state::opening: ++all.opening; break;
        case state::idle: ++all.idle; break;
        case state::metadata: ++all.metadata; break;
        case state::bulk: ++all.bulk; break;
        case state::recovering: ++all.recovering; break;
        case state::closing: ++all.closing; break;
        }
        all.ahead += slot->ahead ? 1U : 0U;
        all.ahead_bulk += slot->ahead && slot->now == state::bulk ? 1U : 0U;
    }
    return all;
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
