// The disk cache on a real folder: what is kept comes back, what is wrong in any way does not.
#include "ftpfs/cache/disk_cache.hpp"

#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

namespace ftpfs::cache {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::uint64_t KiB = 1024;
constexpr std::uint64_t MiB = 1024 * KiB;

// What the file system needs beyond the bytes: the header, and the records of a large file.
constexpr std::uint64_t overhead = 8 * KiB;

std::vector<std::byte> bytes_of(std::uint64_t size, unsigned seed)
{
    std::mt19937 random{seed};
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

remote_path path(std::string_view text)
{
    return remote_path::make(text).value();
}

class disk_cache_in_a_folder : public testing::Test {
protected:
    std::unique_ptr<disk_cache> open(std::uint64_t limit = 64 * MiB, std::string server = "server") const
    {
        return disk_cache::open(folder.str(), std::move(server), limit).value();
    }

    file_version version_of(const std::vector<std::byte>& bytes, int time = 0) const
    {
        file_version version;
        version.size = bytes.size();
        version.modified = {written + seconds{time}, time_precision::second, time_source::fact};
        return version;
    }

    disk_version disk_version_of(const std::vector<std::byte>& bytes, int time = 0) const
    {
        return make_disk_version(bytes.size(), {version_of(bytes, time).modified, now}, {}).value();
    }

    // All blocks of a file.
    disk_cache::kept keep(disk_cache& cache, std::string_view file, const std::vector<std::byte>& bytes, int time = 0)
    {
        std::vector<disk_cache::block_to_keep> blocks;
        for (std::size_t begin = 0; begin < bytes.size(); begin += block_size) {
            const auto length = std::min(block_size, bytes.size() - begin);
            blocks.push_back({begin / block_size, std::span{bytes}.subspan(begin, length), now});
        }
        return cache.store(path(file), disk_version_of(bytes, time), blocks, now).value();
    }

    // What comes back from the first block on.
    std::vector<std::byte> all_of(const disk_cache& cache, std::string_view file, const file_version& version,
                                  std::uint64_t first = 0)
    {
        std::vector<std::byte> bytes;
        for (const auto& block : cache.load(path(file), version, first, 100, now).value().blocks) {
            EXPECT_EQ(block.index, first++);
            bytes.insert(bytes.end(), block.memory.get(), block.memory.get() + block.length);
        }
        return bytes;
    }
    bool holds(const disk_cache& cache, std::string_view file, const std::vector<std::byte>& bytes, int time = 0)
    {
        return all_of(cache, file, version_of(bytes, time)) == bytes;
    }

    std::string blocks_folder() const { return folder.str() + "/ftpfs-blocks-1/"; }
    std::string entry(std::string_view file, std::string server = "server") const
    {
        return blocks_folder() + entry_name({std::move(server), std::string{file}});
    }
    bool exists(std::string_view file) const { return ::access(entry(file).c_str(), F_OK) == 0; }
    std::uint64_t used_by_entries() const
    {
        std::uint64_t sum = 0;
        for (const auto& one : disk_folder::open(folder.str()).value().list().value()) {
            sum += one.bytes;
        }
        return sum;
    }
    void damage(std::string_view file, off_t at, std::size_t size = 1) const
    {
        const descriptor opened{::open(entry(file).c_str(), O_RDWR)};
        std::vector<char> old(size);
        ASSERT_EQ(::pread(opened.get(), old.data(), size, at), static_cast<ssize_t>(size));
        for (auto& byte : old) {
            byte = static_cast<char>(byte ^ 0x55);
        }
        ASSERT_EQ(::pwrite(opened.get(), old.data(), size, at), static_cast<ssize_t>(size));
    }

    test::temporary_folder folder;
    const sys_seconds written{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
    sys_seconds now = written + days{100};
    const std::vector<std::byte> small = bytes_of(100, 1);
    const std::vector<std::byte> large = bytes_of(3 * block_size + 1000, 2);
};

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

// --- limits ---

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
