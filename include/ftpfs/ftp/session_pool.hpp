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
#include "ftpfs/ftp/kept_profile.hpp"
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
    // For what nobody has asked for yet: served at once, if nobody waits and enough stay for others, else errc::busy.
    bool ahead = false;
    // A session that last listed this directory needs one command less.
    std::optional<remote_path> directory;
    // Bulk only: called on the loop, possibly often, while others wait. Not after the lease was dropped.
    std::function<void()> on_pressure;
    // Bulk only: it can't always leave the session when others wait.
    bool uploads = false;
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
    // shutting_down, and while no session lives those of session::open. The deadline is put off while an upload that
    // makes progress holds a session; a bulk request waits longer for one that pauses.
    awaitable<result<session_lease>> acquire(lease_request request);

    // Says QUIT on all idle sessions, for at most two seconds in all, and closes everything else. Those who
    // wait get shutting_down. Leases may be dropped later.
    awaitable<> shut_down();

    // What an earlier mount has learned, before the first session; and what is to be kept for the next one.
    void recall(kept_profile kept);
    kept_profile learned() const;

    const server_profile& profile() const noexcept { return profile_; }
    server_profile& profile() noexcept { return profile_; }

    // sessions, busy, limit, waiting, logins, reconnects; the rest is zero.
    statistics counters() const;

private:
    friend class session_lease;
    struct waiter;
    using slot_ptr = std::shared_ptr<pool_slot>;
    using queue = std::deque<std::shared_ptr<waiter>>;

    // Leases.
    awaitable<result<session_lease>> wait_for_lease(std::shared_ptr<waiter> mine);
    awaitable<result<>> probe(session& suspect);
    void give_back(const slot_ptr& slot, bool usable);
    bool is_held_by_upload(lane waiting) const;
    failure overdue() const;

    // Background work.
    awaitable<> open_one(slot_ptr slot);
    awaitable<> recover(slot_ptr slot);
    awaitable<> prepare(slot_ptr slot);
    awaitable<> say_goodbye(slot_ptr slot);

    // What a change of the sessions or of those who wait leads to.
    void dispatch();
    bool serve(queue& waiters, lane which);
    bool serve_ahead(const std::shared_ptr<waiter>& who);
    slot_ptr take_idle(const waiter& who) const;
    void open_more();
    void open_another();
    void make_room();
    void drop_dead();
    void prepare_later(const slot_ptr& slot);
    void close_expired();
    void schedule();
    void press_later();
    void press();

    void recognise(const kept_profile& remembered);
    void opening_failed(const failure& why);
    void connected_again();
    void fail_waiters(const failure& why);
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
    queue metadata_;
    queue bulk_;
    std::size_t metadata_in_a_row_ = 0;
    bool closed_ = false;
    std::optional<failure> last_failure_;  // to open a session; none since one was opened
    bool outage_ = false;                  // the last session was lost while it worked
    bool outage_logged_ = false;
    std::uint64_t opened_ = 0;  // attempts, for the numbers in the log
    std::uint64_t logins_ = 0;
    std::uint64_t reconnects_ = 0;
    bool press_posted_ = false;
    boost::asio::steady_timer tick_;
    clock::time_point tick_at_ = clock::time_point::max();
    async::task_group tasks_;
    async::task_group preparations_;
    async::task_group goodbyes_;
};

}  // namespace ftpfs::ftp
