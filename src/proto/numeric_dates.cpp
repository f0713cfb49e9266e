#include "numeric_dates.hpp"

#include "text.hpp"

#include <utility>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

// In the order in which they are preferred where all are possible.
enum class date_order : std::uint8_t { month_day_year, day_month_year, year_month_day };

constexpr std::array orders{date_order::month_day_year, date_order::day_month_year, date_order::year_month_day};

struct written_date {
    int first;
    int second;
    int third;
    bool has_dots;
};

constexpr int most_first = 9999;
constexpr int most_second = 99;
constexpr int most_third = 19'999;  // "19125" is a way to write 2025

std::optional<written_date> split(std::string_view word)
{
    const auto first = word.find_first_of("-/.");
    const auto second = first == word.npos ? first : word.find(word[first], first + 1);
    if (second == word.npos) {
        return std::nullopt;
    }
    const auto a = number<int>(word.substr(0, first));
    const auto b = number<int>(word.substr(first + 1, second - first - 1));
    const auto c = number<int>(word.substr(second + 1));
    if (!a || !b || !c || *a > most_first || *b > most_second || *c > most_third) {
        return std::nullopt;
    }
    return written_date{*a, *b, *c, word[first] == '.'};
}

std::optional<sys_seconds> midnight(const written_date& date, date_order order)
{
    const bool year_first = order == date_order::year_month_day;
    const auto year = full_year(year_first ? date.first : date.third);
    // Dots are written by those who put the day or the year first.
    if (!year || (order == date_order::month_day_year && date.has_dots)) {
        return std::nullopt;
    }
    const int month = order == date_order::month_day_year ? date.first : date.second;
    const int day = year_first ? date.third : order == date_order::month_day_year ? date.second : date.first;
    const auto time = list_time(*year, month, day, std::nullopt);
    return time ? std::optional{time->value} : std::nullopt;
}

// The numbers as written, in the place of the day, so that settle() can read them again. The time of day may be
// 24:00, so days are counted in twos.
constexpr days pack(const written_date& date)
{
    const auto numbers = (date.first * std::int64_t{most_second + 1} + date.second) * (most_third + 1) + date.third;
    return days{(numbers * 2 + (date.has_dots ? 1 : 0)) * 2};
}

// No year of four digits comes near: a possible date has a month and a day.
constexpr std::int64_t first_packed = std::int64_t{most_second + 2} * (most_third + 1) * 4;

written_date unpack(std::int64_t packed)
{
    const auto numbers = packed / 4;
    const auto front = numbers / (most_third + 1);
    return {static_cast<int>(front / (most_second + 1)), static_cast<int>(front % (most_second + 1)),
            static_cast<int>(numbers % (most_third + 1)), packed / 2 % 2 == 1};
}

}  // namespace

std::optional<file_time> numeric_dates::read(std::string_view word, std::optional<time_of_day> time)
{
    const auto date = split(word);
    if (!date) {
        return std::nullopt;
    }
    bool possible = false;
    for (std::size_t i = 0; i < order_count; ++i) {
        const auto day = midnight(*date, orders[i]);
        possible = possible || day;
        impossible_[i] += day ? 0U : 1U;
        future_[i] += day && *day > now_ + days{1} ? 1U : 0U;
    }
    auto result = possible ? list_time(1970, 1, 1, time) : std::nullopt;
    if (result) {
        result->value += pack(*date);
    }
    return result;
}

void numeric_dates::settle(std::vector<directory_entry>& entries) const
{
    std::size_t best = 0;
    for (std::size_t i = 1; i < order_count; ++i) {
        if (std::pair{impossible_[i], future_[i]} < std::pair{impossible_[best], future_[best]}) {
            best = i;
        }
    }
    for (auto& entry : entries) {
        auto& time = entry.attributes.modified;
        if (time.precision == time_precision::unknown) {
            continue;
        }
        const auto packed = floor<days>(time.value).time_since_epoch().count();
        if (packed < first_packed) {
            continue;
        }
        const auto clock = time.value - sys_days{days{packed / 2 * 2}};
        const auto date = unpack(packed);
        auto day = midnight(date, orders[best]);
        // A line that contradicts the others is read for itself.
        for (std::size_t i = 0; i < order_count && !day; ++i) {
            day = midnight(date, orders[i]);
        }
        time.value = day.value_or(sys_seconds{}) + clock;
    }
}

}  // namespace ftpfs::proto
