#include "ftpfs/async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>

namespace ftpfs::async {

namespace asio = boost::asio;

task_group::task_group(executor where) : where_{where}, changed_{where} {}

void task_group::spawn(awaitable<> task)
{
    const auto mine = running_.emplace(running_.end());
    asio::co_spawn(where_, std::move(task),
                   asio::bind_cancellation_slot(mine->slot(), [this, mine](const std::exception_ptr& escaped) {
                       if (escaped) {
                           std::terminate();
                       }
                       running_.erase(mine);
                       changed_.notify_all();
                   }));
}

void task_group::cancel()
{
    for (auto& signal : running_) {
        signal.emit(asio::cancellation_type::terminal);
    }
}

awaitable<> task_group::join()
{
    while (!running_.empty()) {
        if (!co_await changed_.wait()) {
            co_return;
        }
    }
}

}  // namespace ftpfs::async
