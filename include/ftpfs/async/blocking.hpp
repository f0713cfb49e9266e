// Runs what may block (name look-up, files, kernel notifications) on a helper thread and comes back with its
// answer on the loop.
//
// The one meeting point of our threads: `work` runs on the helper and may touch only what it captured.
#pragma once

#include "ftpfs/async/awaitable.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <utility>

namespace ftpfs::async {

class helper_thread {
public:
    helper_thread() : pool_{1} {}
    // Waits for the work that runs; what has not begun is dropped, and with it the coroutines that wait for
    // it: join them first, or never run their loop again.
    ~helper_thread()
    {
        pool_.stop();
        pool_.join();
    }

    boost::asio::thread_pool::executor_type get_executor() { return pool_.get_executor(); }

    // auto size = co_await helper.run<int>(work);   `work` must not throw. The wait itself can't be
    // cancelled: whatever `work` touches stays valid until it is done.
    template <class T, class Work>
    awaitable<T> run(Work work)
    {
        // Kept out of the co_await expression: g++ 12 destroys capturing lambdas written there twice.
        auto initiate = [this](auto handler, Work job) {
            auto back = boost::asio::get_associated_executor(handler);
            boost::asio::post(pool_, [handler = std::move(handler), job = std::move(job),
                                      busy = boost::asio::make_work_guard(back)]() mutable {
                auto value = job();
                const auto where = busy.get_executor();
                boost::asio::post(where, [handler = std::move(handler), value = std::move(value)]() mutable {
                    std::move(handler)(std::move(value));
                });
            });
        };
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
            std::move(initiate), boost::asio::use_awaitable, std::move(work));
    }

private:
    boost::asio::thread_pool pool_;
};

}  // namespace ftpfs::async
