// OS-9: owner "group.user", "yy/mm/dd", "hhmm", attributes, sector (hexadecimal), bytes, name.
#include "ftpfs/proto/list_time.hpp"

#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "text.hpp"

namespace ftpfs::proto {
namespace {

// "0.0", "7.12".
bool is_owner(std::string_view word)
{
    const auto dot = word.find('.');
    return dot != word.npos && number<unsigned>(word.substr(0, dot)) && number<unsigned>(word.substr(dot + 1));
}

std::optional<file_time> date_in(std::string_view date, std::string_view clock)
{
    if (date.size() != 8 || date[2] != '/' || date[5] != '/' || clock.size() != 4) {
        return std::nullopt;
    }
    const auto written = number<int>(date.substr(0, 2));
    const auto month = number<int>(date.substr(3, 2));
    const auto day = number<int>(date.substr(6, 2));
    const auto hour = number<int>(clock.substr(0, 2));
    const auto minute = number<int>(clock.substr(2, 2));
    const auto year = written ? full_year(*written) : std::nullopt;
    if (!year || !month || !day || !hour || !minute || *hour > 23 || *minute > 59) {
        return std::nullopt;
    }
    time_of_day time;
    time.hour = *hour;
    time.minute = *minute;
    return list_time(*year, *month, *day, time);
}

// "d-ewrewr": directory, sharable, then others' and the owner's execute, write, read.
std::optional<std::uint16_t> mode_of(std::string_view letters)
{
    constexpr std::string_view all = "dsewrewr";
    if (letters.size() != all.size()) {
        return std::nullopt;
    }
    unsigned mode = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (letters[i] != '-' && letters[i] != all[i]) {
            return std::nullopt;
        }
        if (letters[i] == '-' || i < 2) {
            continue;
        }
        const auto bit = all[i] == 'e' ? 1U : all[i] == 'w' ? 2U : 4U;
        mode |= i < 5 ? (bit | (bit << 3U)) : (bit << 6U);  // it has no group
    }
    return static_cast<std::uint16_t>(mode);
}

bool is_heading(const line_words& words)
{
    return (words[0] == "Directory" && words[1] == "of") || (words[0] == "Owner" && words[1] == "Last") ||
           (words.count >= 5 && words.line.find_first_not_of(" -") == std::string_view::npos);
}

class os9_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        if (is_heading(words)) {
            return line_verdict::skipped;
        }
        const auto modified = is_owner(words[0]) ? date_in(words[1], words[2]) : std::nullopt;
        const auto mode = modified ? mode_of(words[3]) : std::nullopt;
        const auto size = number<std::uint64_t>(words[5]);
        if (!mode || !size || !number<std::uint64_t>(words[4], 16) || words.count != 7) {
            return line_verdict::unreadable;
        }
        out.name = words[6];
        const bool is_directory = words[3][0] == 'd';
        set_kind(out, is_directory, size);
        out.attributes.mode = mode;
        out.attributes.modified = *modified;
        return out.name == "." || out.name == ".." ? line_verdict::skipped : line_verdict::entry;
    }
};

}  // namespace

std::unique_ptr<listing_dialect> make_os9_listing(std::chrono::sys_seconds)
{
    return std::make_unique<os9_listing>();
}

}  // namespace ftpfs::proto
