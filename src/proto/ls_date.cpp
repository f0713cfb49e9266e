#include "ls_date.hpp"

#include "ftpfs/proto/list_time.hpp"

#include "text.hpp"

namespace ftpfs::proto {
namespace {

using std::chrono::sys_seconds;

// The number in "19", "19.", "19,", "19日" or "2025年" (whatever the encoding of the suffix).
std::optional<int> number_in(std::string_view word)
{
    const auto digits = leading_digits(word);
    const auto suffix = word.substr(digits.size());
    const bool marked =
        suffix == "." || suffix == "," || (suffix.size() <= 4 && !suffix.empty() && !is_ascii(suffix[0]));
    return suffix.empty() || marked ? number<int>(digits) : std::nullopt;
}

std::optional<int> day_in(std::string_view word)
{
    const auto day = number_in(word);
    return day && *day >= 1 && *day <= 31 ? day : std::nullopt;
}

std::optional<file_time> time_or_year(int month, int day, std::string_view word, sys_seconds now)
{
    if (const auto time = parse_time_of_day(word)) {
        return list_time_without_year(month, day, *time, now);
    }
    const auto written = number_in(word);
    const auto year = written && *written >= 1000 ? full_year(*written) : std::nullopt;
    return year ? list_time(*year, month, day, std::nullopt) : std::nullopt;
}

// "Mar  4 09:17", "19 Jul  2025", "19. Mär 2025", " 7月 19日 08:30".
std::optional<ls_date> named_month(const line_words& words, std::size_t at, sys_seconds now)
{
    auto day = day_in(words[at + 1]);
    auto month = day ? parse_month(words[at]) : std::nullopt;
    if (!month) {
        day = day_in(words[at]);
        month = day ? parse_month(words[at + 1]) : std::nullopt;
    }
    const auto time = month ? time_or_year(*month, *day, words[at + 2], now) : std::nullopt;
    if (!time) {
        return std::nullopt;
    }
    // FreeBSD's "Jul 19 08:30:11 2025": no server writes seconds without a year.
    const auto year = time->precision == time_precision::second ? number<int>(words[at + 3]) : std::nullopt;
    const auto full =
        year && *year >= 1970 ? list_time(*year, *month, *day, parse_time_of_day(words[at + 2])) : std::nullopt;
    return full ? ls_date{*full, at + 3} : ls_date{*time, at + 2};
}

// "+0200" in minutes east of Greenwich.
std::optional<int> zone_in(std::string_view word)
{
    const auto digits =
        word.size() == 5 && (word[0] == '+' || word[0] == '-') ? number<int>(word.substr(1)) : std::nullopt;
    if (!digits) {
        return std::nullopt;
    }
    const int minutes = *digits / 100 * 60 + *digits % 100;
    return word[0] == '-' ? -minutes : minutes;
}

// "2025-07-19 22:05", "2025-07-19 22:05:31.000000000 +0200".
std::optional<ls_date> iso_date(const line_words& words, std::size_t at)
{
    const auto date = words[at];
    if (date.size() != 10 || date[4] != date[7] || (date[4] != '-' && date[4] != '/')) {
        return std::nullopt;
    }
    const auto year = number<int>(date.substr(0, 4));
    const auto month = number<int>(date.substr(5, 2));
    const auto day = number<int>(date.substr(8, 2));
    const auto time_of_day = parse_time_of_day(words[at + 1]);
    auto time = year && month && day && time_of_day ? list_time(*year, *month, *day, time_of_day) : std::nullopt;
    if (!time) {
        return std::nullopt;
    }
    const bool is_full = words[at + 1].find('.') != std::string_view::npos && time_of_day->has_seconds;
    const auto zone = is_full ? zone_in(words[at + 2]) : std::nullopt;
    if (zone) {
        time->value -= std::chrono::minutes{*zone};
        time->source = time_source::fact;
    }
    return ls_date{*time, zone ? at + 2 : at + 1};
}

// --time-style=iso: "07-19 22:05", and without a time "2025-07-19 ", which is as wide and followed by one more space.
std::optional<ls_date> short_iso_date(const line_words& words, std::size_t at, sys_seconds now)
{
    const auto date = words[at];
    if (date.size() == 5 && date[2] == '-') {
        const auto month = number<int>(date.substr(0, 2));
        const auto day = number<int>(date.substr(3, 2));
        const auto clock = parse_time_of_day(words[at + 1]);
        const auto time = month && day && clock ? list_time_without_year(*month, *day, *clock, now) : std::nullopt;
        return time ? std::optional{ls_date{*time, at + 1}} : std::nullopt;
    }
    if (date.size() != 10 || date[4] != '-' || date[7] != '-') {
        return std::nullopt;
    }
    const auto year = number<int>(date.substr(0, 4));
    const auto month = number<int>(date.substr(5, 2));
    const auto day = number<int>(date.substr(8, 2));
    const auto time = year && month && day ? list_time(*year, *month, *day, std::nullopt) : std::nullopt;
    return time ? std::optional{ls_date{*time, at, 2}} : std::nullopt;
}

}  // namespace

std::optional<ls_date> ls_date_at(const line_words& words, std::size_t at, sys_seconds now)
{
    if (const auto date = named_month(words, at, now)) {
        return date;
    }
    const auto iso = iso_date(words, at);
    return iso ? iso : short_iso_date(words, at, now);
}

}  // namespace ftpfs::proto
