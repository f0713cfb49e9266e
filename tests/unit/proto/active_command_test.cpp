#include "ftpfs/proto/active_command.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

TEST(active_command, is_port_with_six_numbers)
{
    EXPECT_EQ(port_command({192, 0, 2, 1}, 40000).wire(), "PORT 192,0,2,1,156,64\r\n");
    EXPECT_EQ(port_command({255, 255, 255, 255}, 65535).wire(), "PORT 255,255,255,255,255,255\r\n");
    EXPECT_EQ(port_command({0, 0, 0, 0}, 255).wire(), "PORT 0,0,0,0,0,255\r\n");
    EXPECT_EQ(port_command({0, 0, 0, 0}, 256).verb(), "PORT");
}

TEST(active_command, is_eprt_with_the_family)
{
    EXPECT_EQ(eprt_command("192.0.2.1", 40000).wire(), "EPRT |1|192.0.2.1|40000|\r\n");
    EXPECT_EQ(eprt_command("2001:db8::1", 21).wire(), "EPRT |2|2001:db8::1|21|\r\n");
    EXPECT_EQ(eprt_command("::1", 1).verb(), "EPRT");
}

}  // namespace
}  // namespace ftpfs::proto
