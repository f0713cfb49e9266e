// Guardian of HP NonStop (Tandem): name, "O" if it is open, code, end of file, date, time, owner, security. A
// subvolume has no directories.
#include "ftpfs/proto/list_time.hpp"

#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "text.hpp"

namespace ftpfs::proto {
namespace {

bool is_file_name(std::string_view word)
{
    constexpr std::size_t longest = 8;  // letters
    const auto is_letter = [](char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; };
    return !word.empty() && word.size() <= longest && is_letter(word[0]) &&
           std::ranges::all_of(word, [&](char c) { return is_letter(c) || is_digit(c); });
}

class nonstop_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        if (words[0] == "File" && words[1] == "Code" && words[2] == "EOF") {
            return line_verdict::skipped;
        }
        const std::size_t code = words[1] == "O" ? 2 : 1;
        const auto size = number<std::uint64_t>(words[code + 1]);
        const auto clock = parse_time_of_day(words[code + 3]);
        const bool has_owner = words[code + 4].find(',') != std::string_view::npos;
        if (!is_file_name(words[0]) || leading_digits(words[code]).empty() || !size || !clock || !has_owner) {
            return line_verdict::unreadable;
        }
        const auto modified = list_time_with_name(words[code + 2], clock);
        if (!modified) {
            return line_verdict::unreadable;
        }
        out.name = words[0];
        out.attributes.kind = file_kind::regular;
        out.attributes.size = size;
        out.attributes.modified = *modified;
        return line_verdict::entry;
    }
};

}  // namespace

std::unique_ptr<listing_dialect> make_nonstop_listing(std::chrono::sys_seconds)
{
    return std::make_unique<nonstop_listing>();
}

}  // namespace ftpfs::proto
