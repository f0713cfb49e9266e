#include "ftpfs/proto/listing_parser.hpp"

#include "ftpfs/core/log.hpp"

#include "listing_dialect.hpp"
#include "listing_message.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace ftpfs::proto {
namespace {

using std::chrono::sys_seconds;

struct dialect_row {
    dialect which;
    std::string_view name;
    std::unique_ptr<listing_dialect> (*make)(sys_seconds now);
    bool is_guessed;  // a candidate when the dialect is unknown
};

// Of equally good ones the first is chosen.
constexpr std::array dialects{dialect_row{dialect::unix_ls, "unix", make_unix_listing, true},
                              dialect_row{dialect::dos_dir, "dos", make_dos_listing, true},
                              dialect_row{dialect::netware, "netware", make_netware_listing, true},
                              dialect_row{dialect::eplf, "eplf", make_eplf_listing, true},
                              dialect_row{dialect::vms, "vms", make_vms_listing, true},
                              dialect_row{dialect::ibm_i, "ibm-i", make_ibm_i_listing, true},
                              dialect_row{dialect::zos, "zos", make_zos_listing, true},
                              dialect_row{dialect::os2, "os2", make_os2_listing, true},
                              dialect_row{dialect::vxworks, "vxworks", make_vxworks_listing, true},
                              dialect_row{dialect::nonstop, "nonstop", make_nonstop_listing, true},
                              dialect_row{dialect::nortel, "nortel", make_nortel_listing, true},
                              dialect_row{dialect::vshell, "vshell", make_vshell_listing, true},
                              dialect_row{dialect::os9, "os9", make_os9_listing, true},
                              dialect_row{dialect::cms, "cms", make_cms_listing, true},
                              dialect_row{dialect::names, "names", make_names_listing, false},
                              dialect_row{dialect::mlsd, "mlsd", make_mlsd_listing, false}};

const dialect_row& row_of(dialect which)
{
    return *std::ranges::find(dialects, which, &dialect_row::which);
}

}  // namespace

std::string_view to_string(dialect which) noexcept
{
    const auto* const row = std::ranges::find(dialects, which, &dialect_row::which);
    return row == dialects.end() ? "unknown" : row->name;
}

// --- collecting entries of one dialect ------------------------------------------------------------------

struct listing_parser::state {
    state(dialect known_, sys_seconds now_) : known{known_}, now{now_}
    {
        if (known == dialect::mlsd) {
            pin(row_of(known));
        }
    }

    void pin(const dialect_row& row)
    {
        reader = row.make(now);
        listing.used = row.which;
    }

