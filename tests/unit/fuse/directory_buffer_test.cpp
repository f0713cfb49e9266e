#include "ftpfs/fuse/directory_buffer.hpp"

#include <gtest/gtest.h>

#include <dirent.h>
#include <linux/fuse.h>

#include <cstring>
#include <string>
#include <vector>

namespace ftpfs::fuse {
namespace {

struct seen {
    std::string name;
    std::uint64_t inode;
    std::uint64_t next;
    std::uint32_t type;
    bool operator==(const seen&) const = default;
};

seen decoded(const fuse_dirent& raw, const char* name)
{
    return seen{std::string{name, raw.namelen}, raw.ino, raw.off, raw.type};
}

// As the kernel reads it.
std::vector<seen> plain(std::span<const char> bytes)
{
    std::vector<seen> all;
    while (bytes.size() >= FUSE_NAME_OFFSET) {
        fuse_dirent raw{};
        std::memcpy(&raw, bytes.data(), FUSE_NAME_OFFSET);
        all.push_back(decoded(raw, bytes.data() + FUSE_NAME_OFFSET));
        bytes = bytes.subspan(FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + raw.namelen));
    }
    EXPECT_TRUE(bytes.empty());
    return all;
}

struct stat summary(ino_t inode, mode_t mode)
{
    struct stat status {};
    status.st_ino = inode;
    status.st_mode = mode;
    return status;
}

TEST(directory_buffer, gives_the_kernel_name_type_inode_and_the_next_position)
{
    directory_buffer buffer;
    buffer.clear(4096);
    EXPECT_TRUE(buffer.add("a", summary(7, S_IFDIR), 1));
    EXPECT_TRUE(buffer.add("longer name", summary(8, S_IFREG), 2));
    const std::vector<seen> expected{{"a", 7, 1, DT_DIR}, {"longer name", 8, 2, DT_REG}};
    EXPECT_EQ(plain(buffer.bytes()), expected);
}

TEST(directory_buffer, leaves_out_what_does_not_fit_and_stays_as_it_was)
{
    directory_buffer buffer;
    const auto one = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + 1);
    buffer.clear(one);
    EXPECT_TRUE(buffer.add("a", summary(7, S_IFREG), 1));
    EXPECT_FALSE(buffer.add("b", summary(8, S_IFREG), 2));
    EXPECT_EQ(buffer.bytes().size(), one);
    EXPECT_EQ(plain(buffer.bytes()).front().name, "a");
}

TEST(directory_buffer, is_full_from_the_start_with_no_room)
{
    directory_buffer buffer;
    buffer.clear(0);
    EXPECT_FALSE(buffer.add("a", summary(7, S_IFREG), 1));
    EXPECT_FALSE(buffer.fits_plus("a"));
    EXPECT_TRUE(buffer.bytes().empty());
}

TEST(directory_buffer, knows_before_a_reference_is_taken_whether_an_entry_fits)
{
    const std::string name(13, 'n');
    const auto needed = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET_DIRENTPLUS + name.size());
    directory_buffer buffer;
    buffer.clear(needed - 1);
    EXPECT_FALSE(buffer.fits_plus(name.c_str()));
    buffer.clear(needed);
    EXPECT_TRUE(buffer.fits_plus(name.c_str()));
    fuse_entry_param entry{};
    entry.ino = 42;
    entry.attr = summary(42, S_IFREG);
    entry.attr.st_size = 12345;
    entry.attr_timeout = 1.5;
    entry.entry_timeout = 2;
    buffer.add_plus(name.c_str(), entry, 9);
    EXPECT_FALSE(buffer.fits_plus("x"));

    fuse_direntplus raw{};
    ASSERT_EQ(buffer.bytes().size(), needed);
    std::memcpy(&raw, buffer.bytes().data(), FUSE_NAME_OFFSET_DIRENTPLUS);
    EXPECT_EQ(raw.entry_out.nodeid, 42U);
    EXPECT_EQ(raw.entry_out.attr.size, 12345U);
    EXPECT_EQ(raw.entry_out.attr_valid, 1U);
    EXPECT_EQ(raw.entry_out.attr_valid_nsec, 500'000'000U);
    EXPECT_EQ(raw.entry_out.entry_valid, 2U);
    const seen expected{name, 42, 9, DT_REG};
    EXPECT_EQ(decoded(raw.dirent, buffer.bytes().data() + FUSE_NAME_OFFSET_DIRENTPLUS), expected);
}

TEST(directory_buffer, starts_again_empty_and_no_larger_than_its_limit)
{
    directory_buffer buffer;
    buffer.clear(std::size_t{1} << 20);
    while (buffer.add("entry", summary(1, S_IFREG), 1)) {
    }
    EXPECT_LE(buffer.bytes().size(), directory_buffer::largest);
    EXPECT_GT(buffer.bytes().size(), directory_buffer::largest - 64);
    buffer.clear(4096);
    EXPECT_TRUE(buffer.bytes().empty());
}

}  // namespace
}  // namespace ftpfs::fuse
