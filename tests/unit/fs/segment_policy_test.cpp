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
            const auto step = policy.spacing();
            now += std::chrono::nanoseconds{step / MiB * 1'000'000'000 / speed};
            position += step;
            policy.reached(position, now);
        }
    }

    segment_policy policy;
    std::uint64_t position = 0;
    segment_policy::time_point now{1h};
};

TEST(segment_policy, begins_with_one_stream_and_tries_another_after_a_long_read)
{
    reader one{4};
    one.read(31, 100);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.read(2, 100);
    EXPECT_EQ(one.policy.streams(), 2U);
}

TEST(segment_policy, keeps_what_helps_and_tries_more)
{
    reader one{4};
    one.read(33, 100);
    one.segments(2, 150);
    EXPECT_EQ(one.policy.streams(), 4U);
    one.segments(6, 250);
    EXPECT_EQ(one.policy.streams(), 4U);
}

TEST(segment_policy, goes_back_to_what_was_as_fast)
{
    reader one{4};
    one.read(33, 100);
    one.segments(2, 150);
    one.segments(6, 160);
    EXPECT_EQ(one.policy.streams(), 2U);
}

TEST(segment_policy, gives_up_for_a_while_what_does_not_help)
{
    reader one{4};
    one.read(33, 100);
    one.segments(2, 110);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.read(200, 100);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.now += segment_policy::pause_after_trial;
    one.read(34, 100);
    EXPECT_EQ(one.policy.streams(), 2U);
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
    late.position = size - 100 * MiB;
    late.read(100, 100);
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
    EXPECT_EQ(one.policy.streams(), 2U);
    one.policy.returned(one.now);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.read(100, 100);
    EXPECT_EQ(one.policy.streams(), 1U);
    one.now += segment_policy::pause_after_return;
    one.read(34, 100);
    EXPECT_EQ(one.policy.streams(), 2U);
}

TEST(segment_policy, holds_no_more_than_it_may)
{
    for (const std::size_t streams : {2U, 3U, 4U, 16U}) {
        segment_policy policy{streams, 32 * MiB};
        std::uint64_t held = 0;
        for (std::size_t rank = 0; rank + 1 < streams; ++rank) {
            held += policy.grant(rank);
            EXPECT_LT(policy.grant(rank), policy.spacing());
        }
        EXPECT_LE(held, 32 * MiB);
    }
}

}  // namespace
}  // namespace ftpfs::fs
