// Owns coroutines that nobody awaits, so that none is ever orphaned: the owner of the group cancels and
// joins it before it destroys what the coroutines use.
//
// An exception that leaves a task is a programming error and ends the process with a message.
#pragma once

#include "ftpfs/async/condition.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <list>
#include <memory>

namespace ftpfs::async {

class task_group {
public:
    explicit task_group(executor where);
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    // All tasks must have ended: call cancel() and join() first, or stop running the executor for good.
    ~task_group() = default;

    // Starts the task on the next turn of the loop, even if it is cancelled before. Inside the task a
    // cancellation never throws (throw_if_cancelled is off): what it awaits reports it.
    void spawn(awaitable<> task);

    // Asks every running task to end; tasks spawned later are not affected.
    void cancel();

    // Returns when no task is left, or when the coroutine that waits is cancelled.
    awaitable<> join();

    std::size_t size() const noexcept { return running_.size(); }

private:
    executor where_;
    std::list<std::shared_ptr<boost::asio::cancellation_signal>> running_;
    condition changed_;
};

}  // namespace ftpfs::async
