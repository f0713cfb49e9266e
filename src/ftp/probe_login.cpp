// The way to a session in the directory that would be mounted.
#include "ftpfs/ftp/login.hpp"
#include "ftpfs/net/endpoint_text.hpp"
#include "ftpfs/proto/server_words.hpp"
#include "probe_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace ftpfs::ftp {
namespace {

using enum probe_outcome;

// How servers name themselves in their greeting.
constexpr std::array<std::string_view, 22> names{
    "vsFTPd",        "ProFTPD",    "Pure-FTPd", "pyftpdlib", "FileZilla Server", "Microsoft FTP Service",
    "GNU inetutils", "linux-ftpd", "Serv-U",    "FRITZ!Box", "Synology",         "QNAP",
    "DrFTPD",        "NcFTPd",     "CrushFTP",  "Cerberus",  "Titan FTP",        "WS_FTP",
    "Gene6",         "Xlight",     "bftpd",     "BusyBox"};

std::string software(std::string_view greeting, std::string_view system)
{
    const auto found = std::ranges::find_if(names, [&](auto name) { return greeting.find(name) != greeting.npos; });
    const auto name = found == names.end() ? std::string{"does not tell its name"} : std::string{*found};
    return fmt::format("{}; SYST says {}", name, system.empty() ? "nothing" : system);
}

std::string feature_words(const proto::feature_set& features)
{
    constexpr std::array<std::string_view, 15> worth_knowing{"MLST", "UTF8", "EPSV", "SIZE", "MDTM",
                                                             "REST", "RANG", "MFMT", "MFF",  "TVFS",
                                                             "CLNT", "AUTH", "HOST", "XCRC", "HASH"};
    if (!features.answered()) {
        return "no FEAT: everything has to be tried";
    }
    std::string words;
    for (const auto name : worth_knowing) {
        if (features.has(name)) {
            words += fmt::format("{}{}", words.empty() ? "" : " ", name);
        }
    }
    return words.empty() ? "FEAT lists nothing of use" : words;
}

// Absent when it is known only to the proxy.
std::optional<boost::asio::ip::address> peer_of(const probe_context& with)
{
    if (!with.settings.proxy) {
        return with.control->stream().remote_endpoint().address();
    }
    error_code not_numeric;
    const auto address = boost::asio::ip::make_address(with.settings.host, not_numeric);
    return not_numeric ? std::nullopt : std::optional{address};
}

void tell_login(probe_context& with, const proto::login_outcome& outcome, probe_context::clock::duration took)
{
    with.report.logged_in = true;
    with.report.login_took = std::chrono::duration_cast<std::chrono::milliseconds>(took);
    with.tell("login", good,
              fmt::format("as {}, in {}", with.settings.user,
                          outcome.home ? outcome.home->str() : "a directory that the server does not name"),
              took);
    with.tell("server", good, software(outcome.greeting, outcome.system));
    with.tell("features", outcome.features.answered() ? good : odd, feature_words(outcome.features));
    with.features = outcome.features;
    with.report.announces_mlsd = outcome.features.mlsd();
    if (with.settings.root_given) {
        with.directory = with.settings.root.str();
    } else if (outcome.home) {
        with.directory = with.settings.root.below(*outcome.home).str();
    } else {
        with.end(outcome.home.error());
    }
}

}  // namespace

awaitable<> probe_login(probe_context& with)
{
    auto& report = with.report;
    probe_watch watch;
    auto connected = co_await with.connect();
    if (!connected) {
        with.tell("connection", bad, to_string(connected.error()), watch.took());
        with.end(connected.error());
        co_return;
    }
    with.control = *std::move(connected);
    report.peer = peer_of(with);
    with.tell("connection", good, net::to_string(with.control->stream().remote_endpoint()), watch.took());

    probe_watch since_connected;
    probe_watch since_greeting;
    const auto heard = [&](const proto::reply& answer) {
        if (report.greeted || answer.is_preliminary()) {
            return;
        }
        report.greeted = true;
        report.greeting = printable(answer.lines.front());
        report.greeting_took = std::chrono::duration_cast<std::chrono::milliseconds>(since_connected.took());
        with.tell("greeting", answer.is_completion() ? good : bad,
                  fmt::format("{} {}", answer.code, answer.lines.front()), since_connected.took());
        since_greeting = {};
    };
    auto outcome = co_await log_in(*with.control, with.settings, heard);
    if (!outcome) {
        with.tell(report.greeted ? "login" : "greeting", bad, to_string(outcome.error()),
                  report.greeted ? since_greeting.took() : since_connected.took());
        with.end(outcome.error());
        with.control.reset();
        co_return;
    }
    tell_login(with, *outcome, since_greeting.took());
}

awaitable<> probe_directory(probe_context& with)
{
    if (with.stopped()) {
        co_return;
    }
    probe_watch watch;
    const auto answer = co_await with.ask("CWD", with.directory);
    if (!answer) {
        with.tell("directory", bad, to_string(answer.error()), watch.took());
        with.end(answer.error());
    } else if (answer->is_completion()) {
        with.tell("directory", good, with.directory, watch.took());
    } else {
        with.tell("directory", bad, fmt::format("{}: {}", with.directory, answer->as_failure().detail), watch.took());
        auto why = proto::explain(*answer);
        with.end(why.code.category() == reply_category() ? failure{errc::not_found, why.detail} : why);
    }
}

awaitable<> probe_round_trip(probe_context& with)
{
    constexpr int samples = 3;
    auto best = probe_context::clock::duration::max();
    for (int i = 0; i < samples && !with.stopped(); ++i) {
        probe_watch watch;
        const auto answer = co_await with.ask("NOOP");
        if (answer) {
            best = std::min(best, watch.took());
        }
    }
    if (best != probe_context::clock::duration::max()) {
        with.report.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(best);
        with.tell("round trip", good, "the fastest of three NOOPs", best);
    } else if (!with.stopped()) {
        with.tell("round trip", bad, "no answer to NOOP");
    }
}

}  // namespace ftpfs::ftp
