// The sessions to one server, lent to one operation each.
//
//               open             lease                  drop, clean
//     (none) ─────────► idle ───────────► leased ──────────────────► idle
//                        │ ▲                │ drop, in transfer
//                 expiry │ └── recovering ◄─┘            drop, lost ─► (none)
//                        ▼
//                     closing ─► (none)
//
// Those who wait form two queues, metadata before bulk, first come first served within each. pool_policy
// decides how many sessions there are; this class carries it out. While somebody waits and nothing is free,
// the holders of bulk leases are told, again and again, so that they can leave a transfer they do not need.
// Made by make_shared; the connector must outlive it. One thread. shut_down() must have ended before the
// loop is run for something else.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/async/task_group.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/pool_policy.hpp"
#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/session_lease.hpp"
#include "ftpfs/ftp/statistics.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>

namespace ftpfs::net {
class connector;
}

namespace ftpfs::ftp {

struct lease_request {
    lease_request(lane which_, std::chrono::steady_clock::time_point deadline_) : which{which_}, deadline{deadline_} {}

    lane which;
    std::chrono::steady_clock::time_point deadline;
    // Only a session opened, or used with success, after the request: the last one turned out to be dead.
    bool fresh = false;
    // A session that last listed this directory needs one command less.
    std::optional<remote_path> directory;
    // Bulk only: called on the loop, possibly often, while others wait. Not after the lease was dropped.
    std::function<void()> on_pressure;
};

class session_pool : public std::enable_shared_from_this<session_pool> {
public:
    using clock = std::chrono::steady_clock;

    // `settings` is copied.
    session_pool(executor where, net::connector& connector, config settings, log logger);
    session_pool(const session_pool&) = delete;
    session_pool& operator=(const session_pool&) = delete;
    ~session_pool();

    // Waits for a session. Failures: timed_out at the deadline (or server_busy, if that is why), cancelled,
    // shutting_down, and while no session lives those of session::open.
    awaitable<result<session_lease>> acquire(lease_request request);

    // Says QUIT on all idle sessions, for at most two seconds in all, and closes everything else. Those who
    // wait get shutting_down. Leases may be dropped later.
    awaitable<> shut_down();

    const server_profile& profile() const noexcept { return profile_; }

    // sessions, busy, limit, waiting, logins, reconnects; the rest is zero.
    statistics counters() const;

private:
    friend class session_lease;
    struct waiter;
    using slot_ptr = std::shared_ptr<pool_slot>;

    void give_back(const slot_ptr& slot, bool usable) noexcept;
    awaitable<> open_one(slot_ptr slot);
    awaitable<> recover(slot_ptr slot);
    awaitable<> say_goodbye(slot_ptr slot);
    awaitable<result<>> probe(session& suspect, clock::time_point deadline);

    void dispatch();
    bool serve(std::deque<std::shared_ptr<waiter>>& queue, lane which);
    slot_ptr take_idle(const waiter& who);
    void drop_dead_idle();
    void open_more();
    void press();
    void close_expired();
    void arm();
    void fail_waiters(const failure& why);
    void opening_failed(const failure& why);
    void retire(const slot_ptr& slot);
    void forget(const slot_ptr& slot);
    pool_counts counts() const;
    std::size_t wanting();

    executor where_;
    config settings_;
    log log_;
    server_profile profile_;
    session_setup setup_;
    pool_policy policy_;
    std::list<slot_ptr> slots_;
    std::deque<std::shared_ptr<waiter>> metadata_;
    std::deque<std::shared_ptr<waiter>> bulk_;
    std::size_t metadata_in_a_row_ = 0;
    bool closed_ = false;
    bool outage_ = false;  // the connection was lost and nobody lives since
    bool outage_logged_ = false;
    std::uint64_t logins_ = 0;
    std::uint64_t reconnects_ = 0;
    boost::asio::steady_timer tick_;
    async::task_group tasks_;
    async::task_group goodbyes_;
};

}  // namespace ftpfs::ftp
