#include "ftpfs/fs/stream_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace ftpfs::fs {
namespace {

// Blocks of small pieces; a piece of at least this size is kept without copying it.
constexpr std::size_t block_bytes = std::size_t{64} << 10;

}  // namespace

std::uint64_t stream_buffer::high() const noexcept
{
    return later_.empty() ? end_ : later_.rbegin()->first + later_.rbegin()->second.size();
}

bool stream_buffer::fits(std::uint64_t offset, std::uint64_t size) const
{
    if (offset < end_ || offset - end_ > disorder) {
        return false;
    }
    const auto next = later_.lower_bound(offset);
    if (next != later_.end() && next->first < offset + size) {
        return false;
    }
    return next == later_.begin() || std::prev(next)->first + std::prev(next)->second.size() <= offset;
}

void stream_buffer::add(std::uint64_t offset, shared_bytes data)
{
    if (data.empty()) {
        return;
    }
    if (offset > end_) {
        later_bytes_ += data.size();
        later_.emplace(offset, std::move(data));
        return;
    }
    append(data);
    while (!later_.empty() && later_.begin()->first == end_) {
        const auto next = later_.extract(later_.begin());
        later_bytes_ -= next.mapped().size();
        append(next.mapped());
    }
}

void stream_buffer::append(const shared_bytes& data)
{
    if (data.size() < block_bytes) {
        append_copied(data);
        return;
    }
    block_.reset();
    stretches_.push_back({end_, data});
    end_ += data.size();
}

void stream_buffer::append_copied(const shared_bytes& data)
{
    for (std::size_t done = 0; done < data.size();) {
        if (!block_ || used_ == block_bytes) {
            block_ = std::make_shared_for_overwrite<std::byte[]>(block_bytes);
            used_ = 0;
            stretches_.push_back({end_, {}});
        }
        const auto part = data.slice(done, block_bytes - used_);
        std::memcpy(block_.get() + used_, part.data(), part.size());
        used_ += part.size();
        done += part.size();
        end_ += part.size();
        stretches_.back().bytes = shared_bytes{block_, 0, used_};
    }
}

void stream_buffer::fill_gaps()
{
    while (!later_.empty()) {
        const auto gap = std::min<std::uint64_t>(later_.begin()->first - end_, block_bytes / 2);
        const auto count = static_cast<std::size_t>(gap);
        add(end_, shared_bytes{std::make_shared<std::byte[]>(count), 0, count});
    }
}

std::vector<shared_bytes> stream_buffer::pieces(std::uint64_t from, std::uint64_t most) const
{
    std::vector<shared_bytes> found;
    auto at = std::ranges::upper_bound(stretches_, from, {}, &stretch::begin);
    if (at != stretches_.begin()) {
        --at;
    }
    for (; at != stretches_.end() && most > 0; ++at) {
        const auto skip = from - at->begin;
        if (skip >= at->bytes.size()) {
            continue;
        }
        found.push_back(at->bytes.slice(static_cast<std::size_t>(skip),
                                        static_cast<std::size_t>(std::min<std::uint64_t>(most, block_bytes << 10U))));
        from += found.back().size();
        most -= found.back().size();
    }
    return found;
}

void stream_buffer::forget_before(std::uint64_t offset)
{
    while (stretches_.size() > 1 && stretches_[1].begin <= offset) {
        stretches_.pop_front();
        begin_ = stretches_.front().begin;
    }
}

}  // namespace ftpfs::fs
