#include "remote_changes.hpp"

#include "ftpfs/proto/server_words.hpp"
#include "ftpfs/proto/space_reply.hpp"

#include <algorithm>

namespace ftpfs::ftp {

namespace {

constexpr int bad_argument = 501;      // also "no such SITE command" (RFC 959 §4.2)
constexpr int directory_exists = 521;  // wu-ftpd, NcFTPd; elsewhere RFC 4217 uses it

bool is_blank_or_control(char c)
{
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
}

constexpr auto not_told = "the server does not tell its free space";

// Whether a SITE command turned out not to exist.
bool site_lacks(support& known, const proto::reply& answer)
{
    const bool was_unknown = known == support::unknown;
    if (refused_by(known, answer) || (was_unknown && answer.code == bad_argument)) {
        known = support::refused;
        return true;
    }
    return false;
}

}  // namespace

result<> remote_changes::check_name(const server_profile& profile, const remote_path& path)
{
    const auto name = path.name();
    if (!profile.rewrites_names || name.empty()) {
        return {};
    }
    const auto is_control = [](char c) { return c != ' ' && is_blank_or_control(c); };
    const bool changes = is_blank_or_control(name.front()) || is_blank_or_control(name.back()) ||
                         std::any_of(name.begin(), name.end(), is_control);
    if (changes) {
        return failure{errc::invalid_name,
                       "the server would turn blanks at the ends of a name and control characters into '_'"};
    }
    return {};
}

awaitable<failure> remote_changes::explain_creation(remote_lookup& lookup, const session& asked, remote_path path,
                                                    failure why, file_kind meant)
{
    if (asked.lost() || !remote_lookup::ambiguous(why)) {
        co_return why;
    }
    const auto seen = co_await lookup.find(path);
    if (asked.lost()) {
        co_return seen.error();
    }
    if (seen && *seen) {
        if (meant != file_kind::regular) {
            co_return failure{errc::already_exists, why.detail};
        }
        const bool is_directory = (*seen)->kind == file_kind::directory;
        co_return failure{is_directory ? errc::is_a_directory : errc::permission_denied, why.detail};
    }
    const auto parent = path.parent();
    const auto above = co_await lookup.find(parent);
    if (asked.lost()) {
        co_return above.error();
    }
    if (above && !*above) {
        co_return failure{errc::not_found, why.detail};
    }
    if (above && (*above)->kind == file_kind::regular) {
        co_return failure{errc::not_a_directory, why.detail};
    }
    co_return above ? failure{errc::permission_denied, why.detail} : why;
}

awaitable<result<proto::command>> remote_changes::command_for(std::string verb, remote_path path)
{
    const auto argument = co_await session_.reach(path);
    if (!argument) {
        co_return co_await lookup_.explain(path.parent(), argument.error(), file_kind::directory);
    }
    const bool is_site = verb.starts_with("SITE ");
    co_return is_site ? proto::command::make("SITE", verb.substr(verb.find(' ') + 1) + ' ' + *argument)
                      : proto::command::make(verb, *argument);
}

// What the server is known not to have got, as nothing can have happened, is no change begun.
awaitable<result<proto::reply>> remote_changes::act(proto::command what)
{
    if (!session_.check()) {
        co_return failure{errc::connection_lost, "the server ended the session"};
    }
    progress_.unanswered = true;
    auto answer = co_await session_.ask(std::move(what));
    progress_.unanswered = !answer;
    co_return answer;
}

awaitable<result<>> remote_changes::remove(remote_path file)
{
    if (maybe_done_ || profile_.dele_spares_directories != support::works) {
        auto found = co_await lookup_.find(file);
        if (session_.lost()) {
            co_return found.error();
        }
        if (found && !*found) {
            co_return maybe_done_ ? result<>{} : result<>{failure{errc::not_found, printable(file.str())}};
        }
        if (found && (*found)->kind == file_kind::directory) {
            // It may be what a link points at.
            found = co_await lookup_.find_in_parent(file);
            const bool is_link = found && *found && (*found)->kind == file_kind::symlink;
            if (!is_link) {
                co_return session_.lost() ? found.error() : failure{errc::is_a_directory, printable(file.str())};
            }
        }
    }
    FTPFS_CO_TRY(auto command, co_await command_for("DELE", file));
    FTPFS_CO_TRY(const auto answer, co_await act(std::move(command)));
    if (answer.is_completion()) {
        co_return result<>{};
    }
    co_return co_await lookup_.explain(std::move(file), proto::explain(answer), file_kind::regular);
}

awaitable<result<>> remote_changes::remove_directory(remote_path directory)
{
    FTPFS_CO_TRY(auto command, co_await command_for("RMD", directory));
    FTPFS_CO_TRY(const auto answer, co_await act(std::move(command)));
    ++profile_.moved_directories;
    if (answer.is_completion()) {
        co_return result<>{};
    }
    auto why = proto::explain(answer);
    if (remote_lookup::ambiguous(why)) {
        const auto listed = co_await session_.list(directory);
        if (session_.lost()) {
            co_return listed.error();
        }
        // What the server hides keeps a directory from being empty, too.
        const bool shows_all = profile_.mlsd == support::works || profile_.list_all == support::works;
        if (listed && (!listed->entries.empty() || !listed->complete || !shows_all)) {
            co_return failure{errc::not_empty, why.detail};
        }
        why = co_await lookup_.explain(std::move(directory), std::move(why), file_kind::directory);
    }
    if (maybe_done_ && why == errc::not_found) {
        co_return result<>{};
    }
    co_return why;
}

awaitable<result<>> remote_changes::make_directory(remote_path directory)
{
    FTPFS_CO_CHECK(check_name(profile_, directory));
    FTPFS_CO_TRY(auto command, co_await command_for("MKD", directory));
    FTPFS_CO_TRY(const auto answer, co_await act(std::move(command)));
    if (answer.is_completion()) {
        co_return result<>{};
    }
    auto why = answer.code == directory_exists ? failure{errc::already_exists, answer.as_failure().detail}
                                               : proto::explain(answer);
    why = co_await explain_creation(lookup_, session_, directory, std::move(why), file_kind::directory);
    if (maybe_done_ && why == errc::already_exists) {
        const auto seen = co_await lookup_.find(std::move(directory));
        const bool is_ours = seen && *seen && (*seen)->kind == file_kind::directory;
        if (is_ours) {
            co_return result<>{};
        }
    }
    co_return why;
}

// ProFTPD's mod_site_misc cuts at blanks, so names that have some would make another link. It makes targets absolute,
// from the current directory on, and links only to what is there.
awaitable<result<>> remote_changes::make_link(std::string target, remote_path link)
{
    auto& known = profile_.symlink;
    const bool has_blanks = target.empty() || std::any_of(target.begin(), target.end(), is_blank_or_control) ||
                            std::any_of(link.str().begin(), link.str().end(), is_blank_or_control);
    if (known == support::refused || has_blanks) {
        co_return failure{errc::unsupported, "the server makes no symbolic links"};
    }
    if (maybe_done_) {
        const auto seen = co_await lookup_.find_in_parent(link);
        const bool done = seen && *seen && (*seen)->kind == file_kind::symlink;
        if (done) {
            co_return result<>{};
        }
    }
    const auto entered = co_await session_.change_directory(link.parent());
    if (!entered) {
        co_return co_await lookup_.explain(link.parent(), entered.error(), file_kind::directory);
    }
    FTPFS_CO_TRY(auto command, co_await command_for("SITE SYMLINK " + target, link));
    FTPFS_CO_TRY(const auto answer, co_await act(std::move(command)));
    if (site_lacks(known, answer)) {
        co_return failure{errc::unsupported, answer.as_failure().detail};
    }
    if (answer.is_completion()) {
        co_return result<>{};
    }
    auto why = proto::explain(answer);
    if (why == errc::not_found) {
        co_return failure{errc::unsupported, std::move(why.detail)};
    }
    co_return co_await explain_creation(lookup_, session_, std::move(link), std::move(why), file_kind::symlink);
}

awaitable<result<>> remote_changes::copy(remote_path from, remote_path to)
{
    FTPFS_CO_CHECK(check_name(profile_, to));
    if (profile_.copy_pair != support::refused) {
        FTPFS_CO_TRY(auto source, co_await command_for("SITE CPFR", from));
        FTPFS_CO_TRY(const auto ready, co_await session_.ask(std::move(source)));
        if (ready.is_intermediate()) {
            profile_.copy_pair = support::works;
            FTPFS_CO_TRY(auto target, co_await command_for("SITE CPTO", to));
            FTPFS_CO_TRY(const auto answer, co_await session_.ask(std::move(target)));
            if (answer.is_completion()) {
                co_return result<>{};
            }
            co_return co_await explain_creation(lookup_, session_, std::move(to), proto::explain(answer),
                                                file_kind::regular);
        }
        if (!site_lacks(profile_.copy_pair, ready)) {
            co_return co_await lookup_.explain(std::move(from), proto::explain(ready), file_kind::regular);
        }
    }
    const auto& paths = from.str() + to.str();
    const bool has_blanks = std::any_of(paths.begin(), paths.end(), is_blank_or_control);
    if (profile_.copy_one == support::refused || has_blanks || session::must_be_walked(from)) {
        co_return failure{errc::unsupported, "the server does not copy"};
    }
    FTPFS_CO_TRY(auto command, co_await command_for("SITE COPY " + from.str(), to));
    FTPFS_CO_TRY(const auto answer, co_await session_.ask(std::move(command)));
    if (site_lacks(profile_.copy_one, answer)) {
        co_return failure{errc::unsupported, answer.as_failure().detail};
    }
    if (answer.is_completion()) {
        co_return result<>{};
    }
    co_return co_await explain_creation(lookup_, session_, std::move(to), proto::explain(answer), file_kind::regular);
}

// The disk's space where it is told, else what is left of the user's quota.
awaitable<result<remote::free_space>> remote_changes::space(remote_path directory)
{
    auto told = co_await space_of_directory(std::move(directory));
    if (!told && told.error() == errc::unsupported) {
        told = co_await space_of_quota(proto::command::bare("XQUOTA"), profile_.xquota, proto::parse_xquota_reply);
    }
    if (!told && told.error() == errc::unsupported) {
        told = co_await space_of_quota(proto::command::bare("SITE QUOTA"), profile_.site_quota,
                                       proto::parse_site_quota_reply);
    }
    co_return told;
}

awaitable<result<remote::free_space>> remote_changes::space_of_directory(remote_path directory)
{
    if (profile_.avbl == support::refused) {
        co_return failure{errc::unsupported, not_told};
    }
    FTPFS_CO_TRY(auto command, co_await command_for("AVBL", directory));
    FTPFS_CO_TRY(const auto answer, co_await session_.ask(std::move(command)));
    note_answer(profile_.avbl, answer);
    const auto available = proto::parse_space_reply(answer);
    if (!available) {
        co_return failure{errc::unsupported, answer.as_failure().detail};
    }
    remote::free_space space;
    space.available = *available;
    space.total = *available;  // nobody tells
    co_return space;
}

awaitable<result<remote::free_space>> remote_changes::space_of_quota(proto::command question, support& known,
                                                                     quota_parser parse)
{
    if (known == support::refused) {
        co_return failure{errc::unsupported, not_told};
    }
    FTPFS_CO_TRY(const auto answer, co_await session_.ask(std::move(question)));
    const auto found = parse(answer);
    if (!found || !found->limit) {
        // Also "No quotas in effect", and an unlimited one: that does not change while the mount lasts.
        if (!answer.is_transient()) {
            known = support::refused;
        }
        co_return failure{errc::unsupported, answer.as_failure().detail};
    }
    known = support::works;
    remote::free_space space;
    space.available = found->available();
    space.total = *found->limit;
    co_return space;
}

}  // namespace ftpfs::ftp
