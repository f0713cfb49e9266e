#include "ftpfs/fs/segment_policy.hpp"

#include "ftpfs/fs/read_window.hpp"

#include <algorithm>

namespace ftpfs::fs {
namespace {

double rate(std::uint64_t bytes, std::chrono::steady_clock::duration time)
{
    const auto seconds = std::chrono::duration<double>{time}.count();
    return seconds > 0 ? static_cast<double>(bytes) / seconds : 0;
}

}  // namespace

// While the reader goes through one segment, the others are filled to every part between nothing and all: half of them
// on average. One more is room for those that are ahead of their time: a stream that stands still has to begin slowly.
std::uint64_t segment_policy::segment_of(std::size_t streams) const noexcept
{
    return 2 * memory_ / (std::max<std::size_t>(streams, 2) + 1);
}

std::uint64_t segment_policy::length(std::size_t running) const noexcept
{
    return running == 0 ? segment() : segment() / streams_ * std::min(running + 1, streams_);
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
    const bool long_enough = size > next_ && size - next_ >= most_ * segment_of(most_);
    const bool may_try = !not_before_ || now >= *not_before_;
    if (starves && long_enough && may_try && now > *since_) {
        alone_ = rate(done, now - *since_);
        streams_ = most_;
        // The first segments are short, and their streams begin slowly. Then each stream brings one, whatever its
        // phase.
        segments_to_skip_ = most_ - 1;
        segments_to_go_ = most_;
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
    if (rate(begin - from_, now - *since_) < alone_ * gain) {
        jumped();
        not_before_ = now + pause_after_trial;
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

}  // namespace ftpfs::fs
