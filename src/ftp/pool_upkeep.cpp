// What the pool does by itself: opening, closing, recovering, pressing.
#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/session_pool.hpp"
#include "pool_slot.hpp"
#include "pool_waiter.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace ftpfs::ftp {

namespace asio = boost::asio;
using state = pool_slot::state;

namespace {

// While somebody waits the holders of bulk leases are asked again this often: a stream that was needed a
// moment ago may not be any more.
constexpr std::chrono::milliseconds press_interval{200};

}  // namespace

void session_pool::drop_dead()
{
    const auto slots = slots_;
    for (const auto& slot : slots) {
        if (slot->now == state::idle && !slot->what->check()) {
            log_.debug("the server ended an idle session");
            forget(slot);
        }
    }
}

std::size_t session_pool::wanting()
{
    const auto have = counts();
    const auto bulk = have.bulk - have.ahead_bulk;
    const auto limit = policy_.bulk_limit(clock::now());
    const auto room = limit > bulk ? limit - bulk : 0;
    return metadata_.size() + std::min(bulk_.size(), room);
}

void session_pool::open_more()
{
    make_room();
    while (policy_.should_open(wanting(), counts(), clock::now())) {
        open_another();
    }
}

void session_pool::open_another()
{
    const auto slot = std::make_shared<pool_slot>();
    slots_.push_back(slot);
    tasks_.spawn(open_one(slot));
}

// Whoever needs a fresh session while all places are taken by idle ones gets the place of the oldest.
void session_pool::make_room()
{
    const auto have = counts();
    const auto needs_fresh = [](const auto& who) { return who->what.fresh; };
    const bool needed = std::any_of(metadata_.begin(), metadata_.end(), needs_fresh) ||
                        std::any_of(bulk_.begin(), bulk_.end(), needs_fresh);
    if (!needed || have.idle == 0 || have.opening + have.closing > 0 || have.total() < policy_.limit(clock::now())) {
        return;
    }
    slot_ptr oldest;
    for (const auto& slot : slots_) {
        if (slot->now == state::idle && (!oldest || slot->what->last_used() < oldest->what->last_used())) {
            oldest = slot;
        }
    }
    retire(oldest);
}

awaitable<> session_pool::open_one(slot_ptr slot)
{
    const auto remembered = profile_.remembered;
    session_setup setup = setup_;
    setup.logger = log_.with_prefix(fmt::format("session {}: ", ++opened_));
    auto opened = co_await session::open(std::move(setup));
    if (closed_) {
        forget(slot);
        co_return;
    }
    if (!opened) {
        forget(slot);
        opening_failed(opened.error());
        co_return;
    }
    if (remembered && !profile_.remembered) {
        recognise(*remembered);
    }
    slot->what = *std::move(opened);
    slot->now = state::idle;
    connected_again();
    policy_.opened(counts());
    dispatch();
    prepare_later(slot);
}

void session_pool::connected_again()
{
    ++logins_;
    last_failure_.reset();
    if (outage_ && counts().alive() == 1) {
        ++reconnects_;
        log_.info("connected to {} again", settings_.host);
    }
    outage_ = false;
    outage_logged_ = false;
}

// The first login has shown whether this is the server that was learned.
void session_pool::recognise(const kept_profile& remembered)
{
    if (remembered.greeting == profile_.greeting) {
        policy_.remember(remembered.sessions, clock::now());
        log_.debug("{} is known from an earlier mount", settings_.host);
    } else {
        log_.info("{} greets in another way than before: what was learned of it is forgotten", settings_.host);
    }
}

void session_pool::opening_failed(const failure& why)
{
    log_.debug("no further session with {}: {}", settings_.host, to_string(why));
    last_failure_ = why;
    const auto have = counts();
    const auto verdict = policy_.open_failed(why, have, clock::now());
    if (const auto limit = policy_.take_learned_limit()) {
        log_.warning("{} allows only {} session{} at the moment ({}); going on with {}", settings_.host, *limit,
                     *limit == 1 ? "" : "s", why.detail.empty() ? to_string(why) : why.detail,
                     *limit == 1 ? "it" : "them");
    }
    if (verdict != pool_policy::verdict::wait && logins_ > 0) {
        outage_ = true;
        if (!std::exchange(outage_logged_, true)) {
            log_.info("lost the connection to {}: {}", settings_.host, to_string(why));
        }
    }
    if (verdict == pool_policy::verdict::give_up) {
        fail_waiters(why);
    }
    dispatch();
}

