#include "ftpfs/fs/to_stat.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ftpfs::fs {
namespace {

config settings()
{
    config made;
    made.uid = 1000;
    made.gid = 100;
    return made;
}

file_attributes of_kind(file_kind kind)
{
    file_attributes attributes;
    attributes.kind = kind;
    return attributes;
}

TEST(to_stat, shows_a_file_as_the_server_tells_it)
{
    auto file = of_kind(file_kind::regular);
    file.size = 1025;
    file.mode = std::uint16_t{0640};
    file.modified.value = std::chrono::sys_seconds{std::chrono::seconds{1'700'000'000}};
    const auto shown = to_stat(inode_id{7}, file, settings());

    EXPECT_EQ(shown.st_ino, 7U);
    EXPECT_EQ(shown.st_mode, mode_t{S_IFREG | 0640});
    EXPECT_EQ(shown.st_size, 1025);
    EXPECT_EQ(shown.st_blocks, 3);
    EXPECT_EQ(shown.st_nlink, 1U);
    EXPECT_EQ(shown.st_uid, 1000U);
    EXPECT_EQ(shown.st_gid, 100U);
    EXPECT_EQ(shown.st_mtim.tv_sec, 1'700'000'000);
    EXPECT_EQ(shown.st_ctim.tv_sec, 1'700'000'000);
    EXPECT_EQ(shown.st_atim.tv_sec, 1'700'000'000);
}

TEST(to_stat, fills_in_modes_the_server_does_not_tell)
{
    EXPECT_EQ(to_stat(inode_id{2}, of_kind(file_kind::regular), settings()).st_mode, mode_t{S_IFREG | 0644});
    EXPECT_EQ(to_stat(inode_id{2}, of_kind(file_kind::unknown), settings()).st_mode, mode_t{S_IFREG | 0644});
    EXPECT_EQ(to_stat(inode_id{2}, of_kind(file_kind::directory), settings()).st_mode, mode_t{S_IFDIR | 0755});
    EXPECT_EQ(to_stat(inode_id{2}, of_kind(file_kind::symlink), settings()).st_mode, mode_t{S_IFLNK | 0777});
}

TEST(to_stat, clears_the_masked_bits)
{
    auto masked = settings();
    masked.file_mask = 0077;
    masked.directory_mask = 0027;
    auto file = of_kind(file_kind::regular);
    file.mode = std::uint16_t{0777};
    EXPECT_EQ(to_stat(inode_id{2}, file, masked).st_mode, mode_t{S_IFREG | 0700});
    EXPECT_EQ(to_stat(inode_id{2}, of_kind(file_kind::directory), masked).st_mode, mode_t{S_IFDIR | 0750});
}

TEST(to_stat, gives_directories_a_size_and_links_the_length_of_their_target)
{
    EXPECT_EQ(to_stat(inode_id{2}, of_kind(file_kind::directory), settings()).st_size, 4096);
    auto link = of_kind(file_kind::symlink);
    link.link_target = "../elsewhere";
    EXPECT_EQ(to_stat(inode_id{2}, link, settings()).st_size, 12);
}

TEST(to_stat, makes_up_space_that_is_free)
{
    const auto space = made_up_space();
    EXPECT_EQ(space.f_namemax, 255U);
    EXPECT_EQ(space.f_bavail, space.f_blocks);
    EXPECT_GT(space.f_bavail * space.f_frsize, std::uint64_t{1} << 39U);
}

TEST(to_facts, tells_what_is_known_and_nothing_else)
{
    EXPECT_EQ(to_facts(of_kind(file_kind::directory)), "type=dir;");
    auto file = of_kind(file_kind::regular);
    file.size = 12;
    file.mode = std::uint16_t{0644};
    file.modified.value = std::chrono::sys_days{std::chrono::year{2024} / 1 / 2} + std::chrono::hours{3};
    file.modified.precision = time_precision::second;
    file.modified.source = time_source::fact;
    EXPECT_EQ(to_facts(file),
              "type=file;size=12;modify=20240102030000;modify-precision=second;modify-source=fact;unix.mode=0644;");
}

}  // namespace
}  // namespace ftpfs::fs
