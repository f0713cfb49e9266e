#include "ftpfs/fs/segment_policy.hpp"

#include "ftpfs/fs/read_window.hpp"

#include <algorithm>
#include <array>

namespace ftpfs::fs {
namespace {

double rate(std::uint64_t bytes, std::chrono::steady_clock::duration time)
{
    const auto seconds = std::chrono::duration<double>{time}.count();
    return seconds > 0 ? static_cast<double>(bytes) / seconds : 0;
}

}  // namespace

// A stream that took as long to begin as it then takes to fill its grant g holds all of it when the lead has come
// g + 2g / (n - 1) further: the lead need fetch only 2g / (n - 1) of each segment itself.
std::uint64_t segment_policy::spacing() const noexcept
{
    const auto others = std::max<std::size_t>(streams_, 2) - 1;
    return first_grant() + 2 * first_grant() / others;
}

// Half of what is left is for the one that will be read first, after the next; the last only warms up.
std::uint64_t segment_policy::grant(std::size_t rank) const noexcept
{
    return rank == 0 ? first_grant() : (memory_ - first_grant()) >> std::min<std::size_t>(rank, 63);
}

void segment_policy::delivered(std::uint64_t offset, std::uint64_t end, bool waited, std::uint64_t size, time_point now)
{
    if (streams_ > 1 || most_ < 2 || memory_ < least_memory) {
        return;
    }
    // The kernel's requests overtake one another.
    const bool follows = offset + read_window::disorder >= next_ && offset <= next_ + read_window::disorder;
    if (!since_ || !follows) {
        mark(offset, now);
    }
    next_ = std::max(next_, end);
    waited_ += waited ? end - offset : 0;
    const auto done = next_ - from_;
    if (done < baseline) {
        return;
    }
    // A reader that finds most bytes there has no use for more of them.
    const bool starves = waited_ >= done / 4;
    const bool long_enough = size > next_ && size - next_ >= 2 * spacing();
    const bool may_try = !not_before_ || now >= *not_before_;
    if (starves && long_enough && may_try && now > *since_) {
        proved_ = rate(done, now - *since_);
        fewer_ = 1;
        try_streams(2);
    } else {
        mark(next_, now);
    }
}

void segment_policy::reached(std::uint64_t begin, time_point now)
{
    if (streams_ < 2) {
        return;
    }
    if (segments_to_skip_ > 0) {
        --segments_to_skip_;
        mark(begin, now);
        return;
    }
    if (segments_to_go_ == 0 || --segments_to_go_ > 0 || !since_) {
        return;
    }
    const auto seen = rate(begin - from_, now - *since_);
    if (seen < proved_ * gain) {
        streams_ = fewer_;
        not_before_ = now + pause_after_trial;
        since_.reset();
    } else if (streams_ < most_) {
        proved_ = seen;
        fewer_ = streams_;
        try_streams(std::min(2 * streams_, most_));
    }
}

void segment_policy::jumped() noexcept
{
    streams_ = 1;
    since_.reset();
    next_ = 0;
}

void segment_policy::returned(time_point now)
{
    jumped();
    not_before_ = now + pause_after_return;
}

void segment_policy::mark(std::uint64_t at, time_point now)
{
    since_ = now;
    from_ = at;
    next_ = at;
    waited_ = 0;
}

// The first segments were begun for another spacing: what they bring says nothing.
void segment_policy::try_streams(std::size_t count)
{
    streams_ = count;
    segments_to_skip_ = count - 1;
    segments_to_go_ = count - 1;
}

}  // namespace ftpfs::fs
