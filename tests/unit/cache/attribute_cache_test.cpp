#include "ftpfs/cache/attribute_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ftpfs::cache {
namespace {

TEST(attribute_cache, remembers_that_there_is_no_such_object)
{
    attribute_cache cache{1 << 20};
    const auto path = remote_path::make("/missing").value();
    EXPECT_EQ(cache.find(path), nullptr);
    cache.store(path, known_object{});
    ASSERT_NE(cache.find(path), nullptr);
    EXPECT_FALSE(cache.find(path)->attributes);
}

TEST(attribute_cache, stays_within_its_limit)
{
    attribute_cache cache{10'000};
    for (int i = 0; i < 1000; ++i) {
        cache.store(remote_path::make("/" + std::to_string(i)).value(), known_object{});
        ASSERT_LE(cache.bytes(), 10'000U);
    }
    EXPECT_GT(cache.size(), 10U);
    EXPECT_NE(cache.find(remote_path::make("/999").value()), nullptr);
    EXPECT_EQ(cache.find(remote_path::make("/0").value()), nullptr);
}

}  // namespace
}  // namespace ftpfs::cache
