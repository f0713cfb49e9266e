#include "ftpfs/cache/range_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace ftpfs::cache {
namespace {

TEST(range_set, joins_ranges_that_touch_or_overlap)
{
    range_set set;
    set.add(10, 20);
    set.add(30, 40);
    EXPECT_EQ(set.count(), 2U);
    set.add(20, 30);
    EXPECT_EQ(set.count(), 1U);
    EXPECT_EQ(set.filled_until(10), 40U);
    EXPECT_EQ(set.filled_until(9), 9U);
    EXPECT_EQ(set.filled_until(40), 40U);
}

TEST(range_set, ignores_an_empty_range)
{
    range_set set;
    set.add(5, 5);
    EXPECT_TRUE(set.empty());
}

TEST(range_set, finds_where_the_next_range_begins)
{
    range_set set;
    set.add(10, 20);
    EXPECT_EQ(set.next_begin(0, 99), 10U);
    EXPECT_EQ(set.next_begin(10, 99), 10U);
    EXPECT_EQ(set.next_begin(11, 99), 99U);
}

TEST(range_set, agrees_with_a_plain_array_of_flags)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    for (int round = 0; round < 200; ++round) {
        range_set set;
        std::vector<bool> flags(64);
        for (int step = 0; step < 12; ++step) {
            const auto begin = random() % 64;
            const auto end = begin + random() % (65 - begin);
            set.add(begin, end);
            for (auto i = begin; i < end; ++i) {
                flags[i] = true;
            }
            for (std::size_t at = 0; at < 64; ++at) {
                auto until = at;
                while (until < 64 && flags[until]) {
                    ++until;
                }
                ASSERT_EQ(set.filled_until(at), until);
            }
        }
    }
}

}  // namespace
}  // namespace ftpfs::cache
