// z/OS (MVS): data sets, and members of a partitioned data set. (UNIX files there are listed as by `ls`, jobs of JES
// are no files and in no dialect.)
//
// The date of a data set is that of the last reference, which every read changes, so it is not taken for the time of
// modification. Sizes are tracks or records: an upper bound where the unit tells how long a track is, else unknown.
#include "ftpfs/proto/list_time.hpp"

#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "text.hpp"

#include <array>

namespace ftpfs::proto {
namespace {

constexpr std::size_t longest_data_set = 44;  // letters, and of a member 8
constexpr std::size_t longest_member = 8;

bool is_name(std::string_view word, std::size_t longest, std::string_view more)
{
    const auto is_letter = [&](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || more.find(c) != more.npos; };
    return !word.empty() && word.size() <= longest && !is_digit(word[0]) && std::ranges::all_of(word, is_letter);
}

bool is_data_set(std::string_view word)
{
    return is_name(word, longest_data_set, "$#@-.");
}

bool is_member(std::string_view word)
{
    return is_name(word, longest_member, "$#@");
}

// "2025/07/19".
std::optional<file_time> date_in(std::string_view word, std::optional<time_of_day> time)
{
    if (word.size() != 10 || word[4] != '/' || word[7] != '/') {
        return std::nullopt;
    }
    const auto year = number<int>(word.substr(0, 4));
    const auto month = number<int>(word.substr(5, 2));
    const auto day = number<int>(word.substr(8, 2));
    return year && month && day ? list_time(*year, *month, *day, time) : std::nullopt;
}

// Bytes of a track.
std::optional<std::uint64_t> track_of(std::string_view unit)
{
    return unit == "3390"   ? std::optional<std::uint64_t>{56'664}
           : unit == "3380" ? std::optional<std::uint64_t>{47'476}
                            : std::nullopt;
}

struct bare_row {
    std::string_view words;  // between the volume, if there is one, and the name
    file_kind kind;
};

// Rows that have a name and little else. What is behind it is known when the data set is opened.
constexpr std::array bare_rows{bare_row{"Migrated", file_kind::unknown},
                               bare_row{"Tape", file_kind::unknown},
                               bare_row{"VSAM", file_kind::unknown},
                               bare_row{"Pseudo Directory", file_kind::directory},
                               bare_row{"Not Mounted", file_kind::unknown},
                               bare_row{"Not Direct Access Device", file_kind::unknown},
                               bare_row{"Error determining attributes", file_kind::unknown}};

class zos_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        if (is_heading(words)) {
            return line_verdict::skipped;
        }
        const bool found = table_ == table::load_modules
                               ? read_load_module(words, out)
                               : read_data_set(words, out) || read_bare(words, out) || read_member(words, out);
        return found ? line_verdict::entry : line_verdict::unreadable;
    }

private:
    enum class table : std::uint8_t { data_sets, members, load_modules };

    bool is_heading(const line_words& words)
    {
        if (words[0] == "Volume" && words[1] == "Unit") {
            table_ = table::data_sets;
        } else if (words[0] == "Name" && words[1] == "VV.MM") {
            table_ = table::members;
        } else if (words[0] == "Name" && words[1] == "Size" && words[2] == "TTR") {
            table_ = table::load_modules;
        } else {
            return false;
        }
        return true;
    }

    // Volume, unit, date, extents, tracks, format, record length, block size, organisation, name. Extents and
    // tracks may touch ("1+++++").
    static bool read_data_set(const line_words& words, listing_line& out)
    {
        const auto n = words.count;
        if (n < 9 || n > 10 || !is_data_set(words[n - 1]) || !number<unsigned>(words[n - 3]) ||
            !number<unsigned>(words[n - 4]) || !(date_in(words[2], std::nullopt) || words[2] == "**NONE**")) {
            return false;
        }
        const auto organisation = words[n - 2];
        const bool is_partitioned = organisation.starts_with("PO");
        if (!is_partitioned && !organisation.starts_with("PS") && !organisation.starts_with("DA")) {
            return false;
        }
        out.name = words[n - 1];
        out.attributes.kind = is_partitioned ? file_kind::directory : file_kind::regular;
        const auto tracks = n == 10 ? number<std::uint32_t>(words[4]) : std::nullopt;
        const auto track = track_of(words[1]);
        if (!is_partitioned && tracks && track) {
            out.attributes.size = *tracks * *track;
            out.attributes.size_is_exact = false;
        }
        return true;
    }

    // "Migrated   OLD.BACKUP", "TAPE77 Tape  ARCH.Y2019", "PRD016 3390  VSAM  CUST.KSDS".
    static bool read_bare(const line_words& words, listing_line& out)
    {
        if (words.count < 2 || !is_data_set(words[words.count - 1])) {
            return false;
        }
        for (std::size_t first = 0; first < 3 && first + 1 < words.count; ++first) {
            const auto last = words[words.count - 1].size();
            const auto rest = words.from(first);
            const auto text = trim(rest.substr(0, trim(rest).size() - last));
            const auto* const row = std::ranges::find(bare_rows, text, &bare_row::words);
            if (row != bare_rows.end()) {
                out.name = words[words.count - 1];
                out.attributes.kind = row->kind;
                return true;
            }
        }
        return false;
    }

    // "PAYROLL1  01.07 2024/03/11 2025/07/19 08:30   214   198     9 ALICE", or "NOSTATS" and nothing else.
    bool read_member(const line_words& words, listing_line& out) const
    {
        if (!is_member(words[0])) {
            return false;
        }
        out.name = words[0];
        out.attributes.kind = file_kind::regular;
        if (words.count == 1) {
            return table_ == table::members;
        }
        const auto clock = parse_time_of_day(words[4]);
        const auto changed = date_in(words[3], clock);
        if (!clock || !changed || !date_in(words[2], std::nullopt) || words[1].size() != 5 || words[1][2] != '.') {
            return false;
        }
        out.attributes.modified = *changed;
        return true;
    }

    // "CALCMOD   0000A4C0 00021F  00 FO …": the size is what it takes in memory.
    static bool read_load_module(const line_words& words, listing_line& out)
    {
        if (!is_member(words[0]) || !number<std::uint32_t>(words[1], 16) || !number<std::uint32_t>(words[2], 16)) {
            return false;
        }
        out.name = words[0];
        out.attributes.kind = file_kind::regular;
        return true;
    }

    table table_ = table::data_sets;
};

}  // namespace

std::unique_ptr<listing_dialect> make_zos_listing(std::chrono::sys_seconds)
{
    return std::make_unique<zos_listing>();
}

}  // namespace ftpfs::proto
