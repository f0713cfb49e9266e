// A login over TLS, and what encrypted data connections need.
#include "ftpfs/ftp/login.hpp"
#include "probe_tls.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

namespace ftpfs::ftp {
namespace {

using enum probe_outcome;

constexpr std::size_t kept = std::size_t{64} * 1024;

// A listing through an encrypted data connection, which begins with that session, if any; `resumed`: it was taken up.
awaitable<result<probe_transfer>> list_encrypted(probe_context& with, secured_session& by, data_way way,
                                                 net::tls_session session, bool& resumed)
{
    probe_address told;
    FTPFS_CO_TRY(auto data, co_await with.open_data(*by.control, way, "LIST", told));
    const auto encrypt = [&](std::unique_ptr<net::byte_stream>& stream) -> awaitable<result<>> {
        FTPFS_CO_TRY(auto tls, net::tls_stream::make(by.context, with.settings.host));
        auto* const raw = tls.get();
        raw->put_over(std::move(stream));
        stream = std::move(tls);
        if (session) {
            raw->use_session(session);
        }
        FTPFS_CO_CHECK(co_await shake_hands(*raw, with.settings));
        resumed = raw->was_resumed();
        co_return result<>{};
    };
    std::vector<proto::command> commands(1, proto::command::bare("LIST"));
    co_return co_await receive(*by.control, with.settings, std::move(data), std::move(commands), kept, encrypt);
}

// The verdict on it; empty: it came through.
std::string why_not(const result<probe_transfer>& done)
{
    if (!done) {
        return to_string(done.error());
    }
    return done->verdict.is_completion() ? std::string{} : done->verdict.as_failure().detail;
}

// PBSZ and PROT P (RFC 4217 §9); empty: data are to be encrypted from now on.
awaitable<std::string> ask_for_protection(control_channel& control)
{
    for (const std::string_view line : {"PBSZ 0", "PROT P"}) {
        const auto answer = co_await control.exchange(proto::command::bare(line));
        if (!answer || !answer->is_completion()) {
            co_return fmt::format("{}: {}", line, answer ? answer->as_failure().detail : to_string(answer.error()));
        }
    }
    co_return std::string{};
}

// Passive ways only where none is known to work: a server that talks of nothing but TLS has shown none yet.
awaitable<std::string> try_encrypted(probe_context& with, secured_session& by)
{
    auto& found = with.report.tls;
    std::vector<data_way> ways;
    if (with.way) {
        ways.push_back(*with.way);
    } else {
        ways.push_back(data_way::epsv);
        ways.push_back(data_way::pasv);
    }
    std::string why;
    for (const auto way : ways) {
        bool resumed = false;
        const auto done = co_await list_encrypted(with, by, way, by.tls->session(), resumed);
        why = why_not(done);
        if (!done && with.note_interruption(done.error())) {
            break;
        }
        if (why.empty()) {
            with.way = way;
            found.data = support::works;
            found.resumes = resumed ? support::works : support::refused;
        }
        if (why.empty() || !by.control->quiet()) {
            break;
        }
    }
    co_return why;
}

// The same as a stranger would.
awaitable<std::string> try_without_session(probe_context& with, secured_session& by)
{
    bool resumed = false;
    const auto done = co_await list_encrypted(with, by, with.way.value_or(data_way::epsv), nullptr, resumed);
    auto why = why_not(done);
    if (done) {
        with.report.tls.requires_session = why.empty() ? support::refused : support::works;
    } else {
        with.note_interruption(done.error());
    }
    co_return why;
}

awaitable<> try_data(probe_context& with, secured_session& by)
{
    auto& found = with.report.tls;
    auto why = co_await ask_for_protection(*by.control);
    if (why.empty()) {
        why = co_await try_encrypted(with, by);
    }
    if (with.report.interrupted) {
        co_return;
    }
    if (!why.empty()) {
        found.data = support::refused;
        with.tell("TLS data", bad, "no encrypted data connection: " + why);
        co_return;
    }
    if (found.resumes == support::refused) {
        found.requires_session = support::refused;
        with.tell("TLS data", good, "works; the server resumes no session there, and needs none");
        co_return;
    }
    why = co_await try_without_session(with, by);
    if (with.report.interrupted) {
        co_return;
    }
    switch (found.requires_session) {
    case support::works:
        with.tell("TLS data", good, "works, if it resumes the control connection's session; else: " + why);
        break;
    case support::refused:
        with.tell("TLS data", good, "works, whether or not it resumes the control connection's session");
        break;
    case support::unknown:
        with.tell("TLS data", odd,
                  "works, if it resumes the control connection's session; without that, no answer: " + why);
        break;
    }
}

// A second failed login may lock the account. Where the first one was made, or refused only for want of TLS, the
// password may go this way: the user has asked for less.
bool may_log_in(const probe_report& report)
{
    return report.logged_in || (report.end && *report.end == errc::encryption_required);
}

}  // namespace

awaitable<> probe_tls_session(probe_context& with, secured_session& by)
{
    if (!may_log_in(with.report)) {
        co_return;
    }
    probe_watch watch;
    const auto outcome = co_await log_in(*by.control, with.settings, {}, by.greeting);
    if (outcome) {
        with.tell("TLS login", good, "as " + with.settings.user, watch.took());
        co_await try_data(with, by);
    } else if (!with.note_interruption(outcome.error())) {
        with.tell("TLS login", bad, to_string(outcome.error()), watch.took());
    }
}

}  // namespace ftpfs::ftp
