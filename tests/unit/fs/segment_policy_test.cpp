#include "ftpfs/fs/segment_policy.hpp"

#include <gtest/gtest.h>

namespace ftpfs::fs {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t MiB = std::uint64_t{1} << 20;
constexpr std::uint64_t size = 4096 * MiB;

class reader {
public:
    explicit reader(std::size_t most, std::uint64_t memory = 32 * MiB) : policy{most, memory} {}

    // So many MiB at so many MiB/s.
    void read(std::uint64_t count, unsigned speed, bool waits = true)
    {
        for (std::uint64_t i = 0; i < count; ++i) {
            now += std::chrono::nanoseconds{1'000'000'000 / speed};
            policy.delivered(position, position + MiB, waits, size, now);
            position += MiB;
        }
    }
    void segments(std::size_t count, unsigned speed)
    {
        for (std::size_t i = 0; i < count; ++i) {
            const auto step = policy.segment();
            now += std::chrono::nanoseconds{step / MiB * 1'000'000'000 / speed};
            position += step;
            policy.reached(position, now);
        }
    }

    segment_policy policy;
    std::uint64_t position = 0;
    segment_policy::time_point now{1h};
};

TEST(segment_policy, begins_with_one_stream_and_tries_all_after_a_long_read)
{
    reader one{4};
    one.read(31, 100);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.read(2, 100);
    EXPECT_EQ(one.policy.streams(), 4U);
}

TEST(segment_policy, keeps_what_helps)
{
    reader one{4};
    one.read(33, 100);
    one.segments(20, 120);
    EXPECT_EQ(one.policy.streams(), 4U);
}

TEST(segment_policy, gives_up_for_a_while_what_does_not_help)
{
    reader one{4};
    one.read(33, 100);
    one.segments(7, 110);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.read(200, 100);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.now += segment_policy::pause_after_trial;
    one.read(34, 100);
    EXPECT_EQ(one.policy.streams(), 4U);
}

TEST(segment_policy, tries_nothing_where_it_can_not_help)
{
    reader slow{4};
    slow.read(200, 100, false);
    EXPECT_EQ(slow.policy.streams(), 1U) << "the reader is the slow one";
    reader alone{1};
    alone.read(200, 100);
    EXPECT_EQ(alone.policy.streams(), 1U) << "no session is left";
    reader small{4, 8 * MiB};
    small.read(200, 100);
    EXPECT_EQ(small.policy.streams(), 1U) << "too little memory";
    reader late{4};
    late.position = size - 60 * MiB;
    late.read(60, 100);
    EXPECT_EQ(late.policy.streams(), 1U) << "the end is near";
}

TEST(segment_policy, begins_anew_after_a_jump_and_waits_after_it_gave_back)
{
    reader one{4};
    one.read(31, 100);
    one.position += 500 * MiB;
    one.read(31, 100);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.read(2, 100);
    EXPECT_EQ(one.policy.streams(), 4U);
    one.policy.returned(one.now);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.read(100, 100);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.now += segment_policy::pause_after_return;
    one.read(34, 100);
    EXPECT_EQ(one.policy.streams(), 4U);
}

TEST(segment_policy, lets_the_first_segments_end_one_after_the_other)
{
    reader one{4, 30 * MiB};
    one.read(33, 100);
    EXPECT_EQ(one.policy.segment(), 12 * MiB);
    EXPECT_EQ(one.policy.length(0), 12 * MiB) << "until the others have begun";
    EXPECT_EQ(one.policy.length(1), 6 * MiB);
    EXPECT_EQ(one.policy.length(2), 9 * MiB);
    EXPECT_EQ(one.policy.length(3), 12 * MiB);
    EXPECT_EQ(one.policy.length(4), 12 * MiB);
}

}  // namespace
}  // namespace ftpfs::fs
