// How directories are listed, and what the names and times in them are like.
#include "ftpfs/core/utf8.hpp"
#include "ftpfs/proto/charset_guess.hpp"
#include "ftpfs/proto/listing_parser.hpp"
#include "ftpfs/proto/server_words.hpp"
#include "probe_steps.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace ftpfs::ftp {
namespace {

using enum probe_outcome;
using proto::dialect;

// Enough to judge by; the rest of a huge directory is dropped.
constexpr std::size_t kept = std::size_t{1} << 20;

std::chrono::sys_seconds now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

struct trial {
    trial() = default;

    std::optional<proto::parsed_listing> listing;  // absent: refused
    std::string bytes;
    std::string words;  // of the refusal
};

proto::parsed_listing parse(std::string_view bytes, dialect known)
{
    proto::listing_parser parser{known, now()};
    parser.feed(bytes);
    return parser.finish();
}

awaitable<trial> list(probe_context& with, std::string_view command, dialect known)
{
    trial made;
    std::vector<proto::command> commands(1, proto::command::bare(command));
    auto done = co_await with.transfer(*with.way, std::move(commands), kept);
    if (!done) {
        made.words = to_string(done.error());
    } else if (done->verdict.is_negative()) {
        made.words = done->verdict.as_failure().detail;
    } else {
        if (done->received > kept) {  // the last line is cut
            done->bytes.resize(done->bytes.rfind('\n') + 1);
        }
        made.listing = parse(done->bytes, known);
        made.bytes = std::move(done->bytes);
    }
    co_return made;
}

std::string_view kind_words(file_kind kind)
{
    switch (kind) {
    case file_kind::regular: return "file";
    case file_kind::directory: return "directory";
    case file_kind::symlink: return "link";
    case file_kind::unknown: return "of unknown kind";
    default: return "special file";
    }
}

std::string time_words(const file_time& time)
{
    const auto zone = time.source == time_source::fact ? " UTC" : "";
    switch (time.precision) {
    case time_precision::second: return fmt::format(", {:%Y-%m-%d %H:%M:%S}{}", time.value, zone);
    case time_precision::minute: return fmt::format(", {:%Y-%m-%d %H:%M}{}", time.value, zone);
    case time_precision::day: return fmt::format(", {:%Y-%m-%d}", time.value);
    case time_precision::unknown: break;
    }
    return ", no time";
}

std::string entry_words(const directory_entry& entry)
{
    const auto& about = entry.attributes;
    return fmt::format("\"{}\", {}{}{}{}", entry.name.str(), kind_words(about.kind),
                       about.size ? fmt::format(", {} bytes", *about.size) : "", time_words(about.modified),
                       about.mode ? fmt::format(", mode {:03o}", *about.mode) : "");
}

// The first line that is a file, else the first that is an entry, and how it was read.
std::string sample(const std::string& bytes, dialect used)
{
    std::string first;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto end = std::min(bytes.find('\n', at), bytes.size());
        const auto line = std::string_view{bytes}.substr(at, end - at);
        at = end + 1;
        const auto read = parse(std::string{line} + "\n", used);
        if (read.entries.size() != 1) {
            continue;
        }
        const auto words = fmt::format("; the line \"{}\" is read as {}",
                                       line.substr(0, line.find_last_not_of('\r') + 1), entry_words(read.entries[0]));
        if (read.entries[0].attributes.kind == file_kind::regular) {
            return words;
        }
        first = first.empty() ? words : first;
    }
    return first;
}

bool is_dot_file(const directory_entry& entry)
{
    return entry.name.str().starts_with('.');
}

std::size_t dot_files(const std::optional<proto::parsed_listing>& listing)
{
    return listing ? static_cast<std::size_t>(std::ranges::count_if(listing->entries, is_dot_file)) : 0;
}

// Tells what a listing is like; works if all of it was understood.
support judge(probe_context& with, std::string name, const trial& made, probe_context::clock::duration took)
{
    if (!made.listing) {
        with.tell(std::move(name), bad, made.words, took);
        return support::refused;
    }
    const auto& read = *made.listing;
    if (read.unreadable > 0) {
        with.report.unreadable_line = read.first_unreadable;
        with.tell(std::move(name), bad,
                  fmt::format("{} lines cannot be read, and {} can; the first that cannot: \"{}\"", read.unreadable,
                              read.entries.size(), read.first_unreadable),
                  took);
        return support::refused;
    }
    if (read.entries.empty()) {
        with.tell(std::move(name), good, "the directory is empty, which tells nothing about the format", took);
        return support::works;
    }
    with.tell(std::move(name), good,
              fmt::format("{} entries in the format \"{}\"{}", read.entries.size(), to_string(read.used),
                          sample(made.bytes, read.used)),
              took);
    return support::works;
}

