// Data connections: each way to one, and whether they can be opened ahead of need.
#include "ftpfs/ftp/data_target.hpp"
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

// What a mount that tries this way would meet.
std::string refusal_words(const failure& why, const data_trial& trial, bool opened)
{
    const auto* const where = trial.unreachable                  ? "agreed to, but no connection comes about: "
                              : opened && why == errc::timed_out ? "no answer to LIST on it: "
                                                                 : "";
    const bool is_marked = why.detail.starts_with(data_connection_failure);
    return where + (is_marked ? why.detail.substr(data_connection_failure.size()) : to_string(why));
}

// A whole transfer proves a way: some firewalls let the connection through, and no bytes.
awaitable<result<probe_transfer>> list_by(probe_context& with, data_way kind, data_trial& trial, bool& opened,
                                          std::string_view verb)
{
    auto* const session = co_await with.line();
    if (session == nullptr) {
        co_return failure{errc::connection_lost, "there is no session any more"};
    }
    probe_address told;
    auto data = co_await with.open_data(*session, kind, std::string{verb}, told);
    trial.named = told.named;
    opened = data.has_value();
    if (!data) {
        trial.unreachable = told.agreed && session->quiet();
        co_return std::move(data).error();
    }
    auto done = co_await receive(*session, with.settings, *std::move(data), bare(verb), kept);
    trial.unreachable = !done && kind == data_way::active;
    co_return done;
}

awaitable<> try_way(probe_context& with, data_way kind, data_trial& trial)
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

std::string_view kind_of(const boost::asio::ip::address& named)
{
    switch (scope_of(named)) {
    case address_scope::none: return "no host's address";
    case address_scope::loopback: return "which means the machine that reads it";
    case address_scope::link_local: return "known only on the server's own link";
    case address_scope::private_network: return "a private one that only its own network knows";
    case address_scope::global: break;
    }
    return "another host's";
}

// Would pasv_address=auto try the address that was named?
bool auto_tries(const probe_report& report)
{
    constexpr std::size_t only_the_server = 1;
    return data_hosts(pasv_address::automatic, report.peer, report.pasv.named, support::unknown).size() >
           only_the_server;
}

void tell_named_address(probe_context& with)
{
    const auto& report = with.report;
    const auto& named = report.pasv.named;
    if (!named || !report.peer) {
        return;
    }
    const auto text = named->to_string();
    if (named == report.peer) {
        with.tell("PASV address", good, fmt::format("{}, the server's own; every pasv_address= does the same", text));
    } else if (named->is_unspecified()) {
        with.tell("PASV address", good, fmt::format("{}, which stands for the server's own", text));
    } else {
        with.tell("PASV address", odd,
                  fmt::format("{}, {}; pasv_address=control connects to {} instead, pasv_address=server to {}, and "
                              "pasv_address=auto to {}",
                              text, kind_of(*named), report.peer->to_string(), text,
                              auto_tries(report) ? "the first of these two that answers" : "the former"));
    }
}

// The server may have its data ports on another host, and say so.
awaitable<> try_named_address(probe_context& with)
{
    auto& report = with.report;
    const bool may_help = report.pasv.carries == support::refused && report.pasv.unreachable && auto_tries(report) &&
                          with.settings.pasv_address == pasv_address::control;
    if (with.stopped() || !may_help) {
        co_return;
    }
    with.settings.pasv_address = pasv_address::automatic;
    data_trial again;
    co_await try_way(with, data_way::pasv, again);
    if (again.carries == support::works) {
        report.pasv = again;
        report.needs_named_address = true;
    } else {
        with.settings.pasv_address = pasv_address::control;
    }
}

}  // namespace

awaitable<> probe_data(probe_context& with)
{
    auto& report = with.report;
    const auto mode = with.settings.data;
    if (!with.stopped()) {
        co_await try_way(with, data_way::epsv, report.epsv);
    }
    const bool has_pasv = !report.peer || report.peer->is_v4();
    if (!with.stopped() && has_pasv) {
        co_await try_way(with, data_way::pasv, report.pasv);
        tell_named_address(with);
        co_await try_named_address(with);
    }
    const bool passive_works = with.way.has_value();
    if (!with.stopped() && !with.settings.proxy && (with.wish.active || !passive_works)) {
        co_await try_way(with, data_way::active, report.active);
    }
    // The one that a mount would use.
    if (mode == data_mode::pasv && report.pasv.carries == support::works) {
        with.way = data_way::pasv;
    }
}

// A server that wants its data connection only when there is a command for it says 425 then, or has closed it.
awaitable<> probe_armed(probe_context& with)
{
    if (with.stopped() || !with.way || *with.way == data_way::active) {
        co_return;
    }
    auto* session = co_await with.line();
    if (session == nullptr) {
        co_return;
    }
    probe_address told;
    auto data = co_await with.open_data(*session, *with.way, "LIST", told);
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
    if (!done) {
        with.note_interruption(done.error());
    }
    if (!with.stopped()) {
        with.tell("ahead of need", works ? good : odd,
                  works  ? "data connections may be opened before the command, which saves two round trips"
                  : done ? done->verdict.as_failure().detail
                         : to_string(done.error()));
    }
}

}  // namespace ftpfs::ftp
