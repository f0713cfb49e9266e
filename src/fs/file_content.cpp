#include "ftpfs/fs/file_content.hpp"

#include <algorithm>
#include <cstring>

namespace ftpfs::fs {
namespace {

using cache::block_size;

// Last blocks are as large as they must be, in steps the heap likes.
constexpr std::uint64_t page = 4096;

// Bytes that are thrown away at a time.
constexpr std::size_t scratch_size = std::size_t{64} << 10;

std::size_t place_in_block(std::uint64_t offset)
{
    return static_cast<std::size_t>(offset % block_size);
}

}  // namespace

file_content::file_content(cache::block_cache& blocks, metadata& names, remote_path path, content_identity identity)
    : blocks_{blocks}, names_{names}, path_{std::move(path)}, identity_{identity}
{
}

// --- for readers ---

std::uint64_t file_content::take(std::uint64_t offset, std::uint64_t end, std::vector<shared_bytes>& pieces)
{
    const auto begin = offset;
    while (offset < end) {
        const auto* block = blocks_.find(key_of(offset));
        const auto at = place_in_block(offset);
        if (block == nullptr || at >= block->capacity) {
            break;
        }
        auto piece = block->piece(at, static_cast<std::size_t>(std::min<std::uint64_t>(end - offset, block_size)));
        if (piece.empty()) {
            break;
        }
        offset += piece.size();
        pieces.push_back(std::move(piece));
    }
    return offset - begin;
}

void file_content::used_up(std::uint64_t offset, std::uint64_t end)
{
    for (auto at = offset - place_in_block(offset); at + block_size <= end; at += block_size) {
        blocks_.used_up(key_of(at));
    }
}

std::uint64_t file_content::clipped(std::uint64_t end) const noexcept
{
    if (identity_.size) {
        return std::min(end, *identity_.size);
    }
    return empty_from_ ? std::min(end, *empty_from_) : end;
}

bool file_content::has(std::uint64_t offset) const
{
    const auto* block = blocks_.find(key_of(offset));
    const auto at = place_in_block(offset);
    return block != nullptr && block->filled.filled_until(at) > at;
}

// --- for the disk cache ---

bool file_content::learn(std::uint64_t size, const file_time& fact)
{
    file_version kept;
    kept.size = size;
    kept.modified = fact;
    if (identity_.size != size || !same_version(identity_.transferred, kept)) {
        return false;
    }
    if (identity_.transferred.modified.precision == time_precision::unknown) {
        identity_.transferred = kept;
    }
    return true;
}

void file_content::put(std::uint64_t index, std::shared_ptr<std::byte[]> memory, std::size_t capacity,
                       std::size_t length)
{
    cache::block whole;
    whole.memory = std::move(memory);
    whole.capacity = capacity;
    whole.filled.add(0, length);
    blocks_.restore({identity_.number, index}, std::move(whole));
}

// --- versions ---

bool file_content::matches(const file_attributes& attributes)
{
    const auto seen = version_of(attributes);
    if (stale_ || !same_version(identity_.listed, seen) || !same_version(identity_.transferred, seen)) {
        return false;
    }
    // A time of another source could not be compared: from now on it can.
    if (seen.modified.precision != time_precision::unknown) {
        identity_.listed.modified = seen.modified;
    }
    return true;
}

std::optional<file_version> file_content::expected() const
{
    if (!identity_.handed_out) {
        return std::nullopt;
    }
    auto version = identity_.transferred;
    if (!version.size) {
        version.size = identity_.listed.size;
    }
    if (version.modified.precision == time_precision::unknown) {
        version.modified = identity_.listed.modified;
    }
    return version;
}

result<void> file_content::begin(const file_version& seen)
{
    if (stale_) {
        return failure{errc::version_changed, path_.str()};
    }
    const bool same = same_version(identity_.listed, seen) && same_version(identity_.transferred, seen);
    if (!same && identity_.handed_out) {
        make_stale();
        return failure{errc::version_changed, path_.str()};
    }
    if (!same) {
        adopt(seen);
    }
    if (seen.modified.precision != time_precision::unknown) {
        identity_.transferred.modified = seen.modified;
    }
    if (seen.size) {
        identity_.transferred.size = seen.size;
        learn_size(*seen.size);
    }
    return {};
}

void file_content::adopt(const file_version& seen)
{
    blocks_.forget(identity_.number);
    ++epoch_;
    identity_.listed = seen;
    identity_.transferred = seen;
    identity_.size = seen.size;
    empty_from_.reset();
    names_.correct(path_, seen);
}

void file_content::make_stale()
{
    if (!stale_) {
        stale_ = true;
        blocks_.forget(identity_.number);
        names_.distrust(path_);
    }
}

void file_content::has_nothing_at(std::uint64_t offset)
{
    empty_from_ = std::min(empty_from_.value_or(offset), offset);
}

void file_content::ends_at(std::uint64_t offset)
{
    if (identity_.size != offset && identity_.listed.size) {
        identity_.listed.size = offset;
    }
    learn_size(offset);
}

void file_content::learn_size(std::uint64_t size)
{
    if (identity_.size != size) {
        identity_.size = size;
        file_version learned;
        learned.size = size;
        names_.correct(path_, learned);
    }
}

// --- blocks ---

cache::block_key file_content::key_of(std::uint64_t offset) const noexcept
{
    return {identity_.number, offset / block_size};
}

std::size_t file_content::capacity_at(std::uint64_t offset) const noexcept
{
    const auto begin = offset - offset % block_size;
    if (!identity_.size || *identity_.size <= begin) {
        return block_size;
    }
    const auto rest = std::min<std::uint64_t>(*identity_.size - begin, block_size);
    return static_cast<std::size_t>((rest + page - 1) / page * page);
}

cache::block& file_content::block_at(std::uint64_t offset)
{
    auto* block = blocks_.find(key_of(offset));
    if (block == nullptr) {
        return blocks_.create(key_of(offset), capacity_at(offset));
    }
    if (place_in_block(offset) < block->capacity) {
        return *block;
    }
    // The file goes on where it was said to end.
    const auto small = *block;
    auto& large = blocks_.create(key_of(offset), block_size);
    std::memcpy(large.memory.get(), small.memory.get(), small.capacity);
    large.filled = small.filled;
    large.asked = small.asked;
    return large;
}

std::uint64_t file_content::taken_until(std::uint64_t offset, const cache::block& block) const
{
    const auto at = place_in_block(offset);
    auto until = offset + (block.filled.filled_until(at) - at);
    for (const auto* other : being_filled_) {
        if (other->is_current() && other->offset_ <= offset && offset < other->offset_ + other->bytes_.size()) {
            until = std::max(until, other->offset_ + other->bytes_.size());
        }
    }
    return until;
}

std::uint64_t file_content::free_until(std::uint64_t offset, const cache::block& block) const
{
    const auto at = place_in_block(offset);
    auto until = offset + (block.filled.next_begin(at, block.capacity) - at);
    for (const auto* other : being_filled_) {
        if (other->is_current() && other->offset_ > offset) {
            until = std::min(until, other->offset_);
        }
    }
    return identity_.size && *identity_.size > offset ? std::min(until, *identity_.size) : until;
}

// The block may have left the cache while it was filled, or have been replaced by a larger one.
void file_content::keep(const room& filled, std::size_t count, std::chrono::sys_seconds asked)
{
    const auto key = key_of(filled.offset_);
    const auto at = place_in_block(filled.offset_);
    auto* block = blocks_.find(key);
    if (block == nullptr) {
        cache::block back;
        back.memory = filled.memory_;
        back.capacity = filled.capacity_;
        block = &blocks_.restore(key, std::move(back));
    }
    if (block->memory != filled.memory_) {
        if (at + count > block->capacity || block->filled.filled_until(at) > at ||
            block->filled.next_begin(at, block->capacity) < at + count) {
            return;
        }
        std::memcpy(block->memory.get() + at, filled.memory_.get() + at, count);
    }
    block->filled.add(at, at + count);
    block->asked = std::min(block->asked, asked);
    if (on_block_ && identity_.size) {
        const auto length =
            static_cast<std::size_t>(std::min<std::uint64_t>(*identity_.size - (filled.offset_ - at), block_size));
        if (block->filled.filled_until(0) == length) {
            on_block_(key.index, block->piece(0, length), block->asked);
        }
    }
}

file_content::room::room(file_content& owner, std::uint64_t offset)
    : owner_{owner}, offset_{offset}, epoch_{owner.epoch_}
{
    const auto& block = owner.block_at(offset);
    memory_ = block.memory;
    capacity_ = block.capacity;
    if (const auto taken = owner.taken_until(offset, block); taken > offset) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(taken - offset, scratch_size));
        scratch_ = std::make_unique_for_overwrite<std::byte[]>(size);
        bytes_ = {scratch_.get(), size};
    } else {
        const auto size = static_cast<std::size_t>(owner.free_until(offset, block) - offset);
        bytes_ = {memory_.get() + place_in_block(offset), size};
    }
    place_ = owner_.being_filled_.insert(owner_.being_filled_.end(), this);
}

file_content::room::~room()
{
    owner_.being_filled_.erase(place_);
}

// Bytes of a version that was given up meanwhile are not kept.
void file_content::room::filled(std::size_t count, std::chrono::sys_seconds asked)
{
    if (is_current()) {
        owner_.keep(*this, count, asked);
    }
}

}  // namespace ftpfs::fs
