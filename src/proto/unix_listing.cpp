// `ls -l` and its imitations.
//
// Owners and groups may hold spaces, and the group or the link count may be missing, so fields are not counted
// from the left. The anchor is the size followed by a date; the name is everything behind the one space after it.
#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "ls_date.hpp"
#include "numeric_dates.hpp"
#include "text.hpp"

#include <array>
#include <cstddef>

namespace ftpfs::proto {
namespace {

using std::chrono::sys_seconds;

// --- mode -----------------------------------------------------------------------------------------------

std::optional<file_kind> kind_of(char type)
{
    switch (type) {
    case '-': return file_kind::regular;
    case 'd': return file_kind::directory;
    case 'l': return file_kind::symlink;
    case 'c': return file_kind::character_device;
    case 'b': return file_kind::block_device;
    case 'p': return file_kind::fifo;
    case 's': return file_kind::socket;
    case 'D':  // Solaris door
    case 'C':  // contiguous file
    case 'M':  // off-line
    case 'e':  // z/OS external link, to a data set
    case 'n':  // HP-UX network
    case 'w':  // BSD whiteout
    case '?': return file_kind::unknown;
    default: return std::nullopt;
    }
}

// "rwsr-x--t" as bits; nothing if a letter stands where it can't.
std::optional<std::uint16_t> mode_of(std::string_view letters)
{
    unsigned mode = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        const char letter = letters[i];
        const auto bit = 0400U >> i;
        const auto special = i % 3 == 2 ? 04000U >> (i / 3) : 0U;  // set-uid, set-gid, sticky
        if (letter == '-') {
            continue;
        }
        if (letter == "rwx"[i % 3]) {
            mode |= bit;
        } else if (special != 0 && (letter == 's' || letter == 't')) {
            mode |= bit | special;
        } else if (special != 0 && (letter == 'S' || letter == 'T' || letter == 'l' || letter == 'L')) {
            mode |= special;
        } else {
            return std::nullopt;
        }
    }
    return static_cast<std::uint16_t>(mode);
}

// "-rw-r--r--", perhaps with a mark for ACL ('+'), SELinux ('.') or extended attributes ('@') behind.
bool read_mode(std::string_view word, file_attributes& out)
{
    constexpr std::size_t plain = 10;
    if (word.size() < plain || word.size() > plain + 2) {
        return false;
    }
    const auto kind = kind_of(word[0]);
    const auto mode = kind ? mode_of(word.substr(1, 9)) : std::nullopt;
    if (!mode || word.substr(plain).find_first_not_of("+.@") != word.npos) {
        return false;
    }
    out.kind = *kind;
    out.mode = mode;
    return true;
}

// --- size -----------------------------------------------------------------------------------------------

bool is_device(file_kind kind)
{
    return kind == file_kind::character_device || kind == file_kind::block_device;
}

// "48213", "1,234,567", "4.0K". False if it is no size.
bool read_size(std::string_view word, file_attributes& out)
{
    if (!is_digit(word.empty() ? 'x' : word[0])) {
        return false;
    }
    if (const auto plain = number<std::uint64_t>(word)) {
        out.size = plain;
        return true;
    }
    constexpr std::string_view units = "KMGT";
    const auto unit = units.find(to_upper(word.back()));
    if (unit != units.npos) {
        double value = 0;
        const auto digits = word.substr(0, word.size() - 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || end != digits.data() + digits.size() || !(value >= 0 && value < 1e6)) {
            return false;
        }
        out.size = static_cast<std::uint64_t>(value * static_cast<double>(1ULL << (10 * (unit + 1))));
        out.size_is_exact = false;
        return true;
    }
    std::uint64_t value = 0;
    std::size_t group = 3;
    for (auto rest = word; !rest.empty();) {
        const auto digits = leading_digits(rest);
        const bool first = rest.size() == word.size();
        const auto part = number<std::uint64_t>(digits);
        if (!part || digits.size() > group || (!first && digits.size() != group) || value > 1'000'000'000'000'000U) {
            return false;
        }
        value = value * 1000 + *part;
        rest.remove_prefix(digits.size());
        if (!rest.empty()) {
            if ((rest[0] != ',' && rest[0] != '.') || rest.size() == 1) {
                return false;
            }
            rest.remove_prefix(1);
        }
    }
    out.size = value;
    return true;
}

// A size stands before word `date`, or "major, minor" of a device.
bool read_size_before(const line_words& words, std::size_t date, file_attributes& out)
{
    const auto word = words[date - 1];
    if (is_device(out.kind) && (word.find(',') != word.npos || words[date - 2].ends_with(','))) {
        return is_digit(word[0]);
    }
    return read_size(word, out);
}

// --- name -----------------------------------------------------------------------------------------------

// "name -> target". With several arrows a link's size, which is the length of its target, tells which one it is.
void split_link(listing_line& out)
{
    constexpr std::string_view arrow = " -> ";
    const auto name = out.name;
    auto at = name.find(arrow);
    if (at == name.npos) {
        return;
    }
    for (auto other = at; other != name.npos; other = name.find(arrow, other + 1)) {
        if (out.attributes.size == name.size() - other - arrow.size()) {
            at = other;
            break;
        }
    }
    out.name = name.substr(0, at);
    out.attributes.link_target = name.substr(at + arrow.size());
}

line_verdict accept(listing_line& out, bool is_external_link = false)
{
    if (out.name.empty()) {
        return line_verdict::unreadable;
    }
    auto& attributes = out.attributes;
    if (attributes.kind == file_kind::symlink) {
        split_link(out);
        attributes.size_is_exact = false;
    } else if (is_external_link) {
        split_link(out);  // the target is no path: nothing can follow it
        out.attributes.link_target.clear();
        attributes.size_is_exact = false;
    } else if (attributes.kind == file_kind::directory) {
        attributes.size.reset();
        attributes.size_is_exact = true;
    }
    const auto unpadded = trim(out.name, " ");
    return unpadded == "." || unpadded == ".." ? line_verdict::skipped : line_verdict::entry;
}

// "0100644   1001  1001   5120   1752913800   dump 1.bin": mode, uid, gid, size, seconds since 1970, name.
bool read_numeric(const line_words& words, listing_line& out)
{
    const auto mode = words[0].size() >= 5 && words[0].size() <= 7 ? number<unsigned>(words[0], 8) : std::nullopt;
    const auto size = number<std::uint64_t>(words[3]);
    const auto seconds = number<std::uint32_t>(words[4]);
    if (!mode || !size || !seconds || words.count < 6) {
        return false;
    }
    switch (*mode >> 12U) {
    case 004: out.attributes.kind = file_kind::directory; break;
    case 010: out.attributes.kind = file_kind::regular; break;
    case 012: out.attributes.kind = file_kind::symlink; break;
    default: return false;
    }
    out.attributes.mode = static_cast<std::uint16_t>(*mode & 07777U);
    out.attributes.size = size;
    out.attributes.modified = {sys_seconds{std::chrono::seconds{*seconds}}, time_precision::second, time_source::fact};
    out.name = trim(words.behind(4), " ");
    return true;
}

// --- the dialect ----------------------------------------------------------------------------------------

class unix_listing final : public listing_dialect {
public:
    explicit unix_listing(sys_seconds now) : now_{now}, dates_{now} {}

    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        if (!line.empty() && is_digit(line[0])) {
            return read_numeric(words, out) ? accept(out) : line_verdict::unreadable;
        }
        if (!read_mode(words[0], out.attributes)) {
            return line_verdict::unreadable;
        }
        for (std::size_t at = 2; at + 1 < words.count; ++at) {
            if (!is_digit(words[at - 1][0])) {
                continue;
            }
            auto date = ls_date_at(words, at, now_);
            if (!date) {
                date = numeric_date(words, at);
            }
            if (!date || !read_size_before(words, at, out.attributes)) {
                continue;
            }
            out.attributes.modified = date->time;
            out.name = words.behind(date->last_word, date->spaces);
            columns_of(date->time.precision).note(out.name);
            return accept(out, line[0] == 'e');
        }
        return line_verdict::unreadable;
    }

