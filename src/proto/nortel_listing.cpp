// Nortel routers (WfFtp): name, size, "mm/dd/yy", the day of the week with a dot, time.
#include "ftpfs/proto/list_time.hpp"

#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "text.hpp"

#include <array>

namespace ftpfs::proto {
namespace {

bool is_weekday(std::string_view word)
{
    constexpr std::array<std::string_view, 7> days{"mon.", "tue.", "wed.", "thu.", "fri.", "sat.", "sun."};
    return std::ranges::any_of(days, [&](std::string_view day) { return same_word(word, day); });
}

// "07/19/25"; the vendor is American.
std::optional<file_time> date_in(std::string_view word, std::optional<time_of_day> time)
{
    if (word.size() != 8 || word[2] != '/' || word[5] != '/') {
        return std::nullopt;
    }
    const auto month = number<int>(word.substr(0, 2));
    const auto day = number<int>(word.substr(3, 2));
    const auto written = number<int>(word.substr(6, 2));
    const auto year = written ? full_year(*written) : std::nullopt;
    return year && month && day ? list_time(*year, *month, *day, time) : std::nullopt;
}

class nortel_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        if (words.count != 5 || line[0] == ' ' || !is_weekday(words[3])) {
            return line_verdict::unreadable;
        }
        const auto size = number<std::uint64_t>(words[1]);
        const auto clock = parse_time_of_day(words[4]);
        const auto modified = size && clock ? date_in(words[2], clock) : std::nullopt;
        if (!modified) {
            return line_verdict::unreadable;
        }
        out.name = words[0];
        out.attributes.kind = file_kind::regular;  // a volume of flash has no directories
        out.attributes.size = size;
        out.attributes.modified = *modified;
        return line_verdict::entry;
    }
};

}  // namespace

std::unique_ptr<listing_dialect> make_nortel_listing(std::chrono::sys_seconds)
{
    return std::make_unique<nortel_listing>();
}

}  // namespace ftpfs::proto
