// VShell: size, "Jul 19, 2025", time, name, and a slash behind the name of a directory.
#include "ftpfs/proto/list_time.hpp"

#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "text.hpp"

namespace ftpfs::proto {
namespace {

class vshell_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        auto day_word = words[2];
        const bool has_comma = day_word.ends_with(',');
        day_word.remove_suffix(has_comma ? 1 : 0);
        const auto size = number<std::uint64_t>(words[0]);
        const auto month = has_comma ? parse_month(words[1]) : std::nullopt;
        const auto day = number<int>(day_word);
        const auto year = words[3].size() == 4 ? number<int>(words[3]) : std::nullopt;
        const auto clock = parse_time_of_day(words[4]);
        const auto modified =
            size && month && day && year && clock ? list_time(*year, *month, *day, clock) : std::nullopt;
        if (!modified || words.count < 6) {
            return line_verdict::unreadable;
        }
        out.name = words.behind(4, 2);
        const bool is_directory = out.name.ends_with('/');
        out.name.remove_suffix(is_directory ? 1 : 0);
        set_kind(out, is_directory, size);
        out.attributes.modified = *modified;
        return verdict_on(out.name);
    }
};

}  // namespace

std::unique_ptr<listing_dialect> make_vshell_listing(std::chrono::sys_seconds)
{
    return std::make_unique<vshell_listing>();
}

}  // namespace ftpfs::proto
