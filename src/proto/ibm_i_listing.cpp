// IBM i (OS/400) with SITE LISTFMT 0: owner, size, date, time, type, name. A member has neither size nor date. The
// order of the date is that of the server's job.
#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "numeric_dates.hpp"
#include "text.hpp"

#include <array>

namespace ftpfs::proto {
namespace {

using std::chrono::sys_seconds;

struct object_type {
    std::string_view name;
    file_kind kind;
};

// Whatever else there is (*PGM, *SAVF, *STMF, *MEM …) has bytes and no entries. A *FILE holds members.
constexpr std::array object_types{object_type{"*DIR", file_kind::directory},
                                  object_type{"*DDIR", file_kind::directory},
                                  object_type{"*FLR", file_kind::directory},
                                  object_type{"*LIB", file_kind::directory},
                                  object_type{"*FILE", file_kind::directory},
                                  object_type{"*SYMLNK", file_kind::symlink},
                                  object_type{"*FIFO", file_kind::fifo},
                                  object_type{"*SOCKET", file_kind::socket},
                                  object_type{"*CHRSF", file_kind::character_device}};

std::optional<file_kind> kind_of(std::string_view type)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (type.size() < 3 || type[0] != '*' || type.substr(1).find_first_not_of(letters) != type.npos) {
        return std::nullopt;
    }
    const auto* const row = std::ranges::find(object_types, type, &object_type::name);
    return row == object_types.end() ? file_kind::regular : row->kind;
}

class ibm_i_listing final : public listing_dialect {
public:
    explicit ibm_i_listing(sys_seconds now) : dates_{now} {}

    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        const bool is_bare = words[1].starts_with('*');
        const std::size_t type = is_bare ? 1 : 4;
        const auto kind = line.starts_with(' ') ? std::nullopt : kind_of(words[type]);
        const auto size = number<std::uint64_t>(words[1]);
        if (!kind || words.count == type + 1 || !(is_bare || size)) {
            return line_verdict::unreadable;
        }
        out.attributes.kind = *kind;
        if (*kind == file_kind::regular && !is_bare) {
            out.attributes.size = size;
        }
        // The type has a column of 10 letters and a space.
        constexpr std::size_t column = 11;
        out.name = words.behind(type, column - std::min(column - 1, words[type].size()));
        if (*kind == file_kind::directory && out.name.ends_with('/')) {
            out.name.remove_suffix(1);
        }
        if (const auto verdict = place(words[type], out); verdict != line_verdict::entry || is_bare) {
            return verdict;
        }
        // A date that can't be read (*JUL has a day of the year) costs the time only.
        const auto clock = parse_time_of_day(words[3]);
        out.attributes.modified = clock ? dates_.read(words[2], clock).value_or(file_time{}) : file_time{};
        return line_verdict::entry;
    }

    void settle(std::vector<directory_entry>& entries) override { dates_.settle(entries); }

private:
    // The listing of a library has the members of its files too, as "ORDERS.FILE/JAN25.MBR": they are not here. That
    // of a file may write its own members the same way.
    line_verdict place(std::string_view type, listing_line& out)
    {
        if (type == "*FILE") {
            file_ = out.name;
        }
        const auto slash = type == "*MEM" ? out.name.rfind('/') : out.name.npos;
        if (slash != out.name.npos) {
            if (out.name.substr(0, slash) == file_) {
                return line_verdict::skipped;
            }
            out.name.remove_prefix(slash + 1);
        }
        return verdict_on(out.name);
    }

    numeric_dates dates_;
    std::string file_;  // the last *FILE
};

}  // namespace

std::unique_ptr<listing_dialect> make_ibm_i_listing(sys_seconds now)
{
    return std::make_unique<ibm_i_listing>(now);
}

}  // namespace ftpfs::proto
