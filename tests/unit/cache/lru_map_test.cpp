#include "ftpfs/cache/lru_map.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ftpfs::cache {
namespace {

using map = lru_map<std::string, int>;

TEST(lru_map, evicts_what_was_not_used_for_the_longest_time)
{
    map items{30};
    items.put("a", 1, 10);
    items.put("b", 2, 10);
    items.put("c", 3, 10);
    ASSERT_NE(items.find("a"), nullptr);
    items.put("d", 4, 10);

    EXPECT_EQ(items.peek("b"), nullptr);
    EXPECT_NE(items.peek("a"), nullptr);
    EXPECT_NE(items.peek("c"), nullptr);
    EXPECT_EQ(items.bytes(), 30U);
}

TEST(lru_map, keeps_the_newest_even_if_it_is_larger_than_the_limit)
{
    map items{30};
    items.put("a", 1, 10);
    items.put("huge", 2, 1000);

    EXPECT_EQ(items.size(), 1U);
    ASSERT_NE(items.find("huge"), nullptr);
    EXPECT_EQ(items.bytes(), 1000U);
    items.put("b", 3, 10);
    EXPECT_EQ(items.peek("huge"), nullptr);
    EXPECT_EQ(items.bytes(), 10U);
}

TEST(lru_map, counts_a_replaced_item_once)
{
    map items{100};
    items.put("a", 1, 10);
    items.put("a", 2, 40);
    EXPECT_EQ(items.bytes(), 40U);
    EXPECT_EQ(*items.find("a"), 2);
    EXPECT_TRUE(items.erase("a"));
    EXPECT_FALSE(items.erase("a"));
    EXPECT_EQ(items.bytes(), 0U);
    EXPECT_TRUE(items.empty());
}

TEST(lru_map, does_not_count_a_peek_as_a_use)
{
    map items{20};
    items.put("a", 1, 10);
    items.put("b", 2, 10);
    EXPECT_NE(items.peek("a"), nullptr);
    items.put("c", 3, 10);
    EXPECT_EQ(items.peek("a"), nullptr);
}

TEST(lru_map, keeps_its_order_when_items_leave_from_the_middle)
{
    map items{1000};
    for (int i = 0; i < 10; ++i) {
        items.put(std::to_string(i), i, 1);
    }
    items.erase_if([](const std::string&, int value) { return value % 2 == 0; });
    for (const int expected : {1, 3, 5, 7, 9}) {
        EXPECT_EQ(items.pop_oldest(), expected);
    }
    EXPECT_EQ(items.pop_oldest(), std::nullopt);
    EXPECT_EQ(items.bytes(), 0U);
}

}  // namespace
}  // namespace ftpfs::cache
