// A condition to wait for, in a predicate loop:
//
//     while (!ready) {
//         const bool notified = co_await changed.wait();
//         if (!notified) co_return errc::cancelled;
//     }
//
// (Never `if (!co_await …)`: g++ 12 miscompiles a co_await in the condition of a statement.)
//
// Built on a timer that never expires: Boost 1.81's experimental channels lose messages on close and hang
// after a cancelled receive. The condition must outlive its waiters; destroying it while someone waits is an
// error of the owner (a task_group that is joined first rules it out).
#pragma once

#include "ftpfs/async/awaitable.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace ftpfs::async {

enum class wake { notified, cancelled, deadline };

class condition {
public:
    explicit condition(executor where);

    // Wakes everyone who waits now; nothing is remembered for those who come later.
    void notify_all();

    // False when the waiting coroutine itself was cancelled. Wake-ups may be spurious.
    awaitable<bool> wait();

    // As wait(), and gives up at `when`. Several waiters may have different deadlines.
    awaitable<wake> wait_until(std::chrono::steady_clock::time_point when);

private:
    boost::asio::steady_timer never_;
};

}  // namespace ftpfs::async
