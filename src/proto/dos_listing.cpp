// DIR of MS-DOS as IIS and Windows CE write it: date, time, size or <DIR>, name.
#include "ftpfs/proto/list_time.hpp"

#include "listing_dialect.hpp"
#include "numeric_dates.hpp"
#include "text.hpp"

#include <cstddef>

namespace ftpfs::proto {
namespace {

using std::chrono::sys_seconds;

// Takes a word and the spaces before it off `rest`.
std::string_view take_word(std::string_view& rest)
{
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    return word;
}

class dos_listing final : public listing_dialect {
public:
    explicit dos_listing(sys_seconds now) : dates_{now} {}

    line_verdict read(std::string_view line, listing_line& out) override
    {
        if (is_heading(line)) {
            return line_verdict::skipped;
        }
        auto rest = line;
        const auto date = take_word(rest);
        const auto time = take_time(rest);
        if (!time || !(take_directory(rest, out) || take_size(rest, out)) || out.name.empty()) {
            return line_verdict::unreadable;
        }
        const auto modified = dates_.read(date, time);
        if (!modified) {
            return line_verdict::unreadable;
        }
        out.attributes.modified = *modified;
        return out.name == "." || out.name == ".." ? line_verdict::skipped : line_verdict::entry;
    }

    void settle(std::vector<directory_entry>& entries) override { dates_.settle(entries); }

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

    // What DIR itself writes around the files: " Volume in drive C is DATA", " Directory of C:\ftp",
    // "      12 File(s)    48,213 bytes".
    static bool is_heading(std::string_view line)
    {
        auto rest = line;
        const auto first = take_word(rest);
        const auto second = take_word(rest);
        return line.starts_with(" Volume in drive ") || line.starts_with(" Volume Serial Number ") ||
               line.starts_with(" Directory of ") ||
               (number<unsigned>(first) && (second == "File(s)" || second == "Dir(s)"));
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

    numeric_dates dates_;
};

}  // namespace

std::unique_ptr<listing_dialect> make_dos_listing(sys_seconds now)
{
    return std::make_unique<dos_listing>(now);
}

}  // namespace ftpfs::proto
