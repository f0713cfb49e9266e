#include "ftpfs/fs/interval_set.hpp"

#include <algorithm>
#include <iterator>

namespace ftpfs::fs {

void interval_set::add(std::uint64_t begin, std::uint64_t end)
{
    if (begin >= end) {
        return;
    }
    // Everything that touches the new range becomes part of it.
    auto at = ranges_.upper_bound(begin);
    if (at != ranges_.begin() && std::prev(at)->second >= begin) {
        --at;
    }
    while (at != ranges_.end() && at->first <= end) {
        begin = std::min(begin, at->first);
        end = std::max(end, at->second);
        at = ranges_.erase(at);
    }
    ranges_.emplace_hint(at, begin, end);
}

void interval_set::remove_from(std::uint64_t begin)
{
    auto at = ranges_.lower_bound(begin);
    ranges_.erase(at, ranges_.end());
    if (!ranges_.empty() && std::prev(ranges_.end())->second > begin) {
        std::prev(ranges_.end())->second = begin;
    }
}

std::optional<byte_range> interval_set::first_gap(std::uint64_t begin, std::uint64_t end) const
{
    auto next = ranges_.upper_bound(begin);
    if (next != ranges_.begin()) {
        begin = std::max(begin, std::prev(next)->second);
    }
    if (begin >= end) {
        return std::nullopt;
    }
    return byte_range{begin, next == ranges_.end() ? end : std::min(end, next->first)};
}

std::uint64_t interval_set::total() const noexcept
{
    std::uint64_t sum = 0;
    for (const auto& [begin, end] : ranges_) {
        sum += end - begin;
    }
    return sum;
}

}  // namespace ftpfs::fs
