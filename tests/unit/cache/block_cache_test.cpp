#include "ftpfs/cache/block_cache.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>

namespace ftpfs::cache {
namespace {

constexpr std::uint64_t limit = std::uint64_t{4} << 20;

TEST(block_cache, gives_only_bytes_that_have_arrived)
{
    block_cache cache{limit};
    auto& one = cache.create({1, 0}, block_size);
    EXPECT_TRUE(one.piece(0, 100).empty());
    one.filled.add(100, 300);

    EXPECT_TRUE(one.piece(0, 1000).empty());
    EXPECT_EQ(one.piece(100, 1000).size(), 200U);
    EXPECT_EQ(one.piece(150, 20).size(), 20U);
    EXPECT_EQ(one.piece(299, 1000).size(), 1U);
    EXPECT_TRUE(one.piece(300, 1).empty());
}

TEST(block_cache, never_holds_more_than_its_limit)
{
    block_cache cache{limit};
    for (std::uint64_t i = 0; i < 200; ++i) {
        cache.create({i % 3, i}, i % 5 == 0 ? 4096 : block_size);
        ASSERT_LE(cache.bytes(), limit);
    }
    EXPECT_GT(cache.bytes(), limit - 2 * block_size);
}

TEST(block_cache, counts_a_block_whether_it_is_filled_or_not)
{
    block_cache cache{limit};
    cache.create({1, 0}, block_size);
    EXPECT_GE(cache.bytes(), block_size);
    const auto before = cache.bytes();
    cache.create({1, 1}, 4096);
    EXPECT_GE(cache.bytes(), before + 4096);
    EXPECT_LT(cache.bytes(), before + 8192);
}

TEST(block_cache, evicts_the_block_that_was_not_used_for_the_longest_time)
{
    block_cache cache{limit};
    std::uint64_t index = 0;
    while (cache.bytes() + block_size + 1024 <= limit) {
        cache.create({1, index++}, block_size);
    }
    ASSERT_NE(cache.find({1, 0}), nullptr);
    cache.create({2, 0}, block_size);
    EXPECT_NE(cache.find({1, 0}), nullptr);
    EXPECT_EQ(cache.find({1, 1}), nullptr);
}

TEST(block_cache, leaves_the_bytes_to_a_reader_when_their_block_is_evicted)
{
    block_cache cache{limit};
    auto& one = cache.create({1, 0}, block_size);
    std::memset(one.memory.get(), 'x', block_size);
    one.filled.add(0, block_size);
    const auto held = one.piece(0, block_size);
    for (std::uint64_t i = 0; i < 100; ++i) {
        auto& other = cache.create({2, i}, block_size);
        std::memset(other.memory.get(), 'y', block_size);
    }
    ASSERT_EQ(cache.find({1, 0}), nullptr);
    for (const auto byte : held.span()) {
        ASSERT_EQ(byte, std::byte{'x'});
    }
}

TEST(block_cache, gives_the_memory_of_evicted_blocks_to_new_ones)
{
    block_cache cache{limit};
    std::set<const std::byte*> places;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        places.insert(cache.create({1, i}, block_size).memory.get());
    }
    EXPECT_LE(places.size(), limit / block_size);
}

TEST(block_cache, forgets_all_blocks_of_one_content)
{
    block_cache cache{limit};
    for (std::uint64_t i = 0; i < 5; ++i) {
        cache.create({1, i}, block_size);
        cache.create({2, i}, block_size);
    }
    cache.forget(1);
    for (std::uint64_t i = 0; i < 5; ++i) {
        EXPECT_EQ(cache.find({1, i}), nullptr);
        EXPECT_NE(cache.find({2, i}), nullptr);
    }
}

TEST(block_cache, takes_back_a_block_that_left_while_it_was_filled)
{
    block_cache cache{limit};
    const block away = cache.create({1, 0}, block_size);
    cache.forget(1);
    auto& back = cache.restore({1, 0}, away);
    EXPECT_EQ(back.memory, away.memory);
    EXPECT_EQ(cache.find({1, 0})->memory, away.memory);
}

}  // namespace
}  // namespace ftpfs::cache
