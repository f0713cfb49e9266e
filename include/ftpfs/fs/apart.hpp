// Work that must not end because the program that asked for it was interrupted: it runs in the task group, and the
// one who asked only stops waiting. What was begun on the server is seen to its end, and its effect is known.
#pragma once

#include "ftpfs/async/task_group.hpp"
#include "ftpfs/core/result.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace ftpfs::fs {

namespace detail {

template <class T>
struct apart_state {
    explicit apart_state(const executor& where) : done{where} {}

    async::condition done;
    std::optional<result<T>> answer;
    bool waited_for = true;
};

template <class T>
awaitable<> run_apart(std::shared_ptr<apart_state<T>> state, awaitable<result<T>> work,
                      std::function<void(result<T>&)> nobody_waits)
{
    auto answer = co_await std::move(work);
    if (!state->waited_for) {
        if (nobody_waits) {
            nobody_waits(answer);
        }
        co_return;
    }
    state->answer.emplace(std::move(answer));
    state->done.notify_all();
}

template <class T>
awaitable<result<T>> wait_apart(std::shared_ptr<apart_state<T>> state)
{
    while (!state->answer) {
        const bool notified = co_await state->done.wait();
        if (!notified && !state->answer) {
            state->waited_for = false;
            co_return errc::cancelled;
        }
    }
    co_return *std::move(state->answer);
}

}  // namespace detail

// `nobody_waits` takes the answer if the caller has gone: it undoes what only the caller could have used.
template <class T>
awaitable<result<T>> apart(executor where, async::task_group& tasks, awaitable<result<T>> work,
                           std::function<void(result<T>&)> nobody_waits = nullptr)
{
    auto state = std::make_shared<detail::apart_state<T>>(where);
    tasks.spawn(detail::run_apart<T>(state, std::move(work), std::move(nobody_waits)));
    return detail::wait_apart<T>(std::move(state));
}

}  // namespace ftpfs::fs
