// What can be asked and read of a file.
#include "ftpfs/net/connector.hpp"
#include "ftpfs/proto/size_reply.hpp"
#include "ftpfs/proto/time_reply.hpp"
#include "probe_steps.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ftpfs::ftp {
namespace {

using enum probe_outcome;

// Smaller ones may be in the buffers of both ends before the server learns that nobody reads on.
constexpr std::uint64_t large_file = 1'000'000;

// How long a server may take to notice that its data connection is gone.
constexpr std::chrono::seconds end_patience{3};

// Zones differ from UTC by multiples of this, and by no more than 14 hours.
constexpr std::chrono::minutes zone_step{15};
constexpr std::chrono::hours most_zone{14};

// Without anything that a server might take for an option, a pattern or a home directory.
bool is_plain(std::string_view name)
{
    const auto is_harmless = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
               c == '-' || c == '+';
    };
    return std::ranges::all_of(name, is_harmless) && name.front() != '-' && name.front() != '.';
}

bool is_file(const directory_entry& entry)
{
    return entry.attributes.kind == file_kind::regular && is_plain(entry.name.str());
}

// The smallest file of at least so many bytes.
const directory_entry* file_of(const probe_context& with, std::uint64_t least)
{
    const directory_entry* best = nullptr;
    for (const auto& entry : with.entries) {
        const auto size = entry.attributes.size.value_or(0);
        if (is_file(entry) && size >= least && (best == nullptr || size < *best->attributes.size)) {
            best = &entry;
        }
    }
    return best;
}

void note(support& known, const result<proto::reply>& answer, bool understood)
{
    if (answer) {
        known = understood ? support::works : answer->is_unknown_command() ? support::refused : support::unknown;
    }
}

awaitable<> try_size(probe_context& with, std::string name)
{
    const auto answer = co_await with.ask("SIZE", name);
    const auto size = answer ? proto::parse_size_reply(*answer) : std::nullopt;
    note(with.report.size, answer, size.has_value());
    if (!with.stopped()) {
        with.tell("SIZE", size ? good : odd,
                  size     ? fmt::format("{} bytes for \"{}\"", *size, name)
                  : answer ? answer->as_failure().detail
                           : to_string(answer.error()));
    }
}

awaitable<> try_time(probe_context& with, std::string name)
{
    const auto answer = co_await with.ask("MDTM", name);
    const auto time = answer ? proto::parse_time_reply(*answer) : std::nullopt;
    note(with.report.mdtm, answer, time.has_value());
    if (with.stopped()) {
        co_return;
    }
    with.tell("MDTM", time ? good : odd,
              time     ? fmt::format("{:%Y-%m-%d %H:%M:%S} for \"{}\"", time->value, name)
              : answer ? answer->as_failure().detail
                       : to_string(answer.error()));
    const auto listed = std::ranges::find_if(with.listed, [&](const directory_entry& entry) {
        return entry.name.str() == name && entry.attributes.modified.precision == time_precision::minute;
    });
    if (!time || listed == with.listed.end()) {
        co_return;
    }
    // LIST drops the seconds.
    const auto ahead = std::chrono::floor<std::chrono::minutes>(listed->attributes.modified.value) -
                       std::chrono::floor<std::chrono::minutes>(time->value);
    if (ahead % zone_step == std::chrono::minutes{0} && std::chrono::abs(ahead) <= most_zone) {
        with.report.zone = ahead;
        with.tell("time zone", ahead.count() == 0 ? good : odd,
                  fmt::format("times of LIST are UTC{}{:02}:{:02}", ahead.count() < 0 ? "-" : "+",
                              std::chrono::abs(ahead).count() / 60, std::chrono::abs(ahead).count() % 60));
    }
}

