#include "remote_rename.hpp"

#include "ftpfs/proto/server_words.hpp"

#include <fmt/format.h>

#include <random>

namespace ftpfs::ftp {

using remote::existing_target;

namespace {

constexpr int bad_sequence = 503;

// In the same directory, so that moving there is no copy; the dot hides it from most users of the server.
result<remote_path> aside_of(const remote_path& target)
{
    std::random_device dice;
    FTPFS_TRY(const auto name, file_name::make(fmt::format(".ftpfs-old-{:08x}", dice())));
    return target.parent() / name;
}

// Refusals that an existing target may be the reason of.
bool may_be_about_target(const failure& why)
{
    return why == errc::already_exists || why == errc::permission_denied ||
           (remote_lookup::ambiguous(why) && !(why == errc::unsupported));
}

// The deepest directory that both are in.
remote_path common_directory(const remote_path& a, const remote_path& b)
{
    auto directory = a.parent();
    while (!directory.is_root() && !b.str().starts_with(directory.str() + '/')) {
        directory = directory.parent();
    }
    return directory;
}

}  // namespace

awaitable<result<>> remote_rename::run(remote_path from, remote_path to, existing_target policy)
{
    FTPFS_CO_CHECK(check_name(profile_, to));
    if (progress_.aside) {
        co_return co_await go_on(std::move(from), std::move(to), policy);
    }
    const bool over_needs_care = policy == existing_target::refuse || profile_.rename_over == support::refused;
    if (maybe_done_ || over_needs_care) {
        const auto target = co_await lookup_.find(to);
        if (!target && (session_.lost() || policy == existing_target::refuse)) {
            co_return target.error();
        }
        const bool exists = target && *target;
        if (exists && maybe_done_) {
            const auto source = co_await lookup_.find(from);
            const bool moved = source && !*source;
            if (moved || session_.lost()) {
                co_return moved ? result<>{} : result<>{source.error()};
            }
        }
        if (exists && policy == existing_target::refuse) {
            co_return failure{errc::already_exists, printable(to.str())};
        }
        if (exists && over_needs_care) {
            co_return co_await replace(std::move(from), std::move(to), failure{errc::already_exists});
        }
    }
    const auto moved = co_await move(from, to);
    if (moved || session_.lost()) {
        co_return moved;
    }
    co_return co_await settle(std::move(from), std::move(to), policy, moved.error());
}

// What RNFR and RNTO must say; may change the directory. Two paths that must both be walked are named from the
// directory they have in common. Where that is not enough (ProFTPD, two directories with a '*' each) the server will
// refuse.
awaitable<result<remote_rename::pair>> remote_rename::name_pair(remote_path from, remote_path to)
{
    const bool walk_from = session::must_be_walked(from);
    const bool walk_to = session::must_be_walked(to);
    pair names{from.str(), to.str()};
    if (walk_from && walk_to) {
        const auto shared = common_directory(from, to);
        const auto skip = shared.str().size();
        pair relative{"." + from.str().substr(skip), "." + to.str().substr(skip)};
        if (!shared.is_root() && !session::is_refused_with_star(relative.from) &&
            !session::is_refused_with_star(relative.to)) {
            FTPFS_CO_CHECK(co_await session_.change_directory(shared));
            names = std::move(relative);
        }
    } else if (walk_from) {
        FTPFS_CO_TRY(names.from, co_await session_.reach(from));
    } else if (walk_to) {
        FTPFS_CO_TRY(names.to, co_await session_.reach(to));
    }
    co_return names;
}

// The pair back to back: inetutils and linux-ftpd forget RNFR with any command in between, ProFTPD refuses every other
// command from then on.
awaitable<result<>> remote_rename::move(remote_path from, remote_path to)
{
    FTPFS_CO_TRY(const auto names, co_await name_pair(std::move(from), std::move(to)));
    FTPFS_CO_TRY(const auto source, proto::command::make("RNFR", names.from));
    FTPFS_CO_TRY(const auto target, proto::command::make("RNTO", names.to));
    for (bool again = true;;) {
        FTPFS_CO_TRY(const auto ready, co_await session_.ask(source));
        source_refused_ = !ready.is_intermediate() && !ready.is_completion();
        if (source_refused_) {
            co_return proto::explain(ready);
        }
        auto answer = co_await act(target);
        ++profile_.moved_directories;
        if (!answer) {
            co_return std::move(answer).error();
        }
        if (answer->is_completion()) {
            co_return result<>{};
        }
        if (answer->code != bad_sequence || !std::exchange(again, false)) {
            co_return proto::explain(*answer);
        }
    }
}

awaitable<result<>> remote_rename::settle(remote_path from, remote_path to, existing_target policy, failure why)
{
    if (source_refused_) {
        co_return co_await lookup_.explain(std::move(from), std::move(why), file_kind::unknown);
    }
    if (!may_be_about_target(why)) {
        co_return why;
    }
    const auto target = co_await lookup_.find(to);
    if (session_.lost()) {
        co_return target.error();
    }
    if (target && *target) {
        if (policy == existing_target::refuse) {
            co_return failure{errc::already_exists, why.detail};
        }
        co_return co_await replace(std::move(from), std::move(to), std::move(why));
    }
    const auto source = co_await lookup_.find(std::move(from));
    if (source && !*source) {
        co_return failure{errc::not_found, why.detail};
    }
    co_return co_await explain_creation(lookup_, session_, std::move(to), std::move(why), file_kind::unknown);
}

// There is something at `to`.
awaitable<result<>> remote_rename::replace(remote_path from, remote_path to, failure why)
{
    FTPFS_CO_TRY(const auto source, co_await lookup_.find(from));
    if (!source) {
        co_return failure{errc::not_found, why.detail};
    }
    FTPFS_CO_TRY(const auto target, co_await lookup_.find(to));
    const bool from_directory = source->kind == file_kind::directory;
    const bool to_directory = target && target->kind == file_kind::directory;
    if (from_directory && !to_directory) {
        co_return failure{errc::not_a_directory, why.detail};
    }
    if (!from_directory && to_directory) {
        co_return failure{errc::is_a_directory, why.detail};
    }
    if (from_directory) {
        co_return co_await replace_directory(std::move(from), std::move(to), std::move(why));
    }
    co_return co_await replace_file(std::move(from), std::move(to), std::move(why));
}

awaitable<result<>> remote_rename::replace_directory(remote_path from, remote_path to, failure why)
{
    FTPFS_CO_TRY(const auto listed, co_await session_.list(to));
    if (!listed.entries.empty() || !listed.complete) {
        co_return failure{errc::not_empty, why.detail};
    }
    FTPFS_CO_TRY(auto removal, co_await command_for("RMD", to));
    FTPFS_CO_TRY(const auto removed, co_await act(std::move(removal)));
    ++profile_.moved_directories;
    if (!removed.is_completion()) {
        const bool hides_some = profile_.mlsd != support::works && profile_.list_all != support::works;
        const auto reason = proto::meaning_of(removed);
        co_return failure{reason.value_or(hides_some ? errc::not_empty : errc::permission_denied), why.detail};
    }
    auto moved = co_await move(std::move(from), to);
    if (!moved && !session_.lost()) {
        const auto made = co_await make_again(std::move(to));
        if (!made) {
            log_.warning("an empty directory that was to be replaced is gone, and could not be made again");
        }
    }
    co_return moved;
}

awaitable<result<>> remote_rename::make_again(remote_path directory)
{
    FTPFS_CO_TRY(auto command, co_await command_for("MKD", std::move(directory)));
    FTPFS_CO_TRY(const auto answer, co_await session_.ask(std::move(command)));
    if (!answer.is_completion()) {
        co_return proto::explain(answer);
    }
    co_return result<>{};
}

awaitable<result<>> remote_rename::replace_file(remote_path from, remote_path to, failure why)
{
    FTPFS_CO_TRY(progress_.aside, aside_of(to));
    const auto cleared = co_await move(to, *progress_.aside);
    if (!cleared) {
        if (session_.lost()) {
            co_return cleared.error();
        }
        // A refusal may be a lie (a gateway's 451 after its own timeout): only a look tells where the file is.
        FTPFS_CO_TRY(const auto aside, co_await lookup_.find(*progress_.aside));
        if (!aside) {
            progress_.aside.reset();
            const bool vague = why == errc::already_exists || remote_lookup::ambiguous(why);
            co_return failure{vague ? errc::permission_denied : errc::io_failure, why.detail};
        }
    }
    co_return co_await move_in(std::move(from), std::move(to));
}

// The old target is aside.
awaitable<result<>> remote_rename::move_in(remote_path from, remote_path to)
{
    const auto aside = *progress_.aside;
    const auto moved = co_await move(from, to);
    if (moved) {
        profile_.rename_over = support::refused;
        co_return co_await drop_aside();
    }
    if (session_.lost()) {
        co_return moved;
    }
    const auto source = co_await lookup_.find(std::move(from));
    const auto target = co_await lookup_.find(to);
    if (!source || !target) {
        co_return moved;
    }
    if (!*source && *target) {
        co_return co_await drop_aside();
    }
    if (*target) {
        co_return moved;
    }
    const auto undone = co_await move(aside, std::move(to));
    if (undone) {
        progress_.aside.reset();
    } else if (!session_.lost()) {
        const auto still = co_await lookup_.find(aside);
        if (still && !*still) {
            progress_.aside.reset();
        }
    }
    co_return moved;
}

awaitable<result<>> remote_rename::drop_aside()
{
    FTPFS_CO_TRY(auto command, co_await command_for("DELE", *progress_.aside));
    const auto answer = co_await session_.ask(std::move(command));
    if (!answer) {
        co_return answer.error();
    }
    if (!answer->is_completion()) {
        log_.warning("{}, the file that a rename replaced, could not be deleted: {}", printable(progress_.aside->str()),
                     answer->as_failure().detail);
    }
    progress_.aside.reset();
    co_return result<>{};
}

// An earlier session was lost while the old target was aside, or on its way there or from there.
awaitable<result<>> remote_rename::go_on(remote_path from, remote_path to, existing_target policy)
{
    FTPFS_CO_TRY(const auto source, co_await lookup_.find(from));
    FTPFS_CO_TRY(const auto target, co_await lookup_.find(to));
    FTPFS_CO_TRY(const auto aside, co_await lookup_.find(*progress_.aside));
    if (!aside) {
        progress_.aside.reset();
        if (!source && target) {
            co_return result<>{};
        }
        maybe_done_ = false;
        co_return co_await run(std::move(from), std::move(to), policy);
    }
    if (!target) {
        co_return co_await move_in(std::move(from), std::move(to));
    }
    if (!source) {
        co_return co_await drop_aside();
    }
    co_return failure{errc::already_exists, printable(to.str()) + " appeared while it was being replaced"};
}

}  // namespace ftpfs::ftp
