#include "numeric_dates.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

constexpr auto now = sys_days{2026y / November / 21};

// The dates as all of them together are understood; "-" for what none is made of.
std::vector<std::string> understood(const std::vector<const char*>& dates)
{
    numeric_dates reader{now};
    std::vector<directory_entry> entries;
    for (const auto* date : dates) {
        file_attributes attributes;
        if (const auto time = reader.read(date, time_of_day{8, 30, 0, false})) {
            attributes.modified = *time;
        }
        entries.emplace_back(file_name::make("x").value(), attributes);
    }
    reader.settle(entries);
    std::vector<std::string> found;
    for (const auto& entry : entries) {
        const auto& time = entry.attributes.modified;
        const year_month_day day{floor<days>(time.value)};
        const bool is_known = time.precision == time_precision::minute;
        EXPECT_TRUE(!is_known || time.value - floor<days>(time.value) == 8h + 30min);
        found.push_back(!is_known ? "-"
                                  : std::to_string(static_cast<int>(day.year())) + "-" +
                                        std::to_string(static_cast<unsigned>(day.month())) + "-" +
                                        std::to_string(static_cast<unsigned>(day.day())));
    }
    return found;
}

using strings = std::vector<std::string>;

TEST(numeric_dates, settle_the_order_by_all_lines)
{
    EXPECT_EQ(understood({"01-02-25", "07-19-25"}), (strings{"2025-1-2", "2025-7-19"}));
    EXPECT_EQ(understood({"01-02-25", "19-07-25"}), (strings{"2025-2-1", "2025-7-19"}));
    EXPECT_EQ(understood({"25-02-01", "99-12-31"}), (strings{"2025-2-1", "1999-12-31"}));
    EXPECT_EQ(understood({"01/02/2025", "02/03/2025"}), (strings{"2025-1-2", "2025-2-3"}));
    EXPECT_EQ(understood({"2025/02/01"}), (strings{"2025-2-1"}));
    EXPECT_EQ(understood({"2025-02-01", "2024-02-29"}), (strings{"2025-2-1", "2024-2-29"}));
}

TEST(numeric_dates, believe_dots_to_begin_with_the_day_or_the_year)
{
    EXPECT_EQ(understood({"01.02.2025"}), (strings{"2025-2-1"}));
    EXPECT_EQ(understood({"2025.02.01"}), (strings{"2025-2-1"}));
    EXPECT_EQ(understood({"29.02.24"}), (strings{"2024-2-29"}));
}

TEST(numeric_dates, prefer_the_order_without_dates_in_the_future)
{
    EXPECT_EQ(understood({"10/12/2026", "11/12/2026"}), (strings{"2026-10-12", "2026-11-12"}));
    EXPECT_EQ(understood({"12/10/2026", "12/11/2026"}), (strings{"2026-10-12", "2026-11-12"}));
}

TEST(numeric_dates, know_leap_days)
{
    EXPECT_EQ(understood({"02-29-24"}), (strings{"2024-2-29"}));
    EXPECT_EQ(understood({"02-29-25"}), (strings{"-"}));
    EXPECT_EQ(understood({"02-29-2000"}), (strings{"2000-2-29"}));
    EXPECT_EQ(understood({"29.02.2100"}), (strings{"-"}));
}

TEST(numeric_dates, read_years_in_every_width)
{
    EXPECT_EQ(understood({"07-19-70", "07-19-69", "07-19-125", "07-19-19125"}),
              (strings{"1970-7-19", "2069-7-19", "2025-7-19", "2025-7-19"}));
}

TEST(numeric_dates, read_a_line_that_contradicts_the_others_for_itself)
{
    EXPECT_EQ(understood({"07-19-25", "08-20-25", "21-09-25"}), (strings{"2025-7-19", "2025-8-20", "2025-9-21"}));
}

TEST(numeric_dates, make_nothing_of_what_is_no_date)
{
    EXPECT_EQ(understood({"", "1-2", "13-13-25", "00-00-00", "a-b-c", "1/2.3", "99999-1-1", "07-19-25-1"}),
              (strings{"-", "-", "-", "-", "-", "-", "-", "-"}));
}

TEST(numeric_dates, leave_times_that_are_not_theirs)
{
    numeric_dates reader{now};
    file_attributes attributes;
    attributes.modified = {sys_days{9999y / December / 31}, time_precision::day, time_source::listing};
    std::vector<directory_entry> entries;
    entries.emplace_back(file_name::make("x").value(), attributes);
    reader.settle(entries);
    EXPECT_EQ(entries[0].attributes, attributes);
}

}  // namespace
}  // namespace ftpfs::proto
