#include "ftpfs/fuse/mount_table.hpp"

#include <gtest/gtest.h>

namespace ftpfs::fuse {
namespace {

// The example of proc(5), and lines as Linux 6 writes them.
constexpr auto table = "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"
                       "61 36 0:52 / /mnt/a\\040b ro,nosuid,nodev - fuse.ftpfs ftp://h/x\\040y ro,user_id=0\n"
                       "62 36 0:53 / /mnt/twice rw shared:5 master:2 - tmpfs none rw\n"
                       "63 62 0:54 / /mnt/twice ro - fuse.ftpfs ftp://upper ro\n";

TEST(mount_table, reads_device_place_type_and_source_of_a_line)
{
    const auto found = parse_mount_line("36 35 98:7 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->major, 98U);
    EXPECT_EQ(found->minor, 7U);
    EXPECT_EQ(found->mount_point, "/mnt2");
    EXPECT_EQ(found->type, "ext3");
    EXPECT_EQ(found->source, "/dev/root");
}

TEST(mount_table, finds_a_mount_point_whose_name_is_written_with_escapes)
{
    const auto found = find_mount(table, "/mnt/a b");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->minor, 52U);
    EXPECT_EQ(found->source, "ftp://h/x y");
}

TEST(mount_table, sees_the_upper_one_of_two_mounts_at_one_place)
{
    const auto found = find_mount(table, "/mnt/twice");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->minor, 54U);
    EXPECT_EQ(found->type, "fuse.ftpfs");
}

TEST(mount_table, finds_nothing_where_nothing_is_mounted)
{
    EXPECT_FALSE(find_mount(table, "/mnt"));
    EXPECT_FALSE(find_mount("", "/mnt"));
}

TEST(mount_table, refuses_every_line_that_is_cut_short)
{
    const std::string line = "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root";
    const auto shortest = line.find(" /dev/root") + 2;
    for (std::size_t length = 0; length < line.size(); ++length) {
        EXPECT_EQ(parse_mount_line(line.substr(0, length)).has_value(), length >= shortest) << length;
    }
}

TEST(mount_table, refuses_a_device_that_is_not_two_numbers)
{
    for (const auto* device : {"98", "98:", ":0", "a:b", "98:0x"}) {
        EXPECT_FALSE(parse_mount_line(std::string{"36 35 "} + device + " / /mnt rw - ext3 /dev/root")) << device;
    }
}

}  // namespace
}  // namespace ftpfs::fuse
