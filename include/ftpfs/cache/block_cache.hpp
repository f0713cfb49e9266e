// Parts of files in memory: blocks of at most 128 KiB by (content, number of the block), each filled as far as
// bytes have arrived.
//
// A content is one version of one file; its number is given by the owner and never reused. Blocks leave in the
// order of their last use. Readers hold pieces of blocks (shared_bytes), which stay good after a block has left;
// the memory of those is bounded by the requests the kernel has in flight. Memory of blocks that leave unused
// by anyone is given to the next ones, so that a long sequential read neither maps nor clears memory. One
// thread.
#pragma once

#include "ftpfs/cache/lru_map.hpp"
#include "ftpfs/cache/range_set.hpp"
#include "ftpfs/core/shared_bytes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ftpfs::cache {

// The kernel's usual request for buffered reads; small enough that 4 KiB read at random don't fill the cache
// with empty space, large enough that a request of 1 MiB is 8 pieces and one system call fetches a lot.
inline constexpr std::size_t block_size = std::size_t{128} << 10;

struct block_key {
    std::uint64_t content;
    std::uint64_t index;  // the block begins at index * block_size

    bool operator==(const block_key&) const = default;
};

struct block_key_hash {
    std::size_t operator()(const block_key& key) const noexcept
    {
        // Blocks of a file follow each other: an odd factor spreads them over the buckets.
        return static_cast<std::size_t>(key.content * 0x9E3779B97F4A7C15U + key.index);
    }
};

struct block {
    std::shared_ptr<std::byte[]> memory;
    std::size_t capacity = 0;
    range_set filled;
    std::chrono::sys_seconds asked = std::chrono::sys_seconds::max();  // when the oldest of its bytes was asked for

    // The bytes from `at` on that have arrived without a gap, at most `count`; empty if none.
    shared_bytes piece(std::size_t at, std::size_t count) const;
};

class block_cache {
public:
    // Fewer than 4 MiB would throw out what was read ahead before it is read; that much is always used.
    explicit block_cache(std::uint64_t limit_bytes);

    // Null if there is none; valid until the next create or forget. Counts as a use.
    block* find(block_key key) { return blocks_.find(key); }

    // A new, empty block of at least `capacity` bytes (at most block_size) in place of what was there. Others
    // leave first, as many as the limit demands.
    block& create(block_key key, std::size_t capacity);

    // Puts a block back that left while it was being filled.
    block& restore(block_key key, block what);

    // Nobody is going to need it soon: it leaves before all others.
    void used_up(block_key key) { blocks_.make_oldest(key); }

    // Drops all blocks of a content.
    void forget(std::uint64_t content);

    // Memory of all blocks, filled or not, with the bookkeeping.
    std::uint64_t bytes() const noexcept { return blocks_.bytes() + spare_.size() * block_size; }
    std::uint64_t limit() const noexcept { return limit_; }
    std::size_t size() const noexcept { return blocks_.size(); }

private:
    void make_room(std::uint64_t bytes);
    void salvage(block leaving);
    std::shared_ptr<std::byte[]> take_memory(std::size_t capacity);

    std::uint64_t limit_;
    lru_map<block_key, block, block_key_hash> blocks_;
    std::vector<std::shared_ptr<std::byte[]>> spare_;  // whole blocks, without users
};

}  // namespace ftpfs::cache
