#include "ftpfs/proto/time_reply.hpp"

#include "text.hpp"

#include <fmt/format.h>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

constexpr std::size_t without_seconds = 12;  // YYYYMMDDHHMM
constexpr std::size_t regular = 14;          // YYYYMMDDHHMMSS
constexpr std::size_t five_digit_year = 15;  // 19100MMDDHHMMSS

bool may_follow(std::string_view rest)
{
    return rest.empty() || rest[0] == '.' || rest[0] == ' ' || rest[0] == 'Z';
}

std::optional<file_time> from_digits(std::string_view digits)
{
    const auto take = [&](std::size_t count) {
        const auto value = number<int>(digits.substr(0, count)).value_or(-1);
        digits.remove_prefix(count);
        return value;
    };
    const bool has_seconds = digits.size() != without_seconds;
    const bool counts_from_1900 = digits.size() == five_digit_year;
    const int written = take(counts_from_1900 ? 5 : 4);
    if (counts_from_1900 && (written < 19'100 || written > 19'199)) {
        return std::nullopt;
    }
    const year_month_day date{year{counts_from_1900 ? written - 19'000 + 1900 : written},
                              month{static_cast<unsigned>(take(2))}, day{static_cast<unsigned>(take(2))}};
    const hours hour{take(2)};
    const minutes minute{take(2)};
    const seconds second{has_seconds ? take(2) : 0};
    if (!date.ok() || date.year() < 1970y || hour > 23h || minute > 59min || second > 60s) {
        return std::nullopt;
    }
    return file_time{sys_days{date} + hour + minute + second,
                     has_seconds ? time_precision::second : time_precision::minute, time_source::fact};
}

}  // namespace

std::optional<file_time> parse_time_value(std::string_view text)
{
    const auto digits = leading_digits(text);
    const bool plausible =
        digits.size() == regular || digits.size() == without_seconds || digits.size() == five_digit_year;
    if (!plausible || !may_follow(text.substr(digits.size()))) {
        return std::nullopt;
    }
    return from_digits(digits);
}

std::optional<std::string> format_time_value(std::chrono::sys_seconds time)
{
    const auto day = floor<days>(time);
    const year_month_day date{day};
    if (date.year() < 1970y || date.year() > 9999y) {
        return std::nullopt;
    }
    const hh_mm_ss clock{time - day};
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

std::optional<file_time> parse_time_reply(const reply& answer)
{
    if (answer.code != 213) {
        return std::nullopt;
    }
    std::string_view rest = answer.last_line();
    while (!rest.empty()) {
        rest.remove_prefix(std::min(rest.size(), rest.find_first_of("0123456789")));
        const auto digits = leading_digits(rest);
        if (digits.size() >= without_seconds) {
            return parse_time_value(rest);
        }
        rest.remove_prefix(digits.size());
    }
    return std::nullopt;
}

}  // namespace ftpfs::proto
