// OS/2: size, attributes, date, time, two spaces, name.
#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "numeric_dates.hpp"
#include "text.hpp"

namespace ftpfs::proto {
namespace {

using std::chrono::sys_seconds;

// Archive, read-only, hidden, system.
bool is_attributes(std::string_view word)
{
    return word.find_first_not_of("ARHS") == word.npos;
}

class os2_listing final : public listing_dialect {
public:
    explicit os2_listing(sys_seconds now) : dates_{now} {}

    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        const auto size = number<std::uint64_t>(words[0]);
        std::size_t date = 1;
        bool is_directory = false;
        for (; words[date] == "DIR" || (!words[date].empty() && is_attributes(words[date])); ++date) {
            is_directory = is_directory || words[date] == "DIR";
        }
        const auto clock = parse_time_of_day(words[date + 1]);
        if (!size || !clock || words.count < date + 3) {
            return line_verdict::unreadable;
        }
        const auto modified = dates_.read(words[date], clock);
        if (!modified) {
            return line_verdict::unreadable;
        }
        set_kind(out, is_directory, size);
        out.attributes.modified = *modified;
        out.name = words.behind(date + 1, 2);
        return out.name == "." || out.name == ".." ? line_verdict::skipped : line_verdict::entry;
    }

    void settle(std::vector<directory_entry>& entries) override { dates_.settle(entries); }

private:
    numeric_dates dates_;
};

}  // namespace

std::unique_ptr<listing_dialect> make_os2_listing(sys_seconds now)
{
    return std::make_unique<os2_listing>(now);
}

}  // namespace ftpfs::proto
