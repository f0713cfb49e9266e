// The limits of the disk cache: its size, and the floor of free space.
#include "disk_cache_test.hpp"

#include <filesystem>

namespace ftpfs::cache {
namespace {

using std::chrono::seconds;

// What the file system needs beyond the bytes: the header, and the records of a large file.
constexpr std::uint64_t overhead = 8 * KiB;

TEST_F(disk_cache_in_a_folder, never_grows_beyond_its_limit_and_the_least_recently_used_leave_first)
{
    const auto cache = open(MiB);
    const auto file = bytes_of(block_size, 3);
    for (int number = 0; number < 7; ++number) {
        keep(*cache, "/" + std::to_string(number), file);
        now += seconds{10};
        EXPECT_LE(used_by_entries(), MiB);
    }
    EXPECT_TRUE(holds(*cache, "/0", file)) << "read, so that it is not the oldest any more";
    now += seconds{10};
    keep(*open(MiB), "/new", file);
    EXPECT_LE(used_by_entries(), MiB);
    EXPECT_FALSE(exists("/1"));
    EXPECT_TRUE(exists("/0"));
    EXPECT_TRUE(exists("/6"));
    EXPECT_TRUE(exists("/new"));
    for (int number = 10; number < 40; ++number) {
        EXPECT_EQ(keep(*cache, "/" + std::to_string(number), file).bytes, file.size());
        now += seconds{10};
        EXPECT_LE(used_by_entries(), MiB);
    }
    EXPECT_GT(used_by_entries(), MiB / 2) << "and makes use of it";
}

TEST_F(disk_cache_in_a_folder, a_file_that_does_not_fit_gets_half_at_most)
{
    const auto cache = open(MiB);
    keep(*cache, "/small", small);
    const auto huge = bytes_of(2 * MiB, 4);
    const auto version = disk_version_of(huge);
    std::uint64_t kept = 0;
    for (std::uint64_t index = 0; index < huge.size() / block_size; ++index) {
        const std::vector<disk_cache::block_to_keep> one{
            {index, std::span{huge}.subspan(index * block_size, block_size), now}};
        kept += cache->store(path("/huge"), version, one, now)->bytes;
    }
    EXPECT_LE(kept, MiB / 2);
    EXPECT_GE(kept, MiB / 2 - block_size - overhead);
    EXPECT_TRUE(holds(*cache, "/small", small));
    EXPECT_EQ(all_of(*cache, "/huge", version_of(huge)).size(), kept);
}

TEST_F(disk_cache_in_a_folder, a_smaller_limit_holds_at_the_next_start)
{
    {
        const auto cache = open(8 * MiB);
        for (int number = 0; number < 20; ++number) {
            keep(*cache, "/" + std::to_string(number), large);
            now += seconds{10};
        }
        EXPECT_GT(used_by_entries(), 6 * MiB);
    }
    const auto used = open(2 * MiB)->take_stock(now).value();
    EXPECT_LE(used_by_entries(), 2 * MiB);
    EXPECT_EQ(used, used_by_entries());
    EXPECT_TRUE(exists("/19"));
}

TEST_F(disk_cache_in_a_folder, two_that_share_a_folder_keep_the_limit_together)
{
    const auto one = open(MiB, "one");
    const auto two = open(MiB, "two");
    const auto file = bytes_of(block_size, 3);
    for (int number = 0; number < 20; ++number) {
        keep(number % 2 == 0 ? *one : *two, "/f" + std::to_string(number), file);
        now += seconds{10};
        EXPECT_LE(used_by_entries(), MiB);
    }
    EXPECT_TRUE(holds(*two, "/f19", file));
    EXPECT_TRUE(holds(*one, "/f18", file));
    EXPECT_FALSE(holds(*one, "/f19", file)) << "that is another server's";
}

TEST_F(disk_cache_in_a_folder, a_lost_count_is_made_again)
{
    const auto cache = open(MiB);
    const auto file = bytes_of(block_size, 3);
    for (int number = 0; number < 20; ++number) {
        std::filesystem::resize_file(blocks_folder() + "lock", 0);
        keep(*cache, "/f" + std::to_string(number), file);
        EXPECT_LE(used_by_entries(), MiB);
    }
    EXPECT_TRUE(holds(*cache, "/f19", file));
}

class disk_cache_on_a_small_disk : public disk_cache_in_a_folder {
protected:
    disk_cache_on_a_small_disk()
    {
        cache->set_space([this]() -> result<folder_space> {
            const auto used = others + used_by_entries();
            return folder_space{total, total - std::min(total, used)};
        });
    }

    const std::uint64_t total = 20 * MiB;  // of which 1 MiB stays free
    std::uint64_t others = 17 * MiB;
    const std::unique_ptr<disk_cache> cache = open(64 * MiB);
    const std::vector<std::byte> file = bytes_of(block_size, 3);
};

TEST(least_free, is_a_twentieth_of_the_disk_and_256_MiB_at_most)
{
    EXPECT_EQ(least_free({100 * MiB, 0}), 5 * MiB);
    EXPECT_EQ(least_free({1000 * 1024 * MiB, 0}), 256 * MiB);
    EXPECT_EQ(least_free({0, 0}), 0U);
}

TEST_F(disk_cache_on_a_small_disk, leaves_the_floor_to_others_and_makes_room_among_its_own)
{
    for (int number = 0; number < 40; ++number) {
        const auto kept = keep(*cache, "/" + std::to_string(number), file);
        EXPECT_EQ(kept.bytes, file.size());
        EXPECT_FALSE(kept.disk_is_full);
        EXPECT_LE(used_by_entries(), 2 * MiB);
        now += seconds{10};
    }
    EXPECT_TRUE(exists("/39"));
    EXPECT_FALSE(exists("/0"));
}

TEST_F(disk_cache_on_a_small_disk, keeps_nothing_while_others_fill_the_disk_and_goes_on_later)
{
    keep(*cache, "/0", file);
    others = total - 512 * KiB;
    const auto refused = keep(*cache, "/1", file);
    EXPECT_EQ(refused.bytes, 0U);
    EXPECT_EQ(refused.refused, 1U);
    EXPECT_TRUE(refused.disk_is_full);
    EXPECT_FALSE(exists("/0")) << "given back";
    EXPECT_FALSE(exists("/1"));
    others = 0;
    EXPECT_TRUE(keep(*cache, "/1", file).disk_is_full) << "it is not asked for each block";
    now += seconds{10};
    EXPECT_EQ(keep(*cache, "/1", file).bytes, file.size());
}

}  // namespace
}  // namespace ftpfs::cache
