#include "ftpfs/proto/list_time.hpp"

#include "text.hpp"

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

// One or two digits at the start of `text`, taken off.
std::optional<int> take_number(std::string_view& text) noexcept
{
    const auto digits = leading_digits(text);
    if (digits.empty() || digits.size() > 2) {
        return std::nullopt;
    }
    text.remove_prefix(digits.size());
    return number<int>(digits);
}

// Takes ":05" or ".05" off.
std::optional<int> take_part(std::string_view& text) noexcept
{
    if (text.size() < 3 || (text[0] != ':' && text[0] != '.') || !is_digit(text[1]) || !is_digit(text[2])) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    return take_number(text);
}

// ".000000000" behind the seconds of a full ISO time.
void skip_fraction(std::string_view& text) noexcept
{
    if (text.starts_with('.')) {
        text.remove_prefix(1 + leading_digits(text.substr(1)).size());
    }
}

// Applies "AM", "pm", " a" to the hour; false if `text` is something else.
bool take_half_of_day(std::string_view text, int& hour) noexcept
{
    text = trim(text);
    if (text.empty()) {
        return true;
    }
    const bool am = same_word(text, "am") || same_word(text, "a");
    const bool pm = same_word(text, "pm") || same_word(text, "p");
    if ((!am && !pm) || hour < 1 || hour > 12) {
        return false;
    }
    hour = hour % 12 + (pm ? 12 : 0);
    return true;
}

}  // namespace

std::optional<file_time> list_time(int year_, int month_, int day_, std::optional<time_of_day> time)
{
    const year_month_day date{year{year_}, month{static_cast<unsigned>(month_)}, day{static_cast<unsigned>(day_)}};
    if (year_ < 1970 || year_ > 9999 || month_ < 1 || month_ > 12 || day_ < 1 || day_ > 31 || !date.ok()) {
        return std::nullopt;
    }
    file_time result{sys_days{date}, time_precision::day, time_source::listing};
    if (time) {
        result.value += hours{time->hour} + minutes{time->minute} + seconds{time->second};
        result.precision = time->has_seconds ? time_precision::second : time_precision::minute;
    }
    return result;
}

std::optional<file_time> list_time_without_year(int month, int day, time_of_day time, sys_seconds now)
{
    constexpr int longest_wait_for_leap_year = 8;  // years, around 2100
    const int next_year = static_cast<int>(year_month_day{floor<days>(now)}.year()) + 1;
    for (int year = next_year; year >= next_year - 1 - longest_wait_for_leap_year; --year) {
        const auto candidate = list_time(year, month, day, time);
        if (candidate && candidate->value <= now + hours{24}) {
            return candidate;
        }
    }
    return std::nullopt;
}

std::optional<file_time> list_time_with_name(std::string_view date, std::optional<time_of_day> time)
{
    const auto first_end = date.find('-');
    const auto second_end = date.rfind('-');
    if (first_end == second_end) {
        return std::nullopt;
    }
    const auto first = date.substr(0, first_end);
    const auto second = date.substr(first_end + 1, second_end - first_end - 1);
    const bool day_first = is_digit(first.empty() ? 'x' : first[0]);
    const auto day = number<int>(day_first ? first : second);
    const auto month = parse_month(day_first ? second : first);
    const auto written = number<int>(date.substr(second_end + 1));
    const auto year = written ? full_year(*written) : std::nullopt;
    return day && month && year ? list_time(*year, *month, *day, time) : std::nullopt;
}

std::optional<int> full_year(int written) noexcept
{
    if (written >= 0 && written < 70) {
        return 2000 + written;
    }
    if (written >= 70 && written < 200) {
        return 1900 + written;
    }
    if (written >= 1000 && written <= 9999) {
        return written;
    }
    if (written >= 19'100 && written < 19'200) {
        return 1900 + written - 19'000;
    }
    return std::nullopt;
}

std::optional<time_of_day> parse_time_of_day(std::string_view text) noexcept
{
    time_of_day time;
    const auto hour = take_number(text);
    const auto minute = take_part(text);
    if (!hour || !minute) {
        return std::nullopt;
    }
    time.hour = *hour;
    time.minute = *minute;
    if (const auto second = take_part(text)) {
        time.second = *second;
        time.has_seconds = true;
        skip_fraction(text);
    }
    if (!take_half_of_day(text, time.hour) || time.minute > 59 || time.second > 60) {
        return std::nullopt;
    }
    const bool is_midnight = time.hour == 24 && time.minute == 0 && time.second == 0;
    return time.hour < 24 || is_midnight ? std::optional{time} : std::nullopt;
}

}  // namespace ftpfs::proto