    // Some servers pad the column of times and years ("Nov 21  2025  name"). One leading space of a name is taken
    // for padding if all names behind dates of the same form have it, and there are at least two.
    void settle(std::vector<directory_entry>& entries) override
    {
        dates_.settle(entries);
        for (auto& entry : entries) {
            const std::string_view name = entry.name.str();
            if (columns_of(entry.attributes.modified.precision).is_padded() && name.starts_with(' ')) {
                if (auto shorter = file_name::make(name.substr(1))) {
                    entry.name = *std::move(shorter);
                }
            }
        }
    }

private:
    // "19.07.2025 22:05", "07/19/2025 22:05": numbers with dots or slashes and a time.
    std::optional<ls_date> numeric_date(const line_words& words, std::size_t at)
    {
        const auto word = words[at];
        const bool has_shape = word.size() >= 8 && word.size() <= 10 && is_digit(word[0]) && is_digit(word.back());
        if (!has_shape || word.find_first_of("./") == word.npos) {
            return std::nullopt;
        }
        const auto clock = parse_time_of_day(words[at + 1]);
        const auto time = clock ? dates_.read(word, clock) : std::nullopt;
        return time ? std::optional{ls_date{*time, at + 1}} : std::nullopt;
    }

    struct column {
        void note(std::string_view name)
        {
            ++lines;
            padded += static_cast<std::size_t>(name.starts_with(' '));
        }
        bool is_padded() const { return lines >= 2 && padded == lines; }

        std::size_t lines = 0;
        std::size_t padded = 0;
    };

    // Years (precision day), times (minute) and full times (second) have columns of different width.
    column& columns_of(time_precision precision) { return columns_[static_cast<std::size_t>(precision)]; }

    sys_seconds now_;
    numeric_dates dates_;
    std::array<column, 4> columns_;
};

}  // namespace

std::unique_ptr<listing_dialect> make_unix_listing(sys_seconds now)
{
    return std::make_unique<unix_listing>(now);
}

}  // namespace ftpfs::proto
