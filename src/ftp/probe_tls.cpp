// TLS: whether it is offered, in which versions, and with which certificate. A mount does not use it yet.
#include "probe_tls.hpp"

#include "ftpfs/core/utf8.hpp"
#include "probe_steps.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <utility>

namespace ftpfs::ftp {
namespace {

using enum probe_outcome;
using net::tls_version;

constexpr int go_ahead = 234;  // RFC 4217 §4: the handshake begins

// Of a certificate's texts, which may be of any length.
constexpr std::size_t most_of_text = 120;

// A connection on which AUTH TLS was answered.
struct asked_session {
    std::unique_ptr<control_channel> control;
    proto::reply greeting;
    proto::reply answer;
};

awaitable<result<asked_session>> ask_for_tls(probe_context& with)
{
    FTPFS_CO_TRY(auto control, co_await with.connect());
    FTPFS_CO_TRY(auto greeting, co_await control->read_reply_within(with.settings.connect_timeout));
    if (!greeting.is_completion()) {
        co_return greeting.as_failure();
    }
    FTPFS_CO_TRY(auto answer, co_await control->exchange(proto::command::bare("AUTH TLS")));
    co_return asked_session{std::move(control), std::move(greeting), std::move(answer)};
}

awaitable<result<secured_session>> secure(const probe_context& with, asked_session asked,
                                          std::shared_ptr<net::tls_context> context, tls_version oldest,
                                          tls_version newest)
{
    FTPFS_CO_TRY(auto tls, net::tls_stream::make(context, with.settings.host));
    auto* const raw = tls.get();
    if (!raw->offer(oldest, newest)) {
        co_return failure{errc::unsupported, "OpenSSL is built without it"};
    }
    FTPFS_CO_CHECK(asked.control->secure(std::move(tls)));
    auto shaken = co_await shake_hands(*raw, with.settings);
    if (!shaken) {
        asked.control->give_up();
        co_return std::move(shaken).error();
    }
    co_return secured_session{std::move(asked.control), raw, std::move(context), std::move(asked.greeting)};
}

// --- the certificate ---

std::string shortened(const std::string& text)
{
    return printable(text.size() > most_of_text ? std::string{utf8_prefix(text, most_of_text)} + "…" : text);
}

std::string joined(const std::vector<std::string>& all)
{
    return fmt::format("{}", fmt::join(all, ", "));
}

void tell_certificate(probe_context& with, const net::tls_stream& tls)
{
    auto& found = with.report.tls;
    found.distrust = tls.distrust();
    found.shown = tls.peer_certificate();
    if (!found.shown) {
        with.tell("certificate", bad, found.distrust);
        return;
    }
    auto& shown = *found.shown;
    const bool by_itself = shown.subject == shown.issuer;
    shown.subject = shortened(shown.subject);
    shown.issuer = shortened(shown.issuer);
    for (auto& name : shown.names) {
        name = shortened(name);
    }
    const bool trusted = found.distrust.empty();
    with.tell("certificate", trusted ? good : odd,
              fmt::format("{}{}, signed by {}, valid until {:%Y-%m-%d}; {}", shown.subject,
                          shown.names.empty() ? "" : " for " + joined(shown.names), by_itself ? "itself" : shown.issuer,
                          shown.valid_until,
                          trusted ? "this machine trusts it" : "this machine does not trust it: " + found.distrust));
    with.tell("fingerprint", good, "SHA-256 " + shown.fingerprint);
}

// --- the versions ---

std::string_view number_of(tls_version version)
{
    return to_string(version).substr(std::string_view{"TLS "}.size());
}

std::string names_of(const tls_findings& found, support wanted)
{
    std::vector<std::string> names;
    for (std::size_t i = found.versions.size(); i-- > 0;) {
        if (found.versions[i] == wanted) {
            names.emplace_back(number_of(static_cast<tls_version>(i)));
        }
    }
    return joined(names);
}

void tell_versions(probe_context& with)
{
    const auto& found = with.report.tls;
    const auto accepted = names_of(found, support::works);
    if (accepted.empty()) {
        return;
    }
    const auto refused = names_of(found, support::refused);
    const auto speaks = [&](tls_version version) {
        return found.versions[static_cast<std::size_t>(version)] == support::works;
    };
    const bool modern = speaks(tls_version::tls_1_2) || speaks(tls_version::tls_1_3);
    const bool old = speaks(tls_version::tls_1_0) || speaks(tls_version::tls_1_1);
    with.tell("TLS versions",
              !modern ? bad
              : old   ? odd
                      : good,
              fmt::format("{}{}{}", accepted, refused.empty() ? "" : "; refused: " + refused,
                          old ? "; 1.0 and 1.1 are not safe any more (RFC 8996)" : ""));
}

// An alert; some servers hang up without one.
bool is_refusal(const failure& why)
{
    return why == errc::protocol_violation || why == errc::connection_lost;
}

// Each on a connection of its own. What a server says no to before the handshake proves nothing about the version.
awaitable<> try_versions(probe_context& with, std::shared_ptr<net::tls_context> context)
{
    auto& versions = with.report.tls.versions;
    for (std::size_t i = 0; i < versions.size() && !with.report.interrupted; ++i) {
        const auto only = static_cast<tls_version>(i);
        auto asked = co_await ask_for_tls(with);
        if (!asked || asked->answer.code != go_ahead) {
            with.note_interruption(asked ? failure{} : asked.error());
            continue;
        }
        auto secured = co_await secure(with, *std::move(asked), context, only, only);
        if (secured) {
            versions[i] = support::works;
            co_await with.hang_up(std::move(secured->control));
        } else if (!with.note_interruption(secured.error()) && is_refusal(secured.error())) {
            versions[i] = support::refused;
        }
    }
    tell_versions(with);
}

}  // namespace

awaitable<result<>> shake_hands(net::tls_stream& tls, const config& settings)
{
    tls.expires_after(settings.connect_timeout);
    auto shaken = co_await tls.handshake();
    tls.never_expires();
    co_return shaken;
}

awaitable<> probe_tls(probe_context& with)
{
    if (with.report.interrupted || !with.report.greeted) {
        co_return;
    }
    co_await with.hang_up();
    auto& found = with.report.tls;
    auto asked = co_await ask_for_tls(with);
    if (!asked) {
        if (!with.note_interruption(asked.error())) {
            with.tell("TLS", untried, to_string(asked.error()));
        }
        co_return;
    }
    const auto& answer = asked->answer;
    found.offered = answer.code == go_ahead ? support::works : support::refused;
    if (found.offered == support::refused) {
        with.tell("TLS", good,
                  fmt::format("{}: {}", with.features.has("AUTH") ? "listed by FEAT, and refused" : "not offered",
                              answer.as_failure().detail));
        co_await with.hang_up(std::move(asked->control));
        co_return;
    }
    auto context = net::tls_context::make();
    if (!context) {
        with.tell("TLS", untried, to_string(context.error()));
        co_return;
    }
    probe_watch watch;
    auto secured = co_await secure(with, *std::move(asked), *context, tls_version::tls_1_0, tls_version::tls_1_3);
    if (!secured) {
        if (!with.note_interruption(secured.error())) {
            found.why_no_handshake = printable(to_string(secured.error()));
            with.tell("TLS", bad, "offered, but the handshake fails: " + found.why_no_handshake, watch.took());
        }
        co_return;
    }
    found.version = secured->tls->version();
    found.cipher = secured->tls->cipher();
    with.tell(
        "TLS", good,
        fmt::format("{}, {}; tried here, but a mount speaks plain FTP only", to_string(*found.version), found.cipher),
        watch.took());
    tell_certificate(with, *secured->tls);
    co_await probe_tls_session(with, *secured);
    co_await with.hang_up(std::move(secured->control));
    co_await try_versions(with, *std::move(context));
}

}  // namespace ftpfs::ftp
