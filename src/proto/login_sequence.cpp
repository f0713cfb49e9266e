#include "ftpfs/proto/login_sequence.hpp"

#include "ftpfs/proto/pwd_path.hpp"
#include "ftpfs/proto/server_words.hpp"

#include "text.hpp"

#include <array>

namespace ftpfs::proto {

login_sequence::login_sequence(login_request request) : request_{std::move(request)} {}

login_sequence::step login_sequence::start()
{
    return wait_for_reply{};
}

login_sequence::step login_sequence::on_reply(const reply& answer)
{
    if (answer.is_preliminary()) {  // 120: "service ready in nnn minutes"
        return wait_for_reply{};
    }
    if (answer.code == 421) {
        return refused(answer);
    }
    switch (state_) {
    case state::greeting: return on_greeting(answer);
    case state::user: return on_user(answer);
    case state::password: return on_password(answer);
    case state::account: return on_account(answer);
    case state::features: outcome_.features = feature_set{answer}; break;
    case state::client:
    case state::utf8:  // 200, 202, 501 and 504 all mean UTF-8 on some server
    case state::mlst_options: break;
    case state::system:
        if (answer.is_completion()) {  // 215; 200 on VMS
            outcome_.system = answer.text();
        }
        break;
    case state::type:
        if (!answer.is_completion()) {
            return fail(explain(answer));
        }
        break;
    case state::pwd: outcome_.home = parse_pwd(answer); break;
    case state::end: return fail({errc::protocol_violation, "a reply after the login"});
    }
    return continue_after(state_);
}

login_sequence::step login_sequence::on_unreadable(const failure& why)
{
    return fail(state_ == state::greeting ? failure{errc::not_an_ftp_server, "it greets with " + why.detail} : why);
}

login_sequence::step login_sequence::on_greeting(const reply& answer)
{
    outcome_.greeting = answer.text();
    if (answer.code == 230) {  // logged in already
        return continue_after(state::account);
    }
    return answer.is_completion() ? ask(state::user, command::make("USER", request_.user)) : refused(answer);
}

login_sequence::step login_sequence::on_user(const reply& answer)
{
    if (answer.is_completion()) {  // BusyBox needs no password
        return continue_after(state::account);
    }
    if (answer.code == 332) {
        return send_account();
    }
    // linux-ftpd-ssl 0.17 says 550 to USER and takes the password all the same.
    const bool means_go_on = answer.code == 550 && lower(outcome_.greeting).find("linux-ftpd") != std::string::npos;
    return answer.is_intermediate() || means_go_on ? send_password() : refused(answer);
}

login_sequence::step login_sequence::on_password(const reply& answer)
{
    if (answer.is_completion()) {  // 230, or 202 "superfluous"
        return continue_after(state::account);
    }
    return answer.code == 332 ? send_account() : refused(answer);
}

login_sequence::step login_sequence::on_account(const reply& answer)
{
    if (answer.is_completion()) {
        return continue_after(state::account);
    }
    return answer.code == 331 && !password_sent_ ? send_password() : refused(answer);
}

login_sequence::step login_sequence::send_password()
{
    password_sent_ = true;
    return ask(state::password, command::make("PASS", request_.password.reveal()));
}

login_sequence::step login_sequence::send_account()
{
    if (request_.account.empty()) {
        return fail({errc::login_refused, "the server asks for an account; give it with the option account="});
    }
    return ask(state::account, command::make("ACCT", request_.account.reveal()));
}

// The rest of the way in order; what FEAT does not list is left out.
login_sequence::step login_sequence::continue_after(state finished)
{
    switch (finished) {
    case state::greeting:
    case state::user:
    case state::password:
    case state::account: return ask(state::features, command::bare("FEAT"));
    case state::features:
        if (outcome_.features.clnt()) {
            return ask(state::client, command::make("CLNT", request_.client_name));
        }
        [[fallthrough]];
    case state::client:
        if (outcome_.features.utf8()) {
            return ask(state::utf8, command::bare(request_.utf8 ? "OPTS UTF8 ON" : "OPTS UTF8 OFF"));
        }
        [[fallthrough]];
    case state::utf8:
        if (const auto facts = mlst_options(); !facts.empty()) {
            return ask(state::mlst_options, command::make("OPTS MLST", facts));
        }
        [[fallthrough]];
    case state::mlst_options: return ask(state::system, command::bare("SYST"));
    case state::system: return ask(state::type, command::bare("TYPE I"));
    case state::type: return ask(state::pwd, command::bare("PWD"));
    case state::pwd:
    case state::end: break;
    }
    state_ = state::end;
    return done{std::move(outcome_)};
}

login_sequence::step login_sequence::ask(state next, result<command> what)
{
    if (!what) {
        return fail(std::move(what).error());
    }
    state_ = next;
    return send{*std::move(what)};
}

login_sequence::step login_sequence::refused(const reply& answer)
{
    auto plain = answer.as_failure();
    if (!answer.is_negative()) {
        return fail({errc::protocol_violation, "during the login: " + plain.detail});
    }
    const auto text = answer.text();
    auto reason = answer.code == 421 ? errc::connection_lost : errc::login_refused;
    if (speaks_of_encryption(text) || answer.code == 534) {
        reason = errc::encryption_required;
    } else if (speaks_of_capacity(text)) {
        reason = errc::server_busy;
    }
    return fail({reason, std::move(plain.detail)});
}

login_sequence::step login_sequence::fail(failure why)
{
    state_ = state::end;
    return failed{std::move(why)};
}

// The facts to switch on: all we want of those offered, because OPTS MLST replaces the whole set (RFC 3659 §7.9).
// Empty if they all are on already.
std::string login_sequence::mlst_options() const
{
    constexpr std::array<std::string_view, 5> wanted{"type", "size", "modify", "unix.mode", "unix.slink"};
    std::string facts;
    bool any_is_off = false;
    for (const auto name : wanted) {
        const auto& offered = outcome_.features.mlst_facts();
        const auto fact = std::ranges::find_if(offered, [&](const auto& f) { return same_word(f.name, name); });
        if (fact != offered.end()) {
            facts += fact->name + ';';
            any_is_off = any_is_off || !fact->enabled;
        }
    }
    return any_is_off ? facts : std::string{};
}

}  // namespace ftpfs::proto