void judge_dot_files(probe_context& with, const trial& mlsd, const trial& plain, const trial& all)
{
    auto& report = with.report;
    if (report.mlsd == support::works) {
        report.shows_dotfiles = support::works;
        with.tell("dot files", good, fmt::format("MLSD shows them, {} here", dot_files(mlsd.listing)));
        return;
    }
    const bool all_is_fine = all.listing && all.listing->unreadable == 0 && plain.listing &&
                             all.listing->entries.size() >= plain.listing->entries.size();
    const auto hidden =
        all_is_fine ? dot_files(all.listing) - std::min(dot_files(all.listing), dot_files(plain.listing)) : 0;
    report.needs_list_all = hidden > 0;
    if (hidden > 0) {
        report.shows_dotfiles = support::works;
        with.tell("dot files", odd, fmt::format("LIST hides {} of them, LIST -a shows them", hidden));
    } else if (dot_files(plain.listing) > 0) {
        report.shows_dotfiles = support::works;
        with.tell("dot files", good, "LIST shows them");
    } else if (all_is_fine) {
        with.tell("dot files", good, "there are none here, or the server hides them from LIST -a, too");
    } else {
        report.shows_dotfiles = support::refused;
        with.tell("dot files", odd, "the server does not know LIST -a: if it hides them, nothing shows them");
    }
}

void judge_names(probe_context& with)
{
    const auto& entries = with.entries;
    const auto is_ascii = [](const directory_entry& entry) {
        return std::ranges::all_of(entry.name.str(), [](char c) { return c >= 0; });
    };
    if (entries.empty()) {
        return;
    }
    auto& charset = with.report.charset;
    const auto promises = with.features.utf8() ? "; FEAT promises UTF-8" : "";
    if (std::ranges::all_of(entries, is_ascii)) {
        charset = name_charset::ascii;
        with.tell("names", good, fmt::format("ASCII only, here{}", promises));
        return;
    }
    std::vector<std::string_view> wrong;
    for (const auto& entry : entries) {
        if (!is_utf8(entry.name.str())) {
            wrong.push_back(entry.name.str());
        }
    }
    if (wrong.empty()) {
        charset = name_charset::utf8;
        with.tell("names", good, fmt::format("UTF-8{}", promises));
        return;
    }
    charset = name_charset::other;
    with.report.charset_guess = proto::guess_charset(wrong).value_or("");
    const auto& guess = with.report.charset_guess;
    with.tell("names", odd,
              fmt::format("not UTF-8, as \"{}\" shows{}{}", wrong[0],
                          guess.empty() ? "" : "; they make sense in " + guess, promises));
}

}  // namespace

awaitable<> probe_listings(probe_context& with)
{
    if (with.stopped() || !with.way) {
        co_return;
    }
    auto& report = with.report;
    trial mlsd;
    if (report.announces_mlsd) {
        probe_watch watch;
        mlsd = co_await list(with, "MLSD", dialect::mlsd);
        report.mlsd = with.stopped() ? support::unknown : judge(with, "MLSD", mlsd, watch.took());
    } else {
        with.tell("MLSD", odd, "not offered: listings have no exact times");
    }
    if (with.stopped()) {
        co_return;
    }
    probe_watch watch;
    const auto plain = co_await list(with, "LIST", dialect::unknown);
    if (with.stopped()) {
        co_return;
    }
    report.list = judge(with, "LIST", plain, watch.took());
    report.dialect = plain.listing ? plain.listing->used : dialect::unknown;
    const auto all = co_await list(with, "LIST -a", report.dialect);
    if (with.stopped()) {
        co_return;
    }
    judge_dot_files(with, mlsd, plain, all);
    const auto& best = report.mlsd == support::works ? mlsd : plain;
    if (best.listing) {
        with.entries = best.listing->entries;
    }
    if (plain.listing) {
        with.listed = plain.listing->entries;
    }
    judge_names(with);
}

}  // namespace ftpfs::ftp
