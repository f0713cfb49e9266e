// Data connections: each way to one, and whether they can be opened ahead of need.
#include "ftpfs/net/connector.hpp"
#include "ftpfs/net/endpoint_text.hpp"
#include "probe_steps.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <utility>

namespace ftpfs::ftp {
namespace {

using enum probe_outcome;

constexpr std::size_t kept = std::size_t{64} * 1024;

std::vector<proto::command> bare(std::string_view line)
{
    return std::vector<proto::command>(1, proto::command::bare(line));
}

// RFC 1918, and what is not for hosts elsewhere: loopback, link-local (RFC 3927).
bool is_private(const boost::asio::ip::address& address)
{
    if (!address.is_v4()) {
        return false;
    }
    const auto ip = address.to_v4().to_bytes();
    return ip[0] == 10 || ip[0] == 127 || (ip[0] == 172 && ip[1] / 16 == 1) || (ip[0] == 192 && ip[1] == 168) ||
           (ip[0] == 169 && ip[1] == 254);
}

// What a mount that tries this way would meet.
std::string refusal_words(const failure& why, const data_trial& trial, bool opened)
{
    const auto* const where = trial.unreachable                  ? "agreed to, but no connection comes about: "
                              : opened && why == errc::timed_out ? "no answer to LIST on it: "
                                                                 : "";
    return where + to_string(why);
}

// A whole transfer proves a way: some firewalls let the connection through, and no bytes.
awaitable<result<probe_transfer>> list_by(probe_context& with, probe_way kind, data_trial& trial, bool& opened,
                                          std::string_view verb)
{
    auto* const session = co_await with.line();
    if (session == nullptr) {
        co_return failure{errc::connection_lost, "there is no session any more"};
    }
    auto data = co_await open_probe_data(*session, with.connector, with.settings, kind, trial.named);
    opened = data.has_value();
    if (!data) {
        trial.unreachable = session->quiet() && data.error().code.category() == client_category();
        co_return std::move(data).error();
    }
    auto done = co_await receive(*session, with.settings, *std::move(data), bare(verb), kept);
    trial.unreachable = !done && kind == probe_way::active;
    co_return done;
}

awaitable<> try_way(probe_context& with, probe_way kind, data_trial& trial)
{
    probe_watch watch;
    bool opened = false;
    std::string verb = "LIST";
    auto done = co_await list_by(with, kind, trial, opened, verb);
    const bool has_no_list = done && done->verdict.is_unknown_command();
    if (has_no_list && with.report.announces_mlsd) {
        verb = "MLSD";
        done = co_await list_by(with, kind, trial, opened, verb);
    }
    auto why = done ? std::optional<failure>{} : std::optional{done.error()};
    if (done && done->verdict.is_negative() && done->verdict.code / 10 == 42) {  // 425, 426: about the connection
        why = done->verdict.as_failure();
    }
    if (why && *why == errc::cancelled) {
        with.report.interrupted = true;
        co_return;
    }
    trial.carries = why ? support::refused : support::works;
    trial.why = why ? refusal_words(*why, trial, opened) : "";
    if (!why && !with.way) {
        with.way = kind;
    }
    with.tell(std::string{to_string(kind)}, why ? bad : good,
              why ? trial.why : fmt::format("works, {} bytes of {} came through", done->received, verb), watch.took());
}

void tell_named_address(probe_context& with)
{
    const auto& report = with.report;
    if (!report.pasv.named || !report.peer) {
        return;
    }
    const auto named = report.pasv.named->to_string();
    const auto peer = report.peer->to_string();
    if (report.pasv.named == report.peer) {
        with.tell("PASV address", good, fmt::format("{}, the server's own", named));
    } else if (report.pasv.named->is_unspecified()) {
        with.tell("PASV address", good, fmt::format("{}, which stands for the server's own", named));
    } else {
        with.tell("PASV address", odd,
                  fmt::format("{}{}; ftpfs connects to {}, where the control connection goes, and that {}", named,
                              is_private(*report.pasv.named)
                                  ? ", a private one that only the server's own network knows"
                                  : ", another host's",
                              peer, report.pasv.carries == support::works ? "works" : "does not work"));
    }
}

}  // namespace

awaitable<> probe_data(probe_context& with)
{
    auto& report = with.report;
    const auto mode = with.settings.data;
    if (!with.stopped()) {
        co_await try_way(with, probe_way::epsv, report.epsv);
    }
    if (!with.stopped() && report.peer && report.peer->is_v4()) {
        co_await try_way(with, probe_way::pasv, report.pasv);
        tell_named_address(with);
    }
    const bool passive_works = with.way.has_value();
    if (!with.stopped() && (with.wish.active || !passive_works)) {
        co_await try_way(with, probe_way::active, report.active);
    }
    // The one that a mount would use.
    if (mode == data_mode::pasv && report.pasv.carries == support::works) {
        with.way = probe_way::pasv;
    }
}

// A server that wants its data connection only when there is a command for it says 425 then, or has closed it.
awaitable<> probe_armed(probe_context& with)
{
    if (with.stopped() || !with.way || *with.way == probe_way::active) {
        co_return;
    }
    auto* session = co_await with.line();
    if (session == nullptr) {
        co_return;
    }
    std::optional<boost::asio::ip::address> named;
    auto data = co_await open_probe_data(*session, with.connector, with.settings, *with.way, named);
    if (!data) {
        with.tell("ahead of need", bad, to_string(data.error()));
        co_return;
    }
    auto commands = bare("NOOP");
    if (auto change = proto::command::make("CWD", with.directory)) {
        commands.push_back(*std::move(change));
    }
    commands.push_back(proto::command::bare("LIST"));
    const auto done = co_await receive(*session, with.settings, *std::move(data), std::move(commands), kept);
    const bool works = done && !done->verdict.is_negative();
    with.report.armed = works ? support::works : support::refused;
    with.report.interrupted = with.report.interrupted || (!done && done.error() == errc::cancelled);
    if (!with.stopped()) {
        with.tell("ahead of need", works ? good : odd,
                  works  ? "data connections may be opened before the command, which saves two round trips"
                  : done ? done->verdict.as_failure().detail
                         : to_string(done.error()));
    }
}

}  // namespace ftpfs::ftp
