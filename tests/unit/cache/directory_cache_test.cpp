#include "ftpfs/cache/directory_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ftpfs::cache {
namespace {

remote_path path(const std::string& text)
{
    return remote_path::make(text).value();
}

listed_directory listing_of(int entries)
{
    std::vector<directory_entry> all;
    for (int i = 0; i < entries; ++i) {
        all.emplace_back(file_name::make(std::to_string(i)).value(), file_attributes{});
    }
    return {std::make_shared<const directory_snapshot>(std::move(all), true), {}, time_point{}, {}};
}

TEST(directory_cache, keeps_listings_until_their_memory_is_needed)
{
    const auto charge = listing_of(100).snapshot->charge();
    directory_cache cache{3 * charge + 1000};
    for (const auto* name : {"/a", "/b", "/c"}) {
        cache.store(path(name), listing_of(100));
    }
    ASSERT_NE(cache.find(path("/a")), nullptr);
    cache.store(path("/d"), listing_of(100));

    EXPECT_NE(cache.find(path("/a")), nullptr);
    EXPECT_EQ(cache.find(path("/b")), nullptr);
    EXPECT_LE(cache.bytes(), 3 * charge + 1000);
}

TEST(directory_cache, keeps_a_listing_larger_than_its_limit_while_it_is_the_newest)
{
    directory_cache cache{100};
    cache.store(path("/a"), listing_of(1000));
    ASSERT_NE(cache.find(path("/a")), nullptr);
    EXPECT_EQ(cache.find(path("/a"))->snapshot->size(), 1000U);
}

TEST(directory_cache, leaves_a_snapshot_to_those_who_hold_it)
{
    directory_cache cache{1 << 20};
    cache.store(path("/a"), listing_of(3));
    const auto held = cache.find(path("/a"))->snapshot;
    cache.erase(path("/a"));
    EXPECT_EQ(cache.find(path("/a")), nullptr);
    EXPECT_EQ(held->size(), 3U);
    EXPECT_EQ(cache.bytes(), 0U);
}

}  // namespace
}  // namespace ftpfs::cache
