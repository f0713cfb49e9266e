#include "ftpfs/fs/read_window.hpp"

#include <algorithm>

namespace ftpfs::fs {

bool read_window::reaches(std::uint64_t offset) const noexcept
{
    // What was asked for will come: the distance counts from there, not from the byte that arrives now.
    return !leaves_to_other(offset) && offset >= position_ && offset <= std::max(position_, needed_) + skip;
}

bool read_window::follows(std::uint64_t offset) const noexcept
{
    return !leaves_to_other(offset) && offset >= begin_ && offset + disorder >= needed_ && offset <= needed_ + skip;
}

void read_window::ask(std::uint64_t offset, std::uint64_t end, std::uint64_t most_ahead) noexcept
{
    if (!follows(offset) && !reaches(offset)) {
        return;
    }
    needed_ = std::max(needed_, end);
    const auto least = begin_ == 0 ? first_ahead : least_ahead;
    limit_ = std::max(limit_, needed_ + std::min(most_ahead, std::max(least, needed_ - begin_)));
}

std::uint64_t read_window::credit() const noexcept
{
    const auto until = clipped(stop_ ? std::min(limit_, *stop_) : limit_);
    return until > position_ ? until - position_ : 0;
}

stream_choice choose_stream(std::span<const read_window* const> streams, const read_window* replaced,
                            std::uint64_t offset, std::size_t most_streams)
{
    using enum stream_choice::action;
    // Of several that would pass there, the one that comes first.
    std::optional<std::size_t> nearest;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (streams[i]->reaches(offset) && (!nearest || streams[i]->position() > streams[*nearest]->position())) {
            nearest = i;
        }
    }
    if (nearest) {
        return {use, *nearest};
    }
    const auto unproved = std::ranges::find_if(streams, [](const auto* one) { return !one->is_established(); });
    const bool two_readers = unproved == streams.end() || (replaced != nullptr && replaced->follows(offset));
    if (streams.empty() || (two_readers && streams.size() < most_streams)) {
        return {open};
    }
    return {replace, unproved == streams.end() ? 0 : static_cast<std::size_t>(unproved - streams.begin())};
}

}  // namespace ftpfs::fs
