#include "ftpfs/cache/directory_snapshot.hpp"

#include <gtest/gtest.h>

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
        const auto* found = snapshot.find("file" + std::to_string(i));
        ASSERT_NE(found, nullptr);
        ASSERT_EQ(found->attributes.size, i);
    }
    EXPECT_EQ(snapshot.find("file10000"), nullptr);
    EXPECT_EQ(snapshot.find(""), nullptr);
    EXPECT_EQ(snapshot.entries().size(), 10'000U);
}

TEST(directory_snapshot, finds_nothing_in_an_empty_directory)
{
    const directory_snapshot snapshot{{}, true};
    EXPECT_EQ(snapshot.find("a"), nullptr);
    EXPECT_TRUE(snapshot.complete());
}

TEST(directory_snapshot, takes_the_first_of_equal_names)
{
    const directory_snapshot snapshot{{entry("a", 1), entry("a", 2)}, true};
    EXPECT_EQ(snapshot.find("a")->attributes.size, 1U);
}

TEST(directory_snapshot, charges_for_names_that_need_memory_of_their_own)
{
    const directory_snapshot plain{{entry("short")}, true};
    const directory_snapshot rich{{entry(std::string(200, 'n'))}, true};
    EXPECT_GE(rich.charge(), plain.charge() + 200);
    EXPECT_GE(plain.charge(), sizeof(directory_entry));
}

}  // namespace
}  // namespace ftpfs::cache
