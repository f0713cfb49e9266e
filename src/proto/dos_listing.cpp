// DIR of MS-DOS as IIS and Windows CE write it: date, time, size or <DIR>, name.
#include "ftpfs/proto/list_time.hpp"

#include "listing_dialect.hpp"
#include "text.hpp"

#include <cstddef>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

// Takes a word and the spaces before it off `rest`.
std::string_view take_word(std::string_view& rest)
{
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    return word;
}

struct written_date {
    int first;
    int second;
    int third;
    char separator;
    bool year_first;
};

// Three numbers with one kind of separator: "07-19-25", "11-02-2025", "2025/07/19", "19.07.25".
std::optional<written_date> split_date(std::string_view word)
{
    const auto first = word.find_first_of("-/.");
    if (first == word.npos) {
        return std::nullopt;
    }
    const auto second = word.find(word[first], first + 1);
    if (second == word.npos) {
        return std::nullopt;
    }
    const auto a = number<int>(word.substr(0, first));
    const auto b = number<int>(word.substr(first + 1, second - first - 1));
    const auto c = number<int>(word.substr(second + 1));
    if (!a || !b || !c) {
        return std::nullopt;
    }
    return written_date{*a, *b, *c, word[first], first == 4};
}

class dos_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        auto rest = line;
        const auto date = split_date(take_word(rest));
        const auto time = date ? take_time(rest) : std::nullopt;
        const auto modified = time ? resolve(*date, *time) : std::nullopt;
        if (!modified || !(take_directory(rest, out) || take_size(rest, out))) {
            return line_verdict::unreadable;
        }
        out.attributes.modified = *modified;
        if (out.name.empty()) {
            return line_verdict::unreadable;
        }
        return out.name == "." || out.name == ".." ? line_verdict::skipped : line_verdict::entry;
    }

    // Month first is the rule, but one line with a first number above 12 shows that all lines have the day first.
    void settle(std::vector<directory_entry>& entries) override
    {
        if (!saw_day_first_ || saw_month_first_) {
            return;
        }
        for (auto& entry : entries) {
            auto& value = entry.attributes.modified.value;
            const auto midnight = floor<days>(value);
            const year_month_day date{midnight};
            const auto month_number = static_cast<unsigned>(date.month());
            const auto day_number = static_cast<unsigned>(date.day());
            if (day_number <= 12) {
                value = sys_days{date.year() / month{day_number} / day{month_number}} + (value - midnight);
            }
        }
    }

private:
    // "08:30AM", "20:30", "8:30 PM".
    static std::optional<time_of_day> take_time(std::string_view& rest)
    {
        const auto word = take_word(rest);
        auto behind = rest;
        const auto half = take_word(behind);
        if (is_digit(word.empty() ? 'x' : word.back()) && (same_word(half, "am") || same_word(half, "pm"))) {
            rest = behind;
            return parse_time_of_day(std::string{word} + std::string{half});
        }
        return parse_time_of_day(word);
    }

    std::optional<file_time> resolve(const written_date& date, const time_of_day& time)
    {
        if (date.year_first) {
            return list_time(date.first, date.second, date.third, time);
        }
        const auto year = full_year(date.third);
        if (!year) {
            return std::nullopt;
        }
        if (date.separator == '.') {
            return list_time(*year, date.second, date.first, time);
        }
        if (date.first > 12) {
            const auto day_first = list_time(*year, date.second, date.first, time);
            saw_day_first_ = saw_day_first_ || day_first.has_value();
            return day_first;
        }
        saw_month_first_ = saw_month_first_ || date.second > 12;
        return list_time(*year, date.first, date.second, time);
    }

    // "<DIR>" and ten spaces, or the name directly behind; "<JUNCTION>   data [D:\vol2]".
    static bool take_directory(std::string_view& rest, listing_line& out)
    {
        constexpr std::size_t column = 10;  // spaces between <DIR> and the name, IIS 4 to 10
        auto behind = rest;
        const auto word = take_word(behind);
        const bool is_link = same_word(word, "<JUNCTION>") || same_word(word, "<SYMLINKD>");
        const bool is_file_link = same_word(word, "<SYMLINK>");
        if (!is_link && !is_file_link && !same_word(word, "<DIR>")) {
            return false;
        }
        const auto spaces = std::min(behind.size(), behind.find_first_not_of(' '));
        behind.remove_prefix(spaces >= column ? column : spaces);
        if (is_link || is_file_link) {
            const auto target = behind.rfind(" [");
            behind = behind.ends_with(']') && target != behind.npos ? behind.substr(0, target) : behind;
        }
        out.attributes.kind = is_file_link ? file_kind::regular : file_kind::directory;
        out.name = behind;
        return true;
    }

    // The size, perhaps in groups of three digits, and one space before the name.
    static bool take_size(std::string_view& rest, listing_line& out)
    {
        auto behind = rest;
        const auto word = take_word(behind);
        std::uint64_t size = 0;
        for (const char c : word) {
            if (is_digit(c)) {
                if (size > 100'000'000'000'000'000U) {
                    return false;
                }
                size = size * 10 + static_cast<std::uint64_t>(c - '0');
            } else if (c != ',' && c != '.') {
                return false;
            }
        }
        if (word.empty() || !is_digit(word.front()) || !is_digit(word.back()) || behind.empty()) {
            return false;
        }
        out.attributes.kind = file_kind::regular;
        out.attributes.size = size;
        out.name = behind.substr(1);
        return true;
    }

    bool saw_day_first_ = false;    // a first number above 12
    bool saw_month_first_ = false;  // a second number above 12
};

}  // namespace

std::unique_ptr<listing_dialect> make_dos_listing(sys_seconds)
{
    return std::make_unique<dos_listing>();
}

}  // namespace ftpfs::proto
