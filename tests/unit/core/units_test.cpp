#include "ftpfs/core/units.hpp"

#include <gtest/gtest.h>

namespace ftpfs {
namespace {

using namespace std::chrono_literals;

TEST(units, read_sizes_as_people_write_them)
{
    EXPECT_EQ(parse_size("0").value(), 0U);
    EXPECT_EQ(parse_size("12").value(), 12U);
    EXPECT_EQ(parse_size("64M").value(), 64U << 20U);
    EXPECT_EQ(parse_size("64MiB").value(), 64U << 20U);
    EXPECT_EQ(parse_size("64mb").value(), 64U << 20U);
    EXPECT_EQ(parse_size("500K").value(), 500U << 10U);
    EXPECT_EQ(parse_size("1.5G").value(), 3ULL << 29U);
    EXPECT_EQ(parse_size("2T").value(), 2ULL << 40U);
    EXPECT_EQ(parse_size("12B").value(), 12U);
}

TEST(units, read_durations_as_people_write_them)
{
    EXPECT_EQ(parse_duration("30").value(), 30s);
    EXPECT_EQ(parse_duration("30s").value(), 30s);
    EXPECT_EQ(parse_duration("500ms").value(), 500ms);
    EXPECT_EQ(parse_duration("2min").value(), 2min);
    EXPECT_EQ(parse_duration("2m").value(), 2min);
    EXPECT_EQ(parse_duration("1.5h").value(), 90min);
    EXPECT_EQ(parse_duration("0").value(), 0s);
}

TEST(units, refuse_everything_else_and_say_what_to_write)
{
    for (const char* const text :
         {"", "M", "-1", "+1", "1X", "1MM", "1 M", "64Mx", "1e3", "0x10", "nan", "inf", "9999999T"}) {
        const auto size = parse_size(text);
        ASSERT_FALSE(size) << text;
        EXPECT_NE(size.error().detail.find(text), std::string::npos);
    }
    for (const char* const text : {"", "s", "-1s", "1d", "1 s", "off", "1e3", "nan", "inf", "99999999999h"}) {
        const auto duration = parse_duration(text);
        ASSERT_FALSE(duration) << text;
        EXPECT_NE(duration.error().detail.find(text), std::string::npos);
    }
}

TEST(units, print_sizes)
{
    EXPECT_EQ(format_size(0), "0 bytes");
    EXPECT_EQ(format_size(12), "12 bytes");
    EXPECT_EQ(format_size(64U << 20U), "64 MiB");
    EXPECT_EQ(format_size(3ULL << 29U), "1.5 GiB");
    EXPECT_EQ(format_size(1ULL << 50U), "1024 TiB");
}

}  // namespace
}  // namespace ftpfs
