// One computation per key, however many ask at the same time: ten look-ups of a directory cause one listing.
//
// The computation belongs to the task group, not to the first caller: a caller that is interrupted stops
// waiting and fails nobody else. The answer is copied to each waiter, so T should be cheap to copy
// (a shared_ptr). Nothing is cached: once answered, the next call computes again. When the group is cancelled
// its computations end and those who wait get shutting_down. The object and the group must outlive the
// computations.
#pragma once

#include "ftpfs/async/task_group.hpp"
#include "ftpfs/core/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

namespace ftpfs::async {

template <class Key, class T, class Hash = std::hash<Key>>
class single_flight {
public:
    single_flight(executor where, task_group& group) : where_{std::move(where)}, group_{group} {}

    // `compute` is called at most once, and only if nobody computes this key already.
    awaitable<result<T>> run(Key key, std::function<awaitable<result<T>>()> compute)
    {
        auto& current = flights_[key];
        if (!current) {
            current = std::make_shared<flight>(where_);
            group_.spawn(fly(key, current, std::move(compute)));
        }
        return wait(current);
    }

    bool in_flight(const Key& key) const { return flights_.contains(key); }

private:
    struct flight {
        explicit flight(const executor& where) : landed{where} {}
        condition landed;
        std::optional<result<T>> answer;
    };

    awaitable<> fly(Key key, std::shared_ptr<flight> mine, std::function<awaitable<result<T>>()> compute)
    {
        auto answer = co_await compute();
        if (!answer && answer.error() == errc::cancelled) {
            // The group was cancelled; those who wait were not.
            answer = failure{errc::shutting_down};
        }
        mine->answer = std::move(answer);
        if (const auto found = flights_.find(key); found != flights_.end() && found->second == mine) {
            flights_.erase(found);
        }
        mine->landed.notify_all();
    }

    static awaitable<result<T>> wait(std::shared_ptr<flight> mine)
    {
        while (!mine->answer) {
            const bool notified = co_await mine->landed.wait();
            if (!notified) {
                co_return errc::cancelled;
            }
        }
        co_return *mine->answer;
    }

    executor where_;
    task_group& group_;
    std::unordered_map<Key, std::shared_ptr<flight>, Hash> flights_;
};

}  // namespace ftpfs::async
