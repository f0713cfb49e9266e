#include "probe_context.hpp"

#include "ftpfs/core/log.hpp"
#include "ftpfs/ftp/login.hpp"
#include "ftpfs/net/connector.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ftpfs::ftp {
namespace {

// A server that drops every session is not asked for ever.
constexpr unsigned most_replaced = 6;

constexpr std::chrono::seconds goodbye_limit{1};

net::connect_request request_for(const config& settings)
{
    net::connect_request request{settings.host, settings.port};
    switch (settings.family) {
    case address_family::ipv4: request.family = net::address_family::ipv4; break;
    case address_family::ipv6: request.family = net::address_family::ipv6; break;
    case address_family::any: break;
    }
    request.timeout = settings.connect_timeout;
    request.keepalive = settings.keepalive;
    request.local = settings.bind;
    request.via = settings.proxy;
    return request;
}

}  // namespace

probe_context::probe_context(net::connector& connector_, config settings_, probe_wish wish_, log logger,
                             std::function<void(const probe_step&)> on_step)
    : connector{connector_}, settings{std::move(settings_)}, wish{std::move(wish_)}, log_{std::move(logger)},
      on_step_{std::move(on_step)}
{
}

void probe_context::tell(std::string name, probe_outcome outcome, std::string_view words, clock::duration took)
{
    report.steps.push_back(
        {std::move(name), outcome, printable(words), std::chrono::duration_cast<std::chrono::microseconds>(took)});
    if (on_step_) {
        on_step_(report.steps.back());
    }
}

bool probe_context::note_interruption(const failure& why)
{
    report.interrupted = report.interrupted || why == errc::cancelled;
    return report.interrupted;
}

void probe_context::end(failure why)
{
    const bool by_us = why == errc::cancelled;
    note_interruption(why);
    if (!by_us && !report.end) {
        report.end = std::move(why);
    }
}

awaitable<result<std::unique_ptr<control_channel>>> probe_context::connect()
{
    const auto logger = log_.with_prefix(fmt::format("session {}: ", ++connections_));
    FTPFS_CO_TRY(auto stream, co_await connector.connect(request_for(settings)));
    co_return std::make_unique<control_channel>(std::move(stream), settings.timeout, logger);
}

awaitable<result<std::unique_ptr<control_channel>>> probe_context::open()
{
    FTPFS_CO_TRY(auto opened, co_await connect());
    FTPFS_CO_CHECK(co_await log_in(*opened, settings));
    co_return opened;
}

awaitable<control_channel*> probe_context::line()
{
    if (control && control->check()) {
        co_return control.get();
    }
    control.reset();
    if ((stopped() && !cleaning_) || replaced_ == most_replaced) {
        co_return nullptr;
    }
    ++replaced_;
    auto opened = co_await open();
    if (!opened) {
        note_interruption(opened.error());
        server_is_full = opened.error() == errc::server_busy;
        replaced_ = cleaning_ ? replaced_ : most_replaced;
        tell("new session", probe_outcome::bad, to_string(opened.error()));
        co_return nullptr;
    }
    control = *std::move(opened);
    if (!directory.empty()) {
        auto change = proto::command::make("CWD", directory);
        if (change) {
            const auto entered = co_await control->exchange(*std::move(change));
            if (!entered) {
                note_interruption(entered.error());
            }
        }
    }
    co_return control->quiet() ? control.get() : nullptr;
}

void probe_context::begin_cleaning() noexcept
{
    cleaning_ = true;
    replaced_ = 0;
}

awaitable<result<proto::reply>> probe_context::ask(std::string_view verb, std::string_view argument)
{
    FTPFS_CO_TRY(auto what, proto::command::make(verb, argument));
    auto* const session = co_await line();
    if (session == nullptr) {
        co_return failure{errc::connection_lost, "there is no session any more"};
    }
    auto answer = co_await session->exchange(std::move(what));
    if (answer && answer->is_preliminary()) {
        session->give_up();
        co_return failure{errc::protocol_violation, answer->as_failure().detail};
    }
    if (!answer) {
        note_interruption(answer.error());
    }
    co_return answer;
}

awaitable<result<data_opening>> probe_context::open_data(control_channel& session, data_way kind, std::string use,
                                                         probe_address& told)
{
    const auto one_way = only_by(kind, settings);
    server_profile nothing_known;
    nothing_known.pret = wants_pret(report.greeting, features) ? support::works : support::refused;
    const data_context with{session, connector, one_way, nothing_known, log_};
    co_return co_await open_probe_data(with, std::move(use), told);
}

awaitable<result<probe_transfer>> probe_context::transfer(data_way kind, std::vector<proto::command> commands,
                                                          std::size_t limit)
{
    auto* const session = co_await line();
    if (session == nullptr) {
        co_return failure{errc::connection_lost, "there is no session any more"};
    }
    probe_address told;
    auto data = co_await open_data(*session, kind, commands.back().for_log(), told);
    if (data) {
        auto done = co_await receive(*session, settings, *std::move(data), std::move(commands), limit);
        if (!done) {
            note_interruption(done.error());
        }
        co_return done;
    }
    note_interruption(data.error());
    co_return std::move(data).error();
}

awaitable<> probe_context::hang_up(std::unique_ptr<control_channel> session)
{
    if (session && session->check()) {
        const auto sent = co_await session->send(proto::command::bare("QUIT"));
        if (sent) {
            co_await session->read_reply_within(std::min<clock::duration>(goodbye_limit, settings.timeout));
        }
    }
}

awaitable<> probe_context::hang_up()
{
    co_await hang_up(std::move(control));
}

}  // namespace ftpfs::ftp
