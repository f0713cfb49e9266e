// Everything that changes something, in a directory of its own.
#include "ftpfs/net/connector.hpp"
#include "ftpfs/proto/listing_parser.hpp"
#include "ftpfs/proto/size_reply.hpp"
#include "ftpfs/proto/time_reply.hpp"
#include "probe_steps.hpp"

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <random>

namespace ftpfs::ftp {
namespace {

using enum probe_outcome;

// No clock is set so, and no server rounds it to something else: 2001-09-09 01:46:40 UTC.
constexpr std::string_view some_time = "20010909014640";

constexpr std::string_view some_mode = "640";
constexpr std::uint16_t same_mode = 0640;

constexpr std::size_t whole = 1000;  // bytes of the first file
constexpr std::size_t more = 10;

// A session that has just ended may count for a moment.
constexpr int most_tries_to_clean = 3;
constexpr std::chrono::seconds between_tries{1};

std::string unique_name()
{
    std::random_device source;
    return fmt::format(".ftpfs-probe-{:08x}{:08x}", source(), source());
}

std::string below(const std::string& directory, std::string_view name)
{
    return directory == "/" ? fmt::format("/{}", name) : fmt::format("{}/{}", directory, name);
}

std::string words_of(const result<proto::reply>& answer)
{
    return answer ? answer->as_failure().detail : to_string(answer.error());
}

bool did_it(const result<proto::reply>& answer)
{
    return answer && answer->is_completion() && answer->code != 202;
}

// The final reply to a transfer to the server.
awaitable<result<proto::reply>> store(probe_context& with, std::string verb, std::string path, std::size_t size,
                                      std::optional<std::uint64_t> rest)
{
    auto* const session = co_await with.line();
    if (session == nullptr) {
        co_return failure{errc::connection_lost, "there is no session any more"};
    }
    std::vector<proto::command> commands;
    if (rest) {
        commands.push_back(proto::command::with_number("REST", *rest));
    }
    FTPFS_CO_TRY(auto last, proto::command::make(verb, path));
    commands.push_back(std::move(last));
    probe_address told;
    const auto use = verb + " " + path;
    FTPFS_CO_TRY(auto data, co_await with.open_data(*session, *with.way, use, told));
    auto done = co_await send(*session, with.settings, std::move(data), std::move(commands), std::string(size, 'x'));
    if (!done) {
        with.note_interruption(done.error());
        co_return std::move(done).error();
    }
    co_return std::move(done->verdict);
}

awaitable<std::optional<std::uint64_t>> size_of(probe_context& with, std::string path)
{
    const auto answer = co_await with.ask("SIZE", path);
    co_return answer ? proto::parse_size_reply(*answer) : std::nullopt;
}

// Stores, and asks for the size: a success is what the size says, where the server tells it.
awaitable<support> try_store(probe_context& with, std::string name, std::string verb, std::string path,
                             std::optional<std::uint64_t> rest, std::size_t size, std::uint64_t expected)
{
    probe_watch watch;
    const auto answer = co_await store(with, std::move(verb), path, size, rest);
    if (with.stopped()) {
        co_return support::unknown;
    }
    if (!did_it(answer)) {
        with.tell(std::move(name), bad, words_of(answer), watch.took());
        co_return support::refused;
    }
    const auto now = co_await size_of(with, std::move(path));
    if (with.stopped()) {
        co_return support::unknown;
    }
    const bool right = !now || *now == expected;
    with.tell(std::move(name), right ? good : bad,
              right ? fmt::format("works, {}", now ? "and the size is right" : "and the server does not tell the size")
                    : fmt::format("\"{}\", but the file has {} bytes instead of {}", words_of(answer), *now, expected),
              watch.took());
    co_return right ? support::works : support::refused;
}

awaitable<> try_rename_over(probe_context& with, std::string from, std::string to)
{
    with.scratch_files.push_back(from);
    const auto stored = co_await store(with, "STOR", from, more, std::nullopt);
    if (!did_it(stored)) {
        co_return;
    }
    auto answer = co_await with.ask("RNFR", from);
    if (answer && !answer->is_negative()) {
        answer = co_await with.ask("RNTO", to);
    }
    const auto now = co_await size_of(with, std::move(to));
    if (with.stopped()) {
        co_return;
    }
    const bool works = did_it(answer) && (!now || *now == more);
    with.report.renames_over = works ? support::works : support::refused;
    with.tell("rename over", works ? good : odd, works ? "works" : words_of(answer));
}

awaitable<> try_time(probe_context& with, std::string path)
{
    const std::pair<std::string, std::string> ways[]{
        {"MFMT", fmt::format("{} {}", some_time, path)},
        {"MDTM", fmt::format("{} {}", some_time, path)},
        {"SITE UTIME", fmt::format("{} {}", some_time, path)},
        {"SITE UTIME", fmt::format("{0} {1} {1} {1} UTC", path, some_time)},
    };
    std::string words;
    for (const auto& [verb, argument] : ways) {
        const auto set = co_await with.ask(verb, argument);
        const auto asked = co_await with.ask("MDTM", path);
        if (with.stopped()) {
            co_return;
        }
        const auto now = asked ? proto::parse_time_reply(*asked) : std::nullopt;
        if (did_it(set) && now && now->value == proto::parse_time_value(some_time)->value) {
            with.report.sets_times = support::works;
            with.tell("set time", good, fmt::format("works, with {}", verb));
            co_return;
        }
        words += fmt::format("{}{}: {}", words.empty() ? "" : "; ", verb, words_of(set));
    }
    with.report.sets_times = support::refused;
    with.tell("set time", odd, words);
}

// Its reply proves little, so the listing has the last word.
awaitable<> try_mode(probe_context& with, std::string path, std::string name)
{
    const auto answer = co_await with.ask("SITE CHMOD", fmt::format("{} {}", some_mode, path));
    bool seen = false;
    if (did_it(answer)) {
        co_await with.ask("CWD", with.scratch);
        std::vector<proto::command> commands(1, proto::command::bare("LIST"));
        constexpr std::size_t kept = 4096;
        const auto listed = co_await with.transfer(*with.way, std::move(commands), kept);
        co_await with.ask("CWD", with.directory);
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        proto::listing_parser parser{with.report.dialect, now};
        parser.feed(listed ? listed->bytes : std::string{});
        for (const auto& entry : parser.finish().entries) {
            seen = seen || (entry.name.str() == name && entry.attributes.mode == same_mode);
        }
    }
    if (with.stopped()) {
        co_return;
    }
    with.report.sets_modes = seen ? support::works : support::refused;
    with.tell("SITE CHMOD", seen ? good : odd,
              seen ? "works"
                   : fmt::format("{}{}", words_of(answer), did_it(answer) ? ", but nothing has changed" : ""));
}

awaitable<> try_changes(probe_context& with)
{
    auto& report = with.report;
    const auto first = below(with.scratch, "a");
    const auto second = below(with.scratch, "b");
    with.scratch_files.push_back(first);
    report.stores = co_await try_store(with, "STOR", "STOR", first, std::nullopt, whole, whole);
    if (with.stopped() || report.stores != support::works) {
        co_return;
    }
    report.appends = co_await try_store(with, "APPE", "APPE", first, std::nullopt, more, whole + more);
    const auto length = report.appends == support::works ? whole + more : whole;
    if (!with.stopped()) {
        report.restarts_store = co_await try_store(with, "REST + STOR", "STOR", first, length, more, length + more);
    }
    if (!with.stopped()) {
        co_await try_rename_over(with, second, first);
    }
    if (!with.stopped()) {
        co_await try_time(with, first);
    }
    if (!with.stopped()) {
        co_await try_mode(with, first, "a");
    }
}

// True when nothing is left of it.
awaitable<bool> remove_all(probe_context& with, std::string& words)
{
    for (const auto& file : with.scratch_files) {
        co_await with.ask("DELE", file);  // what is not there any more can't be removed
    }
    const auto answer = co_await with.ask("RMD", with.scratch);
    words = words_of(answer);
    if (did_it(answer)) {
        co_return true;
    }
    const auto entered = co_await with.ask("CWD", with.scratch);
    co_return entered && entered->is_permanent();  // it was never made
}

}  // namespace

awaitable<> probe_writing(probe_context& with)
{
    auto& report = with.report;
    if (with.stopped() || !with.wish.write || !with.way) {
        co_return;
    }
    report.wrote = true;
    const auto base = remote_path::make(with.directory);
    const auto place = with.wish.write_is_absolute || !base ? *with.wish.write : with.wish.write->below(*base);
    const auto scratch = below(place.str(), unique_name());
    with.scratch = scratch;  // from here on, whatever the reply will be
    const auto made = co_await with.ask("MKD", scratch);
    if (with.stopped()) {
        co_return;
    }
    if (!did_it(made)) {
        report.stores = support::refused;
        with.tell("MKD", bad, fmt::format("\"{}\": {}", scratch, words_of(made)));
        if (made && made->is_negative()) {
            with.scratch.clear();
        }
        co_return;
    }
    with.tell("MKD", good, fmt::format("\"{}\", removed again at the end", scratch));
    co_await try_changes(with);
    if (!with.stopped()) {
        co_await remove_scratch(with);
    }
}

awaitable<> remove_scratch(probe_context& with)
{
    if (with.scratch.empty()) {
        co_return;
    }
    with.begin_cleaning();
    boost::asio::steady_timer pause{co_await boost::asio::this_coro::executor};
    std::string words;
    bool gone = false;
    for (int i = 0; i < most_tries_to_clean && !gone && (i == 0 || with.server_is_full); ++i) {
        if (i > 0) {
            pause.expires_after(between_tries);
            co_await pause.async_wait(as_result);
        }
        gone = co_await remove_all(with, words);
    }
    if (!gone) {
        with.report.leftover = printable(with.scratch);
    }
    with.tell("clean-up", gone ? good : bad,
              gone ? "nothing is left of it" : fmt::format("\"{}\" cannot be removed: {}", with.scratch, words));
    if (gone) {
        with.scratch.clear();
        with.scratch_files.clear();
    }
}

}  // namespace ftpfs::ftp
