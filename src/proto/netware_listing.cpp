// NetWare: kind, rights in brackets, owner, size, the date of `ls`, name. The rights are those of the trustee, not
// permission bits, so the mode stays unknown.
#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "ls_date.hpp"
#include "text.hpp"

namespace ftpfs::proto {
namespace {

using std::chrono::sys_seconds;

// "[RWCEAFMS]", "[R----F--]".
bool is_rights(std::string_view word)
{
    constexpr std::string_view letters = "SRWCEMFA-";
    return word.size() >= 3 && word.starts_with('[') && word.ends_with(']') &&
           word.substr(1, word.size() - 2).find_first_not_of(letters) == word.npos;
}

class netware_listing final : public listing_dialect {
public:
    explicit netware_listing(sys_seconds now) : now_{now} {}

    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        // Some write "d[RWCEAFMS]" in one word.
        const bool is_apart = words[0].size() == 1;
        if (!(line.starts_with('d') || line.starts_with('-')) || !is_rights(is_apart ? words[1] : words[0].substr(1))) {
            return line_verdict::unreadable;
        }
        out.attributes.kind = line[0] == 'd' ? file_kind::directory : file_kind::regular;
        for (std::size_t at = is_apart ? 4 : 3; at + 1 < words.count; ++at) {
            const auto size = number<std::uint64_t>(words[at - 1]);
            const auto date = size ? ls_date_at(words, at, now_) : std::nullopt;
            if (!date) {
                continue;
            }
            if (out.attributes.kind == file_kind::regular) {
                out.attributes.size = size;
            }
            out.attributes.modified = date->time;
            // Names stand in a column of their own and don't begin with spaces.
            out.name = words.behind(date->last_word, line.size());
            return verdict_on(out.name);
        }
        return line_verdict::unreadable;
    }

private:
    sys_seconds now_;
};

}  // namespace

std::unique_ptr<listing_dialect> make_netware_listing(sys_seconds now)
{
    return std::make_unique<netware_listing>(now);
}

}  // namespace ftpfs::proto
