// What the commands about mounts read from a status; the mounts themselves are in tests/mount.

#include "ftpfs/cli/running_mount.hpp"

#include <gtest/gtest.h>

namespace ftpfs::cli {
namespace {

TEST(upload_progress, is_read_from_the_status_of_a_mount)
{
    const upload_progress expected{2, 12345};
    EXPECT_EQ(progress_in(R"({"names":{"inodes":1},"writing":{"unsent_files":2,"bytes_uploaded":12345}})"), expected);
}

TEST(upload_progress, is_none_where_the_status_tells_of_none)
{
    for (const auto* status : {"", "nonsense", "[]", "{}", R"({"writing":3})", R"({"writing":{"unsent_files":"x"}})"}) {
        EXPECT_EQ(progress_in(status), upload_progress{}) << status;
    }
}

TEST(status, is_shown_one_line_for_each_part)
{
    EXPECT_EQ(describe_status(R"({"names":{"inodes":1,"lookups":2},"version":3,"remote":{}})"),
              "  names: inodes 1, lookups 2\n  version: 3\n");
}

TEST(status, is_shown_as_it_is_where_it_cannot_be_understood)
{
    EXPECT_EQ(describe_status("half a {"), "  half a {\n");
}

}  // namespace
}  // namespace ftpfs::cli
