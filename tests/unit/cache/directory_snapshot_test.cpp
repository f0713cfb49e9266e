#include "ftpfs/cache/directory_snapshot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

namespace ftpfs::cache {
namespace {

directory_entry entry(const std::string& name, std::uint64_t size = 0)
{
    file_attributes attributes;
    attributes.kind = file_kind::regular;
    attributes.size = size;
    return {file_name::make(name).value(), attributes};
}

TEST(directory_snapshot, finds_each_of_its_names_and_no_other)
{
    std::vector<directory_entry> entries;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        entries.push_back(entry("file" + std::to_string(i), i));
    }
    const directory_snapshot snapshot{entries, true};
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        ASSERT_EQ(snapshot.find("file" + std::to_string(i)), i);
        ASSERT_EQ(snapshot.attributes(i).size, i);
    }
    EXPECT_EQ(snapshot.find("file10000"), std::nullopt);
    EXPECT_EQ(snapshot.find(""), std::nullopt);
    EXPECT_EQ(snapshot.size(), 10'000U);
}

TEST(directory_snapshot, finds_nothing_in_an_empty_directory)
{
    const directory_snapshot snapshot{{}, true};
    EXPECT_EQ(snapshot.find("a"), std::nullopt);
    EXPECT_TRUE(snapshot.complete());
}

TEST(directory_snapshot, takes_the_first_of_equal_names)
{
    const directory_snapshot snapshot{{entry("a", 1), entry("a", 2)}, true};
    EXPECT_EQ(snapshot.find("a"), 0U);
}

TEST(directory_snapshot, gives_back_what_was_put_in)
{
    const directory_entry bare{file_name::make("bare").value(), {}};
    directory_entry full = entry(std::string(255, 'n'), std::numeric_limits<std::uint64_t>::max());
    full.attributes.kind = file_kind::socket;
    full.attributes.size_is_exact = false;
    full.attributes.mode = 07777;
    full.attributes.modified = {std::chrono::sys_seconds{std::chrono::seconds{-5}}, time_precision::second,
                                time_source::fact};
    full.attributes.link_target = "../" + std::string(4000, 't');
    const std::vector<directory_entry> all{full, bare, full};
    const directory_snapshot snapshot{all, false};
    EXPECT_FALSE(snapshot.complete());
    EXPECT_TRUE(std::ranges::equal(snapshot, all));
}

TEST(directory_snapshot, is_incomplete_without_what_does_not_fit)
{
    auto absurd = entry("link");
    absurd.attributes.link_target = std::string(std::size_t{1} << 16, 't');
    const directory_snapshot snapshot{{absurd, entry("file")}, true};
    EXPECT_EQ(snapshot.size(), 1U);
    EXPECT_FALSE(snapshot.complete());
}

TEST(directory_snapshot, charges_for_its_names)
{
    const directory_snapshot plain{{entry("short")}, true};
    const directory_snapshot rich{{entry(std::string(200, 'n'))}, true};
    EXPECT_GE(rich.charge(), plain.charge() + 180);
    EXPECT_GE(plain.charge(), 32U);
}

}  // namespace
}  // namespace ftpfs::cache