awaitable<> session_pool::recover(slot_ptr slot)
{
    co_await slot->what->abandon();
    const bool usable = !closed_ && !slot->what->lost();
    if (usable) {
        slot->now = state::idle;
    } else {
        forget(slot);
    }
    dispatch();
    prepare_later(slot);
}

// Whoever waits goes first.
void session_pool::prepare_later(const slot_ptr& slot)
{
    const bool free = !closed_ && metadata_.empty() && bulk_.empty() && slot->now == state::idle;
    if (free && slot->what->wants_preparation()) {
        preparations_.spawn(prepare(slot));
    }
}

awaitable<> session_pool::prepare(slot_ptr slot)
{
    const bool still = !closed_ && slot->now == state::idle && slot->what->wants_preparation();
    if (!still) {
        co_return;
    }
    co_await slot->what->prepare();
    if (closed_ || slot->now != state::idle) {
        co_return;
    }
    if (slot->what->lost()) {
        forget(slot);
    }
    dispatch();
}

void session_pool::close_expired()
{
    const auto now = clock::now();
    const auto slots = slots_;
    for (const auto& slot : slots) {
        if (slot->now != state::idle) {
            continue;
        }
        const bool last_one = counts().alive() == 1;
        slot->what->armed().lapse(now);
        if (now >= pool_policy::closes_at(slot->what->last_used(), last_one)) {
            retire(slot);
        }
    }
}

void session_pool::retire(const slot_ptr& slot)
{
    slot->now = state::closing;
    goodbyes_.spawn(say_goodbye(slot));
}

awaitable<> session_pool::say_goodbye(slot_ptr slot)
{
    co_await slot->what->quit();
    forget(slot);
    dispatch();
}

void session_pool::forget(const slot_ptr& slot)
{
    slots_.remove(slot);
}

void session_pool::fail_waiters(const failure& why)
{
    for (auto* waiters : {&metadata_, &bulk_}) {
        for (const auto& who : std::exchange(*waiters, {})) {
            who->answer(why);
        }
    }
}

// One timer for everything that comes with time.
void session_pool::schedule()
{
    auto next = clock::time_point::max();
    const auto now = clock::now();
    if (!metadata_.empty() || !bulk_.empty()) {
        next = now + press_interval;
    } else {
        const bool last_one = counts().alive() == 1;
        for (const auto& slot : slots_) {
            if (slot->now == state::idle) {
                next = std::min(next, pool_policy::closes_at(slot->what->last_used(), last_one));
                next = std::min(next, slot->what->armed().lapses_at());
            }
        }
    }
    const bool comes_early_enough = tick_at_ <= next && tick_at_ != clock::time_point::max();
    if (next == clock::time_point::max() || comes_early_enough) {
        return;
    }
    tick_at_ = next;
    tick_.expires_at(next);
    tick_.async_wait([weak = weak_from_this()](const error_code& aborted) {
        const auto self = weak.lock();
        if (!aborted && self && !self->closed_) {
            self->tick_at_ = clock::time_point::max();
            self->dispatch();
        }
    });
}

// Never inside dispatch(): whoever is told may give a lease back at once, or ask for one.
void session_pool::press_later()
{
    const auto waiting = metadata_.size() + bulk_.size();
    const auto have = counts();
    // Who is just leaving a transfer is sooner ready than one that would have to leave its own.
    const bool come_by_themselves = have.opening + have.recovering >= waiting && wanting() == waiting;
    if (waiting == 0 || press_posted_ || come_by_themselves) {
        return;
    }
    press_posted_ = true;
    asio::post(where_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->press_posted_ = false;
            self->press();
        }
    });
}

void session_pool::press()
{
    if (closed_ || (metadata_.empty() && bulk_.empty())) {
        return;
    }
    const auto slots = slots_;
    for (const auto& slot : slots) {
        if (slot->now == state::bulk && slot->on_pressure) {
            const auto tell = slot->on_pressure;
            tell();
        }
    }
}

}  // namespace ftpfs::ftp
