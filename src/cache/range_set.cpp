#include "ftpfs/cache/range_set.hpp"

#include <algorithm>

namespace ftpfs::cache {

void range_set::add(std::size_t begin, std::size_t end)
{
    if (begin >= end) {
        return;
    }
    // Everything that touches the new range becomes part of it.
    const auto first = std::ranges::find_if(ranges_, [&](const range& one) { return one.end >= begin; });
    auto last = first;
    while (last != ranges_.end() && last->begin <= end) {
        begin = std::min(begin, last->begin);
        end = std::max(end, last->end);
        ++last;
    }
    const auto place = ranges_.erase(first, last);
    ranges_.insert(place, range{begin, end});
}

std::size_t range_set::filled_until(std::size_t at) const noexcept
{
    for (const auto& one : ranges_) {
        if (one.begin <= at && at < one.end) {
            return one.end;
        }
    }
    return at;
}

std::size_t range_set::next_begin(std::size_t at, std::size_t none) const noexcept
{
    const auto next = std::ranges::find_if(ranges_, [&](const range& one) { return one.begin >= at; });
    return next == ranges_.end() ? none : next->begin;
}

}  // namespace ftpfs::cache
