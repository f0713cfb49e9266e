// VxWorks: size, date, time, three spaces, name, and "<DIR>" behind the name of a directory.
#include "ftpfs/proto/list_time.hpp"

#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "text.hpp"

namespace ftpfs::proto {
namespace {

bool is_heading(const line_words& words)
{
    return (words[0] == "size" && words[1] == "date" && words[2] == "time" && words[3] == "name") ||
           (words.count == 4 && words.line.find_first_not_of(" -") == std::string_view::npos);
}

class vxworks_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        if (is_heading(words)) {
            return line_verdict::skipped;
        }
        const auto size = number<std::uint64_t>(words[0]);
        const auto clock = parse_time_of_day(words[2]);
        const auto modified = size && clock ? list_time_with_name(words[1], clock) : std::nullopt;
        // "19-Jul-25" would be another's.
        if (!modified || is_digit(words[1][0]) || words.count < 4) {
            return line_verdict::unreadable;
        }
        constexpr std::string_view directory = " <DIR>";
        auto name = words.behind(2, 3);
        const bool is_directory = name.ends_with(directory);
        if (is_directory) {
            name.remove_suffix(directory.size());
        }
        // Names are padded, and can't end with a space on FAT.
        out.name = name.substr(0, name.find_last_not_of(' ') + 1);
        set_kind(out, is_directory, size);
        out.attributes.modified = *modified;
        return verdict_on(out.name);
    }
};

}  // namespace

std::unique_ptr<listing_dialect> make_vxworks_listing(std::chrono::sys_seconds)
{
    return std::make_unique<vxworks_listing>();
}

}  // namespace ftpfs::proto
