#include "ftpfs/ftp/pool_policy.hpp"

#include <algorithm>

namespace ftpfs::ftp {
namespace {

using namespace std::chrono_literals;
using duration = pool_policy::clock::duration;

// A limit that was learned is tried again one session at a time: other clients come and go.
constexpr duration raise_interval = 5min;

// Attempts to open another session while some live: the operations have what they need meanwhile.
constexpr duration first_hold = 5s;
constexpr duration longest_hold = 60s;

// The server is full and we have no session at all: operations wait for this.
constexpr duration first_wait_for_room = 1s;
constexpr duration longest_wait_for_room = 8s;

// A password that never worked: fail2ban allows five attempts in ten minutes.
constexpr duration refused_for_long = 5min;
// It worked before, so it may be a limit in disguise or an account service that restarts.
constexpr duration refused_for_now = 30s;

// Firewalls and address translation forget idle connections, some within a minute; asking costs a round trip.
constexpr duration suspect_after = 25s;

// The tightest servers close idle sessions after 120 s (IIS, BusyBox), most after 300 s or more. Sessions beyond
// the first give way to other clients early.
constexpr duration extra_closes_after = 60s;
constexpr duration last_closes_after = 4min;

}  // namespace

pool_policy::pool_policy(std::size_t wanted) : wanted_{std::max<std::size_t>(wanted, 1)}, limit_{wanted_} {}

std::size_t pool_policy::limit(time_point now)
{
    if (limit_ < wanted_ && now >= raise_at_) {
        ++limit_;
        raise_at_ = now + raise_interval;
    }
    return limit_;
}

std::size_t pool_policy::bulk_limit(time_point now)
{
    return std::max<std::size_t>(limit(now) - 1, 1);
}

bool pool_policy::may_lease(lane which, const pool_counts& counts, time_point now)
{
    return which == lane::metadata || counts.bulk - counts.ahead_bulk < bulk_limit(now);
}

bool pool_policy::may_lease_ahead(const pool_counts& counts, time_point now)
{
    return counts.bulk - counts.ahead_bulk + counts.ahead < bulk_limit(now);
}

bool pool_policy::should_open(std::size_t wanting, const pool_counts& counts, time_point now)
{
    if (wanting <= counts.opening || counts.total() >= limit(now) || refusal(now)) {
        return false;
    }
    // The first one alone: a wrong password is said once, and a dead host is asked once.
    if (counts.alive() == 0 && counts.opening > 0) {
        return false;
    }
    const bool held_back = now < hold_until_ && (counts.alive() > 0 || hold_without_any_);
    return !held_back;
}

bool pool_policy::should_open_ahead(const pool_counts& counts, time_point now)
{
    return counts.ahead + counts.opening < bulk_limit(now) && should_open(counts.opening + 1, counts, now);
}

std::optional<failure> pool_policy::refusal(time_point now) const
{
    return now < refused_until_ ? refused_ : std::nullopt;
}

void pool_policy::opened(const pool_counts& counts)
{
    ever_opened_ = true;
    failures_in_a_row_ = 0;
    hold_until_ = {};
    refused_until_ = {};
    // It came while the failure of another one was taken for the limit.
    limit_ = std::max(limit_, std::min(counts.alive(), wanted_));
}

pool_policy::verdict pool_policy::open_failed(const failure& why, const pool_counts& counts, time_point now)
{
    const auto alive = counts.alive();
    if (alive > 0) {
        if (why == errc::server_busy || why == errc::login_refused || why == errc::connection_lost) {
            learn(alive, now);
        } else {
            hold_back(now, first_hold, longest_hold);
            hold_without_any_ = false;
        }
        return verdict::wait;
    }
    if (why == errc::login_refused) {
        refused_ = why;
        refused_until_ = now + (ever_opened_ ? refused_for_now : refused_for_long);
        return verdict::give_up;
    }
    if (why == errc::server_busy && ever_opened_) {
        hold_back(now, first_wait_for_room, longest_wait_for_room);
        hold_without_any_ = true;
        return verdict::try_later;
    }
    return verdict::give_up;
}

void pool_policy::learn(std::size_t alive, time_point now)
{
    raise_at_ = now + raise_interval;
    if (alive < limit_) {
        limit_ = alive;
        learned_ = alive;
    }
}

void pool_policy::hold_back(time_point now, duration first, duration longest)
{
    constexpr unsigned enough_doublings = 8;
    hold_until_ = now + std::min(first * (1u << std::min(failures_in_a_row_, enough_doublings)), longest);
    ++failures_in_a_row_;
}

void pool_policy::remember(std::size_t limit, time_point now)
{
    remembered_ = limit;
    if (limit > 0 && limit < limit_) {
        limit_ = limit;
        raise_at_ = now + raise_interval;
    }
}

// A limit beyond what is wanted here can't be tried, and stays as it was.
std::size_t pool_policy::known_limit() const noexcept
{
    return limit_ < wanted_ ? limit_ : remembered_ >= wanted_ ? remembered_ : 0;
}

std::optional<std::size_t> pool_policy::take_learned_limit()
{
    if (warned_ || !learned_) {
        return std::nullopt;
    }
    warned_ = true;
    return learned_;
}

pool_policy::care pool_policy::before_use(time_point last_used, time_point now)
{
    return now - last_used > suspect_after ? care::probe : care::none;
}

pool_policy::time_point pool_policy::closes_at(time_point last_used, bool last_one)
{
    return last_used + (last_one ? last_closes_after : extra_closes_after);
}

}  // namespace ftpfs::ftp