// Asks for the last byte of the file, or for one of its first two: any other number of bytes disproves it.
awaitable<support> try_part(probe_context& with, std::string name, std::string step, proto::command part)
{
    std::vector<proto::command> commands(1, std::move(part));
    if (auto retrieve = proto::command::make("RETR", name)) {
        commands.push_back(*std::move(retrieve));
    }
    constexpr std::size_t none_is_kept = 0;
    const auto verb = std::string{commands[0].verb()};
    const auto done = co_await with.transfer(*with.way, std::move(commands), none_is_kept);
    if (with.stopped()) {
        co_return support::unknown;
    }
    if (!done || done->verdict.is_negative()) {
        with.tell(std::move(step), bad, done ? done->verdict.as_failure().detail : to_string(done.error()));
        co_return done && done->verdict.is_unknown_command() ? support::refused : support::unknown;
    }
    const bool works = done->received == 1;
    with.tell(std::move(step), works ? good : bad,
              works ? fmt::format("works: one byte of \"{}\" came, as asked", name)
                    : fmt::format("ignored: one byte of \"{}\" was asked for, and {} came", name, done->received));
    co_return works ? support::works : support::refused;
}

// As a mount does: on Pure-FTPd with ABOR first, elsewhere by closing the data connection.
awaitable<result<>> end_early(probe_context& with, control_channel& control, data_opening data, bool abor_first,
                              std::string& words)
{
    std::array<std::byte, 16384> buffer{};
    data.stream->expires_after(with.settings.timeout);
    FTPFS_CO_TRY(auto count, co_await data.stream->read_some(buffer));
    if (abor_first) {
        FTPFS_CO_CHECK(co_await control.send_behind(proto::command::bare("ABOR")));
        data.stream->expires_after(end_patience);
        for (; count > 0;) {
            FTPFS_CO_TRY(count, co_await data.stream->read_some(buffer));
        }
    }
    data.stream->close(net::close_mode::abortive);
    FTPFS_CO_TRY(const auto answer, co_await control.read_reply_within(end_patience));
    words = fmt::format("{}: {}", abor_first ? "ABOR" : "closing the data connection", answer.as_failure().detail);
    co_return co_await control.synchronise(end_patience);
}

awaitable<> try_early_end(probe_context& with, std::string name)
{
    auto* const session = co_await with.line();
    auto retrieve = proto::command::make("RETR", name);
    if (session == nullptr || !retrieve) {
        co_return;
    }
    probe_address told;
    auto data = co_await with.open_data(*session, *with.way, "RETR " + name, told);
    if (!data) {
        co_return;
    }
    const auto begun = co_await session->exchange(*std::move(retrieve));
    if (!begun || !begun->is_preliminary()) {
        session->give_up();
        co_return;
    }
    const bool abor_first = with.report.greeting.find("Pure-FTPd") != std::string::npos;
    std::string words;
    probe_watch watch;
    const auto ended = co_await end_early(with, *session, *std::move(data), abor_first, words);
    if (!ended) {
        with.note_interruption(ended.error());
    }
    if (with.stopped()) {
        co_return;
    }
    with.report.early_end = ended ? support::works : support::refused;
    if (!ended) {
        session->give_up();
    }
    with.tell("ending early", ended ? good : odd,
              ended ? words
                    : fmt::format("{}; the session is of no use afterwards: {}",
                                  words.empty() ? "the server does not say that a transfer was ended" : words,
                                  to_string(ended.error())),
              watch.took());
}

}  // namespace

awaitable<> probe_files(probe_context& with)
{
    if (with.stopped() || !with.way) {
        co_return;
    }
    const auto* const small = file_of(with, 2);
    if (small == nullptr) {
        with.tell("files", untried,
                  "none of at least two bytes here to try SIZE, MDTM and REST with: name a directory with "
                  "files in the URL");
        co_return;
    }
    const auto name = small->name.str();
    co_await try_size(with, name);
    if (!with.stopped()) {
        co_await try_time(with, name);
    }
    if (!with.stopped()) {
        with.report.rest =
            co_await try_part(with, name, "REST", proto::command::with_number("REST", *small->attributes.size - 1));
    }
    if (!with.stopped() && with.features.rang()) {
        with.report.rang = co_await try_part(with, name, "RANG", proto::command::bare("RANG 1 1"));
    }
    const auto* const large = file_of(with, large_file);
    if (!with.stopped() && large != nullptr) {
        co_await try_early_end(with, large->name.str());
    } else if (!with.stopped()) {
        with.tell("ending early", untried, "no file of at least a megabyte here to try it with");
    }
}

}  // namespace ftpfs::ftp
