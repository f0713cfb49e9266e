// Who gets a session next, and which one.
#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/session_pool.hpp"
#include "pool_slot.hpp"
#include "pool_waiter.hpp"

#include <algorithm>
#include <tuple>

namespace ftpfs::ftp {

using state = pool_slot::state;

namespace {

// After so many metadata leases in a row a bulk transfer that waits gets its turn.
constexpr std::size_t metadata_before_bulk = 8;

// Who copies many files comes back for the next one within this time.
constexpr std::chrono::milliseconds upload_pause{500};

// File after file: while one session opens its next data connection, another one can send.
bool follows_upload(pool_slot& slot)
{
    const auto now = session_pool::clock::now();
    return slot.uploads && now < slot.what->last_used() + upload_pause && !slot.what->armed().connected(now);
}

}  // namespace

void session_pool::dispatch()
{
    if (closed_) {
        return;
    }
    const auto gone = [](const auto& who) { return who->gone; };
    std::erase_if(metadata_, gone);
    std::erase_if(bulk_, gone);
    if (!metadata_.empty() || !bulk_.empty()) {
        drop_dead();
        for (;;) {
            const bool bulk_turn = metadata_in_a_row_ >= metadata_before_bulk && serve(bulk_, lane::bulk);
            if (!bulk_turn && serve(metadata_, lane::metadata)) {
                metadata_in_a_row_ = bulk_.empty() ? 0 : metadata_in_a_row_ + 1;
            } else if (bulk_turn || serve(bulk_, lane::bulk)) {
                metadata_in_a_row_ = 0;
            } else {
                break;
            }
        }
        const auto refused = policy_.refusal(clock::now());
        if (refused && counts().alive() == 0) {
            fail_waiters(*refused);
        }
        open_more();
        press_later();
    }
    close_expired();
    schedule();
}

bool session_pool::serve(queue& waiters, lane which)
{
    if (waiters.empty() || !policy_.may_lease(which, counts(), clock::now())) {
        return false;
    }
    // Somebody who needs a fresh session does not hold up those behind, who can use any.
    for (auto at = waiters.begin(); at != waiters.end(); ++at) {
        const auto slot = take_idle(**at);
        if (!slot) {
            continue;
        }
        const auto who = *at;
        waiters.erase(at);
        const bool in_a_row = settings_.armed && who->what.uploads && follows_upload(*slot);
        slot->now = which == lane::metadata ? state::metadata : state::bulk;
        slot->on_pressure = who->what.on_pressure;
        slot->uploads = who->what.uploads;
        slot->ahead = who->what.ahead;
        if (who->what.directory) {
            slot->directory = who->what.directory;
        }
        who->answer(session_lease{weak_from_this(), slot});
        if (in_a_row && counts().idle == 0 && policy_.should_open(1, counts(), clock::now())) {
            open_another();
        }
        return true;
    }
    return false;
}

// Takes no place in a queue: a guess that can't be followed at once is forgotten, and nobody is ever behind one.
bool session_pool::serve_ahead(const std::shared_ptr<waiter>& who)
{
    dispatch();
    drop_dead();
    const auto now = clock::now();
    if (!metadata_.empty() || !bulk_.empty() || !policy_.may_lease_ahead(counts(), now)) {
        return false;
    }
    queue alone{who};
    const bool served = serve(alone, who->what.which);
    if (!served && policy_.should_open_ahead(counts(), now)) {
        open_another();
    }
    return served;
}

// Best is one that need not be waited for, then one with a data connection if that is wanted, then one in the right
// directory, then the one used last: so the others grow old and are closed.
session_pool::slot_ptr session_pool::take_idle(const waiter& who) const
{
    const bool moves_data = who.what.which == lane::bulk || who.what.directory;
    const auto now = clock::now();
    const auto rank = [&](const slot_ptr& slot) {
        auto& one = *slot->what;
        const bool fits = who.what.directory && slot->directory == who.what.directory;
        const bool connected = moves_data && one.armed().connected(now);
        return std::tuple{!one.preparing(), connected, moves_data && one.armed().ready(now), fits, one.last_used()};
    };
    slot_ptr best;
    for (const auto& slot : slots_) {
        const bool stale = slot->now == state::idle && who.what.fresh && slot->what->last_used() < who.since;
        if (slot->now == state::idle && !stale && (!best || rank(slot) > rank(best))) {
            best = slot;
        }
    }
    return best;
}

}  // namespace ftpfs::ftp
