#include "ftpfs/cli/credentials.hpp"

#include "ftpfs/cli/netrc.hpp"
#include "ftpfs/cli/secret_file.hpp"
#include "ftpfs/core/log.hpp"

#include <fmt/format.h>

#include <istream>

namespace ftpfs::cli {
namespace {

using namespace std::string_view_literals;

problem usage(std::string message)
{
    return {exit_status::usage, std::move(message)};
}

problem too_open(std::string_view what, const std::string& file)
{
    return usage(fmt::format("{0} {1} may be read by others: close it with \"chmod 600 {1}\"", what, file));
}

// What is known so far; each source only fills what the ones before left open.
struct known {
    std::optional<std::string> user;
    std::optional<secret> password;
    std::string account;
};

outcome<void> add_user(known& so_far, const std::optional<std::string>& user, std::string_view source)
{
    if (!user) {
        return {};
    }
    if (user->empty()) {
        return usage(fmt::format("the user in {} is empty", source));
    }
    if (so_far.user && *so_far.user != *user) {
        return usage(fmt::format("two users are given, \"{}\" and, in {}, \"{}\": leave one out",
                                 printable(*so_far.user), source, printable(*user)));
    }
    so_far.user = user;
    return {};
}

outcome<void> add_credentials_file(known& so_far, const settings& chosen)
{
    if (!chosen.credentials_file) {
        return {};
    }
    const auto file = read_secret_file(*chosen.credentials_file, "the credentials file", if_missing::fail);
    if (!file) {
        return file.error();
    }
    auto found = parse_credentials(file->text, *chosen.credentials_file);
    if (!found) {
        return found.error();
    }
    if (found->password && !file->is_private) {
        return too_open("the credentials file", *chosen.credentials_file);
    }
    if (!so_far.password) {
        so_far.password = std::move(found->password);
    }
    return add_user(so_far, found->user, "the credentials file");
}

outcome<void> add_stdin(known& so_far, const settings& chosen, std::istream& in)
{
    if (!chosen.password_from_stdin || so_far.password) {
        return {};
    }
    std::string line;
    if (!std::getline(in, line)) {
        return problem{exit_status::login_refused, "password_stdin: standard input has no line with a password"};
    }
    if (line.ends_with('\r')) {
        line.pop_back();
    }
    so_far.password = secret{line};
    return {};
}

outcome<void> add_netrc(known& so_far, const settings& chosen, const std::string& host, const std::string& home)
{
    if (!chosen.use_netrc || so_far.password || (!chosen.netrc_file && home.empty())) {
        return {};
    }
    const auto path = chosen.netrc_file.value_or(home + "/.netrc");
    const auto file =
        read_secret_file(path, "the netrc file", chosen.netrc_file ? if_missing::fail : if_missing::empty);
    if (!file) {
        return file.error();
    }
    const auto entries = parse_netrc(file->text);
    if (!entries) {
        return usage(fmt::format("the netrc file {}, {} (netrc=off ignores the file)", path, entries.error().detail));
    }
    const auto* entry = find_entry(*entries, host, so_far.user);
    if (entry == nullptr) {
        return {};
    }
    // As ftp(1): the password of "anonymous" is no secret.
    if (entry->password && entry->login != "anonymous" && !file->is_private) {
        return too_open("the netrc file", path);
    }
    if (!so_far.user) {
        so_far.user = entry->login;
    }
    so_far.password = so_far.user ? entry->password : std::nullopt;
    if (so_far.account.empty()) {
        so_far.account = entry->account.value_or("");
    }
    return {};
}

bool is_anonymous(const std::string& user)
{
    return user == "anonymous" || user == "ftp";  // RFC 1635 §1.2.1
}

outcome<void> ask_if_needed(known& so_far, const std::string& host, const environment& world)
{
    if (so_far.password) {
        return {};
    }
    const ftp::config defaults;
    if (!so_far.user || is_anonymous(*so_far.user)) {
        so_far.user = so_far.user.value_or(defaults.user);
        so_far.password = defaults.password;
        return {};
    }
    const auto user = printable(*so_far.user);
    auto answer = world.ask_password(fmt::format("Password for {}@{}: ", user, printable(host)));
    if (!answer) {
        return problem{exit_status::login_refused,
                       fmt::format("no password known for user \"{}\" at {}: {}; use credentials=FILE, "
                                   "password_stdin or .netrc",
                                   user, printable(host), answer.error().message)};
    }
    so_far.password = *std::move(answer);
    return {};
}

outcome<void> check_bytes(const known& all)
{
    for (const auto& [text, name] : {std::pair{std::string_view{*all.user}, "user"sv},
                                     std::pair{std::string_view{all.password->reveal()}, "password"sv},
                                     std::pair{std::string_view{all.account}, "account"sv}}) {
        if (text.find_first_of("\r\n\0"sv) != text.npos) {
            return usage(fmt::format("the {} holds a line break or a NUL, which FTP cannot send", name));
        }
    }
    return {};
}

std::string_view trimmed(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    while (text.ends_with(' ') || text.ends_with('\t')) {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace

outcome<login> find_login(const remote_address& address, const settings& chosen, environment& world)
{
    known all;
    all.password = address.password;
    all.account = chosen.ftp.account;
    for (const auto& [user, source] : {std::pair{&address.user, "the URL"sv}, std::pair{&chosen.user, "user="sv}}) {
        if (const auto added = add_user(all, *user, source); !added) {
            return added.error();
        }
    }
    for (const auto& step : {std::function{[&] { return add_credentials_file(all, chosen); }},
                             std::function{[&] { return add_stdin(all, chosen, world.in); }},
                             std::function{[&] { return add_netrc(all, chosen, address.host, world.home); }},
                             std::function{[&] { return ask_if_needed(all, address.host, world); }}}) {
        if (const auto done = step(); !done) {
            return done.error();
        }
    }
    if (!all.user) {
        all.user = ftp::config{}.user;  // a password without a user, as a mail address for anonymous
    }
    if (const auto sendable = check_bytes(all); !sendable) {
        return sendable.error();
    }
    login found;
    found.user = *std::move(all.user);
    found.password = *std::move(all.password);
    found.account = std::move(all.account);
    return found;
}

outcome<credentials> parse_credentials(std::string_view text, const std::string& file)
{
    credentials found;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (trimmed(line).empty() || trimmed(line).starts_with('#')) {
            continue;
        }
        const auto equals = std::min(line.find('='), line.size());
        const auto key = trimmed(line.substr(0, equals));
        const auto value = line.substr(std::min(equals + 1, line.size()));  // blanks may belong to a password
        if (equals < line.size() && (key == "username" || key == "user")) {
            found.user = trimmed(value);
        } else if (equals < line.size() && (key == "password" || key == "pass")) {
            found.password = secret{value};
        } else if (key != "domain" && key != "dom") {  // a file shared with mount.cifs may say the domain
            return usage(
                fmt::format("the credentials file {}, line {}: expected username=NAME or password=WORD", file, number));
        }
    }
    return found;
}

}  // namespace ftpfs::cli