    void take_line(std::string_view line)
    {
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (is_first_line) {
            is_first_line = false;
            constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
            line.remove_prefix(line.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
        }
        if (line.empty()) {
            return;
        }
        if (reader) {
            read(line);
            return;
        }
        undecided.emplace_back(line);
        if (undecided.size() == lines_to_decide_by) {
            decide();
        }
    }

    void read(std::string_view line)
    {
        listing_line found;
        switch (reader->read(line, found)) {
        case line_verdict::entry:
            give_up_unread();
            add(line, found);
            break;
        case line_verdict::skipped: break;
        case line_verdict::unreadable: set_aside(line); break;
        }
    }

    // Lines that the reader does not understand, one after the other: perhaps another dialect begins with them.
    void set_aside(std::string_view line)
    {
        unread.emplace_back(line);
        if (unread.size() == lines_to_decide_by) {
            open_again();
        }
    }

    void give_up_unread()
    {
        for (const auto& line : unread) {
            note_unread(line);
        }
        unread.clear();
    }

    // The choice of a dialect, opened again by lines that don't fit. Another one must read most of them, and not just a
    // few: a listing's last words, say.
    void open_again()
    {
        constexpr std::size_t fewest = 5;
        const auto* const row = listing.used == dialect::mlsd ? nullptr : best(unread);
        if (row == nullptr || row->which == listing.used || unread.size() < fewest ||
            2 * entries_by(*row, unread) <= unread.size()) {
            give_up_unread();
            return;
        }
        reader->settle(listing.entries);
        std::ranges::move(listing.entries, std::back_inserter(settled));
        listing.entries.clear();
        pin(*row);
        for (const auto& line : std::exchange(unread, {})) {
            read(line);
        }
    }

    std::size_t entries_by(const dialect_row& row, const std::vector<std::string>& lines) const
    {
        return count(row, lines, [](line_verdict verdict) { return verdict == line_verdict::entry; });
    }

    std::size_t understood_by(const dialect_row& row, const std::vector<std::string>& lines) const
    {
        return count(row, lines, [](line_verdict verdict) { return verdict != line_verdict::unreadable; });
    }

    template <class Wanted>
    std::size_t count(const dialect_row& row, const std::vector<std::string>& lines, Wanted wanted) const
    {
        const auto candidate = row.make(now);
        return static_cast<std::size_t>(std::ranges::count_if(lines, [&](const std::string& line) {
            listing_line found;
            return wanted(candidate->read(line, found));
        }));
    }

    void add(std::string_view line, listing_line& found)
    {
        auto name = file_name::make(found.name);
        if (!name) {
            note_unreadable(line);
        } else if (settled.size() + listing.entries.size() >= most_entries) {
            listing.complete = false;
        } else {
            listing.entries.emplace_back(*std::move(name), std::move(found.attributes));
        }
    }

    // A line in no dialect: a heading, an error message that came as data, or unreadable.
    void note_unread(std::string_view line)
    {
        const auto kind = message_in(line);
        if (kind == message_kind::nothing_here || is_total(line)) {
            return;
        }
        not_found = not_found || kind == message_kind::missing;
        permission_denied = permission_denied || kind == message_kind::denied;
        note_unreadable(line);
    }

    void note_unreadable(std::string_view line)
    {
        constexpr std::size_t sample = 200;  // bytes: recognisable, and short enough for a log line
        if (listing.unreadable++ == 0) {
            listing.first_unreadable = printable(line.substr(0, sample), sample);
        }
        listing.complete = false;
    }

    // The dialect that reads most of the lines; none if none reads any.
    const dialect_row* best(const std::vector<std::string>& lines) const
    {
        const dialect_row* winner = nullptr;
        std::size_t best_score = 0;
        for (const auto& row : dialects) {
            if (!row.is_guessed) {
                continue;
            }
            const auto understood = understood_by(row, lines);
            // A remembered dialect wins a draw.
            const auto score = understood == 0 ? 0 : 2 * understood + (row.which == known ? 1 : 0);
            if (score > best_score) {
                winner = &row;
                best_score = score;
            }
        }
        return winner;
    }

    // Where no dialect reads a line, and each can be a name.
    bool are_names(const std::vector<std::string>& lines) const
    {
        return !lines.empty() && std::ranges::all_of(lines, is_bare_name);
    }

    void decide()
    {
        const auto* winner = best(undecided);
        if (winner == nullptr && are_names(undecided)) {
            winner = &row_of(dialect::names);
        }
        if (winner != nullptr) {
            pin(*winner);
        }
        for (const auto& line : std::exchange(undecided, {})) {
            if (winner != nullptr) {
                read(line);
            } else {
                note_unread(line);
            }
        }
    }

    // Of equal names the last one counts, in the place of the first. Sorted by hash and then by name, so that no
    // choice of names makes it slow.
    void drop_duplicates()
    {
        struct key {
            std::size_t hash;
            std::size_t index;
        };
        auto& entries = listing.entries;
        std::vector<key> keys;
        keys.reserve(entries.size());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            keys.push_back({std::hash<file_name>{}(entries[i].name), i});
        }
        std::ranges::sort(keys, [&](const key& a, const key& b) {
            if (a.hash != b.hash) {
                return a.hash < b.hash;
            }
            const auto order = entries[a.index].name.str().compare(entries[b.index].name.str());
            return order != 0 ? order < 0 : a.index < b.index;
        });
        std::vector<bool> drop(entries.size(), false);
        bool any = false;
        for (auto first = keys.begin(); first != keys.end();) {
            const auto is_other = [&](const key& k) { return entries[k.index].name != entries[first->index].name; };
            const auto end = std::find_if(first + 1, keys.end(), is_other);
            if (end - first > 1) {
                entries[first->index] = entries[(end - 1)->index];
                std::for_each(first + 1, end, [&](const key& k) { drop[k.index] = true; });
                any = true;
            }
            first = end;
        }
        if (!any) {
            return;
        }
        std::vector<directory_entry> kept;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (!drop[i]) {
                kept.push_back(std::move(entries[i]));
            }
        }
        entries = std::move(kept);
    }

    parsed_listing finish()
    {
        decide();
        while (!unread.empty()) {
            open_again();
        }
        if (reader) {
            reader->settle(listing.entries);
        }
        if (!settled.empty()) {
            std::ranges::move(listing.entries, std::back_inserter(settled));
            listing.entries = std::move(settled);
        }
        drop_duplicates();
        const bool empty = listing.entries.empty();
        listing.not_found = empty && not_found;
        listing.permission_denied = empty && permission_denied && !not_found;
        return std::move(listing);
    }

    dialect known;
    sys_seconds now;
    std::unique_ptr<listing_dialect> reader;  // once decided
    std::vector<std::string> undecided;
    std::vector<std::string> unread;       // lines in a row that the reader does not understand
    std::vector<directory_entry> settled;  // read in dialects that then stopped fitting
    std::string partial;                   // a line whose end has not come
    bool is_overlong = false;              // the rest of the line is being skipped
    bool is_first_line = true;
    bool not_found = false;
    bool permission_denied = false;
    parsed_listing listing;
};

// --- bytes to lines -------------------------------------------------------------------------------------

listing_parser::listing_parser(dialect known, sys_seconds now) : state_{std::make_unique<state>(known, now)} {}

listing_parser::listing_parser(listing_parser&&) noexcept = default;
listing_parser& listing_parser::operator=(listing_parser&&) noexcept = default;
listing_parser::~listing_parser() = default;

void listing_parser::feed(std::string_view bytes)
{
    auto& partial = state_->partial;
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto piece = bytes.substr(0, end);
        const bool is_complete = end != bytes.npos;
        bytes.remove_prefix(piece.size() + (is_complete ? 1 : 0));
        if (!state_->is_overlong && partial.size() + piece.size() > longest_line) {
            state_->is_overlong = true;
            partial += piece.substr(0, longest_line - partial.size());
            state_->note_unreadable(partial);
            partial.clear();
        }
        if (state_->is_overlong) {
            state_->is_overlong = !is_complete;
            state_->is_first_line = false;
        } else if (!is_complete) {
            partial += piece;
        } else if (partial.empty()) {
            state_->take_line(piece);
        } else {
            partial += piece;
            state_->take_line(partial);
            partial.clear();
        }
    }
}

parsed_listing listing_parser::finish()
{
    if (!state_->partial.empty()) {
        state_->take_line(state_->partial);
    }
    auto listing = state_->finish();
    state_ = std::make_unique<state>(state_->known, state_->now);
    return listing;
}

}  // namespace ftpfs::proto
