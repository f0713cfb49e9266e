#include "ftpfs/cache/block_cache.hpp"

#include <algorithm>
#include <limits>

namespace ftpfs::cache {
namespace {

// The node of the map, the control block of the memory and the ranges.
constexpr std::uint64_t bookkeeping = 256;

constexpr std::uint64_t smallest_limit = std::uint64_t{4} << 20;

// Blocks leave and come one by one; more than a few spare ones would only be memory that caches nothing.
constexpr std::size_t spare_blocks = 4;

}  // namespace

shared_bytes block::piece(std::size_t at, std::size_t count) const
{
    const auto end = std::min(filled.filled_until(at), count > capacity - at ? capacity : at + count);
    return end > at ? shared_bytes{memory, at, end - at} : shared_bytes{};
}

// The limit is kept here, before memory is taken; the map's own would act after.
block_cache::block_cache(std::uint64_t limit_bytes)
    : limit_{std::max(limit_bytes, smallest_limit)}, blocks_{std::numeric_limits<std::uint64_t>::max()}
{
}

block& block_cache::create(block_key key, std::size_t capacity)
{
    blocks_.erase(key);
    make_room(capacity + bookkeeping);
    block fresh;
    fresh.memory = take_memory(capacity);
    fresh.capacity = capacity;
    return blocks_.put(key, std::move(fresh), capacity + bookkeeping);
}

block& block_cache::restore(block_key key, block what)
{
    blocks_.erase(key);
    make_room(what.capacity + bookkeeping);
    const auto charge = what.capacity + bookkeeping;
    return blocks_.put(key, std::move(what), charge);
}

void block_cache::forget(std::uint64_t content)
{
    blocks_.erase_if([&](const block_key& key, const block&) { return key.content == content; });
}

void block_cache::make_room(std::uint64_t bytes)
{
    while (blocks_.bytes() + bytes > limit_) {
        auto leaving = blocks_.pop_oldest();
        if (!leaving) {
            break;
        }
        salvage(std::move(*leaving));
    }
    // One of the spare ones becomes the new block, if that is a whole one.
    const std::size_t used = bytes >= block_size ? 1 : 0;
    while (spare_.size() > used && blocks_.bytes() + bytes + (spare_.size() - used) * block_size > limit_) {
        spare_.pop_back();
    }
}

void block_cache::salvage(block leaving)
{
    if (leaving.capacity == block_size && leaving.memory.use_count() == 1 && spare_.size() < spare_blocks) {
        spare_.push_back(std::move(leaving.memory));
    }
}

std::shared_ptr<std::byte[]> block_cache::take_memory(std::size_t capacity)
{
    if (capacity == block_size && !spare_.empty()) {
        auto memory = std::move(spare_.back());
        spare_.pop_back();
        return memory;
    }
    return std::make_shared_for_overwrite<std::byte[]>(capacity);
}

}  // namespace ftpfs::cache
