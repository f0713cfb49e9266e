// Where the reads of one file wait for its bytes.
//
// A read says up to where it wants bytes, and is woken when a pump has passed that place, has filled a block, or
// ended; it looks for itself what there is. So a read of 1 MiB is not woken for each packet, and still takes
// blocks as they become full, before the cache could need their memory. One thread.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/cache/block_cache.hpp"

#include <chrono>
#include <cstdint>
#include <set>

namespace ftpfs::fs {

class arrivals {
public:
    explicit arrivals(executor where) : changed_{std::move(where)} {}

    // A pump went on from `from` to `to`.
    void moved(std::uint64_t from, std::uint64_t to)
    {
        bytes_ += to - from;
        const bool block_is_full = from / cache::block_size != to / cache::block_size;
        if (!awaited_.empty() && (block_is_full || *awaited_.begin() <= to)) {
            changed_.notify_all();
        }
    }

    // Something else happened: a failure, an end, a free place.
    void wake_all() { changed_.notify_all(); }

    awaitable<async::wake> wait(std::uint64_t end, std::chrono::steady_clock::time_point deadline)
    {
        const auto mine = awaited_.insert(end);
        const auto woken = co_await changed_.wait_until(deadline);
        awaited_.erase(mine);
        co_return woken;
    }

    // All that came so far: who waits in vain looks whether anything moves.
    std::uint64_t bytes() const noexcept { return bytes_; }

private:
    async::condition changed_;
    std::multiset<std::uint64_t> awaited_;
    std::uint64_t bytes_ = 0;
};

}  // namespace ftpfs::fs
