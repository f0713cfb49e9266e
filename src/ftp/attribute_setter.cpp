#include "attribute_setter.hpp"

#include "ftpfs/proto/server_words.hpp"
#include "ftpfs/proto/time_reply.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ftpfs::ftp {

namespace {

constexpr int bad_argument = 501;

bool contains_ignoring_case(std::string_view text, std::string_view part)
{
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

// The object itself is the reason: no other command would do better.
bool is_about_object(const proto::reply& answer)
{
    const auto meaning = proto::meaning_of(answer);
    return meaning == errc::not_found || meaning == errc::is_a_directory || meaning == errc::permission_denied ||
           meaning == errc::read_only;
}

}  // namespace

bool attribute_setter::mff_sets_mode() const
{
    return profile_.mff != support::refused && profile_.features &&
           contains_ignoring_case(profile_.features->parameters("MFF"), "unix.mode");
}

awaitable<result<>> attribute_setter::apply(remote_path path, remote::attribute_change change)
{
    std::optional<std::string> stamp;
    result<> first;
    if (change.modified) {
        stamp = proto::format_time_value(profile_.zone.for_server(*change.modified));
        if (!stamp) {
            first = failure{errc::unsupported, "FTP has no such time"};
        }
    }
    if (stamp && change.mode && mff_sets_mode()) {
        FTPFS_CO_TRY(const auto name, co_await reach(path));
        std::vector<attribute_way> both;
        both.emplace_back(&server_profile::mff,
                          fmt::format("MFF Modify={};UNIX.mode={:04o}; {}", *stamp, *change.mode, name));
        const auto done = co_await first_that_works(path, std::move(both), file_kind::regular);
        const bool over =
            done || session_.lost() || !(done.error() == errc::unsupported || done.error() == errc::is_a_directory);
        if (over) {
            co_return done;
        }
    }
    if (stamp) {
        first = co_await set_time(path, *stamp);
    }
    if (change.mode && !session_.lost()) {
        const auto second = co_await set_mode(std::move(path), *change.mode);
        if (first) {
            first = second;
        }
    }
    co_return first;
}

// What the commands say for the path.
awaitable<result<std::string>> attribute_setter::reach(remote_path path)
{
    auto name = co_await session_.reach(path);
    if (!name) {
        co_return co_await lookup_.explain(path.parent(), name.error(), file_kind::directory);
    }
    co_return name;
}

awaitable<result<>> attribute_setter::set_time(remote_path path, std::string stamp)
{
    FTPFS_CO_TRY(const auto name, co_await reach(path));
    auto ways = ways_to_set_time(stamp, name);
    auto set = co_await first_that_works(path, std::move(ways), file_kind::regular);
    if (set || !(set.error() == errc::is_a_directory)) {
        co_return set;
    }
    // vsftpd and pyftpdlib: only files. pyftpdlib says "is not retrievable" of what is missing, too.
    const auto seen = co_await lookup_.find(std::move(path));
    const bool is_missing = seen && !*seen;
    co_return failure{is_missing ? errc::not_found : errc::unsupported, set.error().detail};
}

awaitable<result<>> attribute_setter::set_mode(remote_path path, std::uint16_t mode)
{
    constexpr std::uint16_t permissions = 0777;
    const auto known = profile_.chmod;
    FTPFS_CO_TRY(const auto name, co_await reach(path));
    std::vector<attribute_way> ways;
    if (mff_sets_mode()) {
        ways.emplace_back(&server_profile::mff, fmt::format("MFF UNIX.mode={:04o}; {}", mode, name));
    }
    ways.emplace_back(&server_profile::chmod, fmt::format("SITE CHMOD {:03o} {}", mode, name));
    auto set = co_await first_that_works(std::move(path), std::move(ways), file_kind::unknown);
    if (!set && mode > permissions) {
        profile_.chmod = known;  // inetutils and linux-ftpd refuse only the set-user-id bit and its like
    }
    co_return set;
}

awaitable<result<>> attribute_setter::first_that_works(remote_path path, std::vector<attribute_way> ways,
                                                       file_kind needed)
{
    std::optional<failure> why;
    for (const auto& one : ways) {
        if (profile_.*one.known == support::refused) {
            continue;
        }
        FTPFS_CO_TRY(auto command, one.command());
        FTPFS_CO_TRY(const auto answer, co_await session_.ask(std::move(command)));
        const auto verdict = judge(one, answer);
        if (verdict == outcome::done) {
            co_return result<>{};
        }
        if (verdict == outcome::refused) {
            why = proto::explain(answer);
            break;
        }
    }
    if (!why) {
        co_return failure{errc::unsupported, "the server has no command for it"};
    }
    co_return co_await lookup_.explain(std::move(path), *std::move(why), needed);
}

attribute_setter::outcome attribute_setter::judge(const attribute_way& tried, const proto::reply& answer)
{
    auto& known = profile_.*tried.known;
    const bool asks_or_sets = tried.known == &server_profile::mdtm_set;
    const bool was_unknown = known == support::unknown;
    // vsftpd 3.0.3: "Could not set file modification time."; a server that was asked could not get one.
    const bool meant_to_set = asks_or_sets && contains_ignoring_case(answer.text(), "not set");
    if (asks_or_sets && was_unknown && !meant_to_set) {
        const bool was_set = answer.is_completion() && !proto::parse_time_reply(answer);
        known = was_set ? support::works : support::refused;
        return was_set ? outcome::done : outcome::not_this_way;
    }
    if (refused_by(known, answer)) {
        return outcome::not_this_way;
    }
    if (answer.is_completion()) {
        return outcome::done;
    }
    if (answer.code == bad_argument) {
        // A SITE command the server does not have, or a form or value it does not like.
        if (was_unknown) {
            known = support::refused;
        }
        return outcome::not_this_way;
    }
    if (meant_to_set) {
        known = support::works;
    }
    return known == support::works || is_about_object(answer) ? outcome::refused : outcome::not_this_way;
}

}  // namespace ftpfs::ftp
