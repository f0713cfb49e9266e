#include "ftpfs/async/condition.hpp"

#include <boost/asio/this_coro.hpp>

#include <memory>

namespace ftpfs::async {

namespace asio = boost::asio;

condition::condition(executor where) : never_{where, asio::steady_timer::time_point::max()} {}

void condition::notify_all()
{
    never_.cancel();
}

// The timer reports "aborted" both when notified and when the waiter was cancelled; the waiter's own
// cancellation state tells which.
awaitable<bool> condition::wait()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        co_return false;
    }
    co_await never_.async_wait(as_result);
    co_return state.cancelled() == asio::cancellation_type::none;
}

awaitable<wake> condition::wait_until(std::chrono::steady_clock::time_point when)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (std::chrono::steady_clock::now() >= when) {
        co_return wake::deadline;
    }
    // Wakes everybody at the deadline: rare, and waiters look at their predicate anyway.
    // An alarm that is already on its way can't be cancelled, and may come when the condition is gone.
    const auto waiting = std::make_shared<bool>(true);
    asio::steady_timer alarm{never_.get_executor(), when};
    alarm.async_wait([this, waiting](const boost::system::error_code& aborted) {
        if (!aborted && *waiting) {
            notify_all();
        }
    });
    const bool woken = co_await wait();
    *waiting = false;
    if (!woken) {
        co_return wake::cancelled;
    }
    co_return std::chrono::steady_clock::now() >= when ? wake::deadline : wake::notified;
}

}  // namespace ftpfs::async
