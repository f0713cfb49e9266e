#include "ftpfs/fuse/mount_options.hpp"

#include <gtest/gtest.h>

namespace ftpfs::fuse {
namespace {

constexpr auto always = "subtype=ftpfs,max_read=1048576";

TEST(mount_options, tell_the_type_and_ask_for_large_reads)
{
    EXPECT_EQ(mount_options(config{}), always);
}

TEST(mount_options, make_the_kernel_refuse_changes_where_that_is_wanted)
{
    config settings;
    settings.read_only = true;
    settings.mount_flags = {"rw"};
    EXPECT_EQ(mount_options(settings), std::string{"ro,"} + always);
}

TEST(mount_options, show_the_source_with_its_commas_and_backslashes_kept_from_the_parser)
{
    config settings;
    settings.source = R"(ftp://host/a,b\c)";
    EXPECT_EQ(mount_options(settings), std::string{always} + R"(,fsname=ftp://host/a\,b\\c)");
}

TEST(mount_options, say_who_may_look)
{
    config settings;
    settings.allow_other = true;
    settings.default_permissions = true;
    EXPECT_EQ(mount_options(settings), std::string{always} + ",allow_other,default_permissions");
    settings.allow_root = true;
    EXPECT_EQ(mount_options(settings), std::string{always} + ",allow_root,default_permissions");
}

TEST(mount_options, hand_on_the_flags_libfuse_knows_and_drop_those_without_meaning_here)
{
    config settings;
    settings.mount_flags = {"nosuid", "relatime", "noexec", "nodiratime", "rw", "noatime"};
    EXPECT_EQ(mount_options(settings), std::string{always} + ",nosuid,noexec,noatime");
}

}  // namespace
}  // namespace ftpfs::fuse
