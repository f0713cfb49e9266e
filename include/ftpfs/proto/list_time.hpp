// Dates of LIST lines: without a year, with two digits, in a zone nobody names.
//
// Values are the server's wall clock read as if it were UTC; `now` is a parameter.
#pragma once

#include "ftpfs/core/attributes.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace ftpfs::proto {

struct time_of_day {
    int hour = 0;    // 0 to 24; 24:00 is the next midnight
    int minute = 0;  // 0 to 59
    int second = 0;  // 0 to 60
    bool has_seconds = false;
};

// A date with a year; nothing if there is no such day or it is before 1970. Precision day, minute or second,
// source listing.
std::optional<file_time> list_time(int year, int month, int day, std::optional<time_of_day> time);

// "Mar  4 09:17": the latest such moment that is not later than `now` plus a day (the server's clock may be ahead
// of ours, and its zone too). 29 February goes back to the last leap year.
std::optional<file_time> list_time_without_year(int month, int day, time_of_day time, std::chrono::sys_seconds now);

// "19-JUL-2025", "2-Jan-26", "Jul-19-2025".
std::optional<file_time> list_time_with_name(std::string_view date, std::optional<time_of_day> time);

// 70 to 99 are 19xx, 0 to 69 are 20xx, 100 to 199 count from 1900 and so do 19100 to 19199; four digits are
// themselves.
std::optional<int> full_year(int written) noexcept;

// "09:17", "9:17", "08.05", "08:30:11", "08:30AM", "12:05p", "24:00". 12 AM is 0 and 12 PM is 12.
std::optional<time_of_day> parse_time_of_day(std::string_view text) noexcept;

// 1 to 12 for a month's name or abbreviation, in the languages servers are seen to speak, as UTF-8 or in their
// 8-bit charset, with or without a trailing dot, in any case. Also "7月" and "7월" in any encoding.
std::optional<int> parse_month(std::string_view word) noexcept;

}  // namespace ftpfs::proto
