#include "ftpfs/proto/time_reply.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

constexpr auto expected_day = sys_days{2025y / July / 19};

TEST(time_reply, reads_a_time_value)
{
    const file_time expected{expected_day + 8h + 30min + 11s, time_precision::second, time_source::fact};
    EXPECT_EQ(parse_time_value("20250719083011"), expected);
    EXPECT_EQ(parse_time_value("20250719083011.123"), expected);
    EXPECT_EQ(parse_time_value("20250719083011.000"), expected) << "mina-ftpserver";
    EXPECT_EQ(parse_time_value("191250719083011"), expected) << "19 and the years since 1900";
    EXPECT_EQ(parse_time_value("19700101000000")->value, sys_seconds{});
    EXPECT_EQ(parse_time_value("191000101000000")->value, sys_days{2000y / January / 1});
}

TEST(time_reply, takes_a_missing_second_for_less_precision)
{
    EXPECT_EQ(parse_time_value("202507190830"),
              (file_time{expected_day + 8h + 30min, time_precision::minute, time_source::fact}));
}

TEST(time_reply, refuses_what_is_no_time)
{
    for (const char* const text :
         {"", "0", "00010101000000", "00000000000000", "20251319083011", "20250732083011", "20250230083011",
          "20250719243011", "20250719086011", "20250719083061", "2025071908301", "2025-07-19 08:30:11", "yesterday",
          "192250719083011", "20250719083011+0200", "2025071908301100"}) {
        EXPECT_EQ(parse_time_value(text), std::nullopt) << text;
    }
}

TEST(time_reply, finds_the_time_in_an_answer)
{
    const auto time = parse_time_value("20250719083011");
    EXPECT_EQ(parse_time_reply(reply{213, {"20250719083011"}}), time);
    EXPECT_EQ(parse_time_reply(reply{213, {"  20250719083011.5 "}}), time);
    EXPECT_EQ(parse_time_reply(reply{213, {"report 2 was changed 20250719083011"}}), time);
    EXPECT_EQ(parse_time_reply(reply{213, {"00010101000000"}}), std::nullopt);
    EXPECT_EQ(parse_time_reply(reply{213, {"2025-07-19 08:30:11"}}), std::nullopt);
    EXPECT_EQ(parse_time_reply(reply{550, {"20250719083011"}}), std::nullopt);
}

TEST(time_value, is_written_as_it_is_read)
{
    using namespace std::chrono;
    const sys_seconds leap = sys_days{2024y / 2 / 29} + 23h + 59min + 1s;
    EXPECT_EQ(format_time_value(leap), "20240229235901");
    EXPECT_EQ(format_time_value(sys_seconds{}), "19700101000000");
    EXPECT_EQ(parse_time_value(format_time_value(leap).value())->value, leap);
}

TEST(time_value, is_not_written_where_ftp_has_no_digits_for_the_year)
{
    using namespace std::chrono;
    EXPECT_EQ(format_time_value(sys_days{1969y / 12 / 31}), std::nullopt);
    EXPECT_EQ(format_time_value(sys_days{10'000y / 1 / 1}), std::nullopt);
}

}  // namespace
}  // namespace ftpfs::proto
