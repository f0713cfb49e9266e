// DIRECTORY of VMS: name with version, blocks, date, owner, protection. A long name stands in a line of its own, and
// the rest in the next one.
//
// The version is cut off, since without it VMS takes the highest; of several versions only the highest is listed. The
// `^` that escapes a character stays in the name, because the server wants it back. Sizes are blocks of 512 bytes, so
// upper bounds; the protection has four groups with a right to delete and is no mode.
#include "ftpfs/proto/list_time.hpp"

#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "text.hpp"

namespace ftpfs::proto {
namespace {

constexpr std::uint64_t block = 512;                       // bytes
constexpr std::uint64_t most_blocks = UINT64_C(1) << 40U;  // far above the largest VMS volume; keeps sizes in range

struct versioned_name {
    std::string_view name;
    unsigned version = 0;
    std::string_view rest;  // of the line
};

// "NOTES.TXT;3   14/16 …".
std::optional<versioned_name> split_name(std::string_view line)
{
    const auto is_free = [&](std::size_t i) { return i == 0 || line[i - 1] != '^'; };
    std::size_t end = 0;
    while (end < line.size() && !((line[end] == ';' || line[end] == ' ') && is_free(end))) {
        ++end;
    }
    if (end == 0 || end == line.size() || line[end] != ';') {
        return std::nullopt;
    }
    const auto digits = leading_digits(line.substr(end + 1));
    const auto rest = line.substr(end + 1 + digits.size());
    const auto version = number<unsigned>(digits);
    if (!version || !(rest.empty() || rest.starts_with(' '))) {
        return std::nullopt;
    }
    return versioned_name{line.substr(0, end), *version, rest};
}

// "14/16" (used/allocated) or "14".
std::optional<std::uint64_t> blocks_in(std::string_view word)
{
    const auto slash = word.find('/');
    const auto used = number<std::uint64_t>(word.substr(0, slash));
    const bool is_pair = slash != word.npos && number<std::uint64_t>(word.substr(slash + 1));
    return used && *used <= most_blocks && (slash == word.npos || is_pair) ? used : std::nullopt;
}

// Size and date, in any order, up to the owner. False if neither is there.
bool read_columns(std::string_view columns, file_attributes& out)
{
    const line_words words{columns};
    bool found = false;
    for (std::size_t i = 0; i < words.count && words[i][0] != '[' && words[i][0] != '('; ++i) {
        if (const auto blocks = blocks_in(words[i])) {
            if (out.kind == file_kind::regular) {
                out.size = *blocks * block;
                out.size_is_exact = false;
            }
            found = true;
            continue;
        }
        const auto clock = parse_time_of_day(words[i + 1]);
        if (const auto time = list_time_with_name(words[i], clock)) {
            out.modified = *time;
            found = true;
            i += clock ? 1U : 0U;
        } else {
            return false;
        }
    }
    return found;
}

class vms_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        if (line.starts_with(' ')) {
            return read_continuation(trim(line), out);
        }
        awaits_columns_ = false;
        if (const auto heading = heading_in(line); !heading.empty()) {
            // A second directory is none we asked for, and its files are not here.
            is_elsewhere_ = !directory_.empty() && directory_ != heading;
            directory_ = heading;
            return is_elsewhere_ ? line_verdict::unreadable : line_verdict::skipped;
        }
        if (line.starts_with("Total of ") || line.starts_with("Grand total of ")) {
            return line_verdict::skipped;
        }
        const auto found = is_elsewhere_ ? std::nullopt : split_name(line);
        return found ? read_named(*found, out) : line_verdict::unreadable;
    }

private:
    // "Directory DKA100:[STAFF.ALICE]", "[STAFF.ALICE]".
    static std::string_view heading_in(std::string_view line)
    {
        constexpr std::string_view word = "Directory ";
        const auto path = trim(line.starts_with(word) ? line.substr(word.size()) : line);
        const bool is_path = path.ends_with(']') && path.find('[') != path.npos && path.find(' ') == path.npos;
        return is_path && path.find(';') == path.npos ? path : std::string_view{};
    }

    line_verdict read_named(const versioned_name& found, listing_line& out)
    {
        const auto rest = trim(found.rest);
        set_name(found.name, out);
        // "%RMS-E-PRV, insufficient privilege": it exists, and that is all.
        if (!rest.empty() && !rest.starts_with('%') && !read_columns(rest, out.attributes)) {
            return line_verdict::unreadable;
        }
        const bool is_older = found.name == name_ && found.version < version_;
        awaits_columns_ = rest.empty();
        is_older_ = is_older;
        if (!is_older) {
            name_ = found.name;
            version_ = found.version;
        }
        return is_older || out.name.empty() ? line_verdict::skipped : line_verdict::entry;
    }

    // The columns of a name that is listed already: listed again, it replaces the first.
    line_verdict read_continuation(std::string_view columns, listing_line& out)
    {
        if (!name_.empty() && !awaits_columns_ && (columns.starts_with('[') || columns.starts_with('('))) {
            return line_verdict::skipped;
        }
        if (!awaits_columns_) {
            return line_verdict::unreadable;
        }
        awaits_columns_ = false;
        set_name(name_, out);
        if (!columns.starts_with('%') && !read_columns(columns, out.attributes)) {
            return line_verdict::unreadable;
        }
        return is_older_ || out.name.empty() ? line_verdict::skipped : line_verdict::entry;
    }

    static void set_name(std::string_view name, listing_line& out)
    {
        constexpr std::string_view directory = ".DIR";
        out.name = name;
        out.attributes.kind = file_kind::regular;
        if (name.size() > directory.size() && same_word(name.substr(name.size() - directory.size()), directory)) {
            out.name.remove_suffix(directory.size());
            out.attributes.kind = file_kind::directory;
        }
    }

    std::string directory_;        // of the heading
    bool is_elsewhere_ = false;    // behind the heading of another one
    std::string name_;             // of the line before
    unsigned version_ = 0;         // the highest of that name
    bool is_older_ = false;        // the line before was not the highest
    bool awaits_columns_ = false;  // the line before was a name only
};

}  // namespace

std::unique_ptr<listing_dialect> make_vms_listing(std::chrono::sys_seconds)
{
    return std::make_unique<vms_listing>();
}

}  // namespace ftpfs::proto
