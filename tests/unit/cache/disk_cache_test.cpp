// The disk cache on a real folder: what is kept comes back, what is wrong in any way does not.
#include "disk_cache_test.hpp"

#include <filesystem>

namespace ftpfs::cache {
namespace {

using std::chrono::seconds;

TEST_F(disk_cache_in_a_folder, what_is_kept_comes_back_even_after_a_restart)
{
    {
        const auto cache = open();
        EXPECT_EQ(all_of(*cache, "/small", version_of(small)).size(), 0U);
        EXPECT_EQ(keep(*cache, "/small", small).bytes, small.size());
        EXPECT_EQ(keep(*cache, "/dir/large", large).bytes, large.size());
        EXPECT_TRUE(holds(*cache, "/small", small));
    }
    const auto cache = open();
    EXPECT_TRUE(holds(*cache, "/small", small));
    EXPECT_TRUE(holds(*cache, "/dir/large", large));
    const auto rest = all_of(*cache, "/dir/large", version_of(large), 2);
    EXPECT_EQ(rest, std::vector<std::byte>(large.begin() + 2 * block_size, large.end()));
    EXPECT_TRUE(all_of(*cache, "/dir/large", version_of(large), 4).empty());
    EXPECT_TRUE(all_of(*cache, "/dir/large", version_of(large), std::uint64_t{1} << 60).empty());
    EXPECT_TRUE(all_of(*cache, "/other", version_of(small)).empty());
}

TEST_F(disk_cache_in_a_folder, a_gap_ends_what_comes_back)
{
    const auto cache = open();
    const auto version = disk_version_of(large);
    const std::span bytes{large};
    const std::vector<disk_cache::block_to_keep> blocks{{0, bytes.first(block_size), now},
                                                        {2, bytes.subspan(2 * block_size, block_size), now}};
    EXPECT_EQ(cache->store(path("/f"), version, blocks, now)->bytes, 2 * block_size);
    EXPECT_EQ(all_of(*cache, "/f", version_of(large)).size(), block_size);
    EXPECT_TRUE(all_of(*cache, "/f", version_of(large), 1).empty());
    EXPECT_EQ(all_of(*cache, "/f", version_of(large), 2).size(), block_size);
    EXPECT_EQ(keep(*cache, "/f", large).bytes, large.size() - 2 * block_size) << "only what is missing";
    EXPECT_TRUE(holds(*cache, "/f", large));
}

TEST_F(disk_cache_in_a_folder, another_version_is_dropped_and_never_mixed)
{
    const auto cache = open();
    keep(*cache, "/f", large);
    auto changed = large;
    changed[5] ^= std::byte{1};
    const auto answer = cache->load(path("/f"), version_of(changed, 1), 0, 100, now).value();
    EXPECT_TRUE(answer.dropped);
    EXPECT_TRUE(answer.blocks.empty());
    EXPECT_FALSE(exists("/f"));

    keep(*cache, "/f", large);
    const auto version = disk_version_of(changed, 1);
    const std::vector<disk_cache::block_to_keep> second{{1, std::span{changed}.subspan(block_size, block_size), now}};
    EXPECT_EQ(cache->store(path("/f"), version, second, now)->bytes, block_size);
    EXPECT_TRUE(all_of(*cache, "/f", version_of(changed, 1)).empty()) << "no first block of the old version";
    EXPECT_EQ(all_of(*cache, "/f", version_of(changed, 1), 1).size(), block_size);
}

TEST_F(disk_cache_in_a_folder, a_time_that_cannot_be_compared_answers_nothing_and_drops_nothing)
{
    const auto cache = open();
    keep(*cache, "/f", small);
    auto seen = version_of(small);
    seen.modified.source = time_source::listing;
    EXPECT_TRUE(all_of(*cache, "/f", seen).empty());
    seen.modified = {};
    EXPECT_TRUE(all_of(*cache, "/f", seen).empty());
    EXPECT_TRUE(holds(*cache, "/f", small));
}

TEST_F(disk_cache_in_a_folder, a_young_file_is_kept_when_it_is_read_again)
{
    now = written + seconds{30};
    const auto cache = open();
    EXPECT_EQ(keep(*cache, "/f", small).bytes, 0U);
    EXPECT_TRUE(exists("/f")) << "so much is written down: that it was seen";
    EXPECT_TRUE(all_of(*cache, "/f", version_of(small)).empty());
    now += seconds{1};
    EXPECT_EQ(keep(*cache, "/f", small).bytes, 0U) << "the same second may not be over";
    now += seconds{1};
    EXPECT_EQ(keep(*open(), "/f", small).bytes, small.size());
    EXPECT_TRUE(holds(*cache, "/f", small));
}

TEST_F(disk_cache_in_a_folder, what_was_right_for_a_minute_may_not_be_for_a_day)
{
    const auto cache = open();
    file_version listed;
    listed.size = small.size();
    listed.modified = {written, time_precision::minute, time_source::listing};
    const auto version = make_disk_version(listed.size, {listed.modified, written + seconds{5}}, {}).value();
    const std::vector<disk_cache::block_to_keep> blocks{{0, small, written + seconds{70}}};
    EXPECT_EQ(cache->store(path("/f"), version, blocks, now)->bytes, small.size());
    EXPECT_EQ(all_of(*cache, "/f", listed), small);
    listed.modified.precision = time_precision::day;
    EXPECT_TRUE(all_of(*cache, "/f", listed).empty()) << "fetched on the day of the change";
}

TEST_F(disk_cache_in_a_folder, damage_anywhere_is_found)
{
    const auto cache = open();
    const auto size = static_cast<off_t>(encode({{"server", "/f"}, disk_version_of(large), 0})->size());
    for (const off_t at : {off_t{0}, off_t{8}, size - 1, (size + 31) / 32 * 32, (size + 31) / 32 * 32 + 31, off_t{4096},
                           static_cast<off_t>(4096 + block_size - 1)}) {
        keep(*cache, "/f", large);
        ASSERT_TRUE(holds(*cache, "/f", large));
        damage("/f", at);
        const auto answer = cache->load(path("/f"), version_of(large), 0, 100, now).value();
        EXPECT_TRUE(answer.dropped) << at;
        EXPECT_TRUE(answer.blocks.empty()) << at;
        EXPECT_FALSE(exists("/f")) << at;
    }
}

// Bytes before damage are right all the same.
TEST_F(disk_cache_in_a_folder, blocks_before_a_damaged_one_count)
{
    const auto cache = open();
    keep(*cache, "/f", large);
    damage("/f", static_cast<off_t>(4096 + 2 * block_size + 7));
    EXPECT_EQ(all_of(*cache, "/f", version_of(large)),
              std::vector<std::byte>(large.begin(), large.begin() + 2 * block_size));
    EXPECT_FALSE(exists("/f"));
}

// A power failure may leave any of the pages unwritten, and lengths of any size.
TEST_F(disk_cache_in_a_folder, a_torn_entry_never_answers_with_wrong_bytes)
{
    const auto cache = open();
    keep(*cache, "/f", large);
    const auto size = static_cast<off_t>(std::filesystem::file_size(entry("/f")));
    const std::vector<char> zeros(4096);
    int torn = 0;
    for (off_t page = 0; page < size; page += 4096) {
        for (const bool cut : {false, true}) {
            cache->forget(path("/f"));
            keep(*cache, "/f", large);
            if (cut) {
                ASSERT_EQ(::truncate(entry("/f").c_str(), page), 0);
            } else {
                const descriptor file{::open(entry("/f").c_str(), O_RDWR)};
                ASSERT_GT(::pwrite(file.get(), zeros.data(),
                                   static_cast<std::size_t>(std::min<off_t>(4096, size - page)), page),
                          0);
            }
            const auto got = all_of(*cache, "/f", version_of(large));
            ASSERT_LT(got.size(), large.size());
            ASSERT_TRUE(std::equal(got.begin(), got.end(), large.begin())) << page;
            ++torn;
        }
    }
    EXPECT_GT(torn, 100);
}

TEST_F(disk_cache_in_a_folder, a_foreign_file_under_the_right_name_is_dropped)
{
    const auto cache = open();
    keep(*cache, "/f", small);
    keep(*cache, "/g", small);
    std::filesystem::copy_file(entry("/g"), entry("/f"), std::filesystem::copy_options::overwrite_existing);
    EXPECT_TRUE(cache->load(path("/f"), version_of(small), 0, 1, now)->dropped);
    EXPECT_TRUE(holds(*cache, "/g", small));
    folder.write("ftpfs-blocks-1/" + entry_name({"server", "/f"}), std::string(10'000, 'x'), 0600);
    EXPECT_TRUE(cache->load(path("/f"), version_of(small), 0, 1, now)->dropped);
    folder.write("ftpfs-blocks-1/" + entry_name({"server", "/f"}), "", 0600);
    EXPECT_TRUE(cache->load(path("/f"), version_of(small), 0, 1, now)->dropped);
    EXPECT_EQ(keep(*cache, "/f", small).bytes, small.size());
}

TEST_F(disk_cache_in_a_folder, blocks_of_an_earlier_entry_are_not_taken_for_those_of_this_one)
{
    const auto cache = open();
    keep(*cache, "/f", large);
    const std::string old = entry("/f") + ".old";
    std::filesystem::copy_file(entry("/f"), old);
    cache->forget(path("/f"));
    const auto version = disk_version_of(large);
    const std::vector<disk_cache::block_to_keep> first{{0, std::span{large}.first(block_size), now}};
    cache->store(path("/f"), version, first, now);
    // As if the file system showed what lay there before: everything but the header.
    const descriptor from{::open(old.c_str(), O_RDONLY)};
    const descriptor to{::open(entry("/f").c_str(), O_RDWR)};
    std::vector<char> rest(std::filesystem::file_size(old));
    ASSERT_EQ(::pread(from.get(), rest.data(), rest.size(), 0), static_cast<ssize_t>(rest.size()));
    const auto header = encode({{"server", "/f"}, version, 0})->size();
    ASSERT_GT(::pwrite(to.get(), rest.data() + header, rest.size() - header, static_cast<off_t>(header)), 0);
    EXPECT_TRUE(cache->load(path("/f"), version_of(large), 0, 100, now)->blocks.empty());
}

TEST_F(disk_cache_in_a_folder, what_was_changed_here_is_forgotten)
{
    const auto cache = open();
    for (const auto* file : {"/f", "/dir/a", "/dir/sub/b", "/dirt"}) {
        keep(*cache, file, small);
    }
    const auto other = open(64 * MiB, "other server");
    keep(*other, "/dir/a", small);
    EXPECT_TRUE(cache->forget(path("/f")));
    EXPECT_FALSE(exists("/f"));
    EXPECT_TRUE(cache->forget(path("/f")));
    EXPECT_TRUE(cache->forget_tree(path("/dir")));
    EXPECT_FALSE(exists("/dir/a"));
    EXPECT_FALSE(exists("/dir/sub/b"));
    EXPECT_TRUE(holds(*cache, "/dirt", small));
    EXPECT_TRUE(holds(*other, "/dir/a", small));
}

}  // namespace
}  // namespace ftpfs::cache
