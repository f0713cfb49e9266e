// One at a time: operations of several steps on the same object, each of which must see what the one before left.
//
//     const auto mine = co_await writer->turn().take();     // until `mine` goes out of scope
//
// First come, first served. One thread; must outlive those who wait, and is for coroutines of the task group, which
// are only cancelled when everything ends: then whoever waits gets a turn that is not its own (`holds()` is false).
#pragma once

#include "ftpfs/async/condition.hpp"

#include <deque>
#include <utility>

namespace ftpfs::fs {

class turn {
public:
    explicit turn(executor where) : changed_{std::move(where)} {}

    class held {
    public:
        held() = default;
        explicit held(turn& owner) : owner_{&owner} {}
        held(held&& other) noexcept : owner_{std::exchange(other.owner_, nullptr)} {}
        held& operator=(held&& other) noexcept
        {
            std::swap(owner_, other.owner_);
            return *this;
        }
        ~held()
        {
            if (owner_ != nullptr) {
                owner_->taken_ = false;
                owner_->changed_.notify_all();
            }
        }
        bool holds() const noexcept { return owner_ != nullptr; }

    private:
        turn* owner_ = nullptr;
    };

    // Somebody has it, or waits for it.
    bool is_taken() const noexcept { return taken_ || !queue_.empty(); }

    awaitable<held> take()
    {
        const auto ticket = next_++;
        queue_.push_back(ticket);
        bool waits = true;
        while (waits && (taken_ || queue_.front() != ticket)) {
            waits = co_await changed_.wait();
        }
        std::erase(queue_, ticket);
        if (!waits) {
            changed_.notify_all();
            co_return held{};
        }
        taken_ = true;
        co_return held{*this};
    }

private:
    async::condition changed_;
    bool taken_ = false;
    std::deque<std::uint64_t> queue_;
    std::uint64_t next_ = 0;
};

}  // namespace ftpfs::fs
