#include "ftpfs/async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>

namespace ftpfs::async {

namespace asio = boost::asio;

namespace {

// co_spawn alone would run the task inside spawn() up to its first wait, in the middle of what the caller does.
// Throwing is switched off for everything the task awaits: a task that is cancelled ends by its results.
awaitable<> run_later(awaitable<> task)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::post(asio::use_awaitable);
    co_await std::move(task);
}

}  // namespace

task_group::task_group(executor where) : where_{where}, changed_{where} {}

void task_group::spawn(awaitable<> task)
{
    const auto mine = running_.emplace(running_.end(), std::make_shared<asio::cancellation_signal>());
    asio::co_spawn(where_, run_later(std::move(task)),
                   asio::bind_cancellation_slot((*mine)->slot(), [this, mine](const std::exception_ptr& escaped) {
                       if (escaped) {
                           std::terminate();
                       }
                       running_.erase(mine);
                       changed_.notify_all();
                   }));
}

void task_group::cancel()
{
    // A task may end, or spawn another, while it is told: the copy keeps its signal until then. Outside the loop
    // co_spawn would only post the signal on, by a pointer that the end of the task makes invalid.
    asio::dispatch(where_, [told = running_] {
        for (const auto& signal : told) {
            signal->emit(asio::cancellation_type::terminal);
        }
    });
}

awaitable<> task_group::join()
{
    while (!running_.empty()) {
        const bool notified = co_await changed_.wait();
        if (!notified) {
            co_return;
        }
    }
}

}  // namespace ftpfs::async
