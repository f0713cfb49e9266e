// A piece of an immutable block of memory, cheap to copy and to cut: the block lives as long as a piece of it.
//
// The bytes must not change once a shared_bytes covers them; the block's writer may still fill the part
// behind. Owned by whoever holds it; counts are atomic, so the last holder may be on any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>

namespace ftpfs {

class shared_bytes {
public:
    shared_bytes() = default;
    shared_bytes(std::shared_ptr<const std::byte[]> block, std::size_t offset, std::size_t size)
        : block_{std::move(block)}, bytes_{block_.get() + offset, size}
    {
    }

    const std::byte* data() const noexcept { return bytes_.data(); }
    std::size_t size() const noexcept { return bytes_.size(); }
    bool empty() const noexcept { return bytes_.empty(); }
    std::span<const std::byte> span() const noexcept { return bytes_; }

    // At most `count` bytes from `offset` on; both are clipped to what is there.
    shared_bytes slice(std::size_t offset, std::size_t count) const
    {
        shared_bytes part{*this};
        const auto from = std::min(offset, size());
        part.bytes_ = bytes_.subspan(from, std::min(count, size() - from));
        return part;
    }

private:
    std::shared_ptr<const std::byte[]> block_;
    std::span<const std::byte> bytes_;
};

}  // namespace ftpfs
