// How ftp_remote writes.
#include "ftpfs/ftp/ftp_remote.hpp"

#include "attribute_setter.hpp"
#include "ftp_upload.hpp"
#include "remote_changes.hpp"
#include "remote_lookup.hpp"
#include "remote_rename.hpp"
#include "with_session.hpp"

#include <boost/asio/this_coro.hpp>

namespace ftpfs::ftp {

namespace asio = boost::asio;
using remote::attribute_change;
using remote::existing_target;
using remote::free_space;
using remote::upload;
using remote::upload_request;
using remote::upload_start;

awaitable<result<std::unique_ptr<upload>>> ftp_remote::open_upload(upload_request request)
{
    ++changes_;
    last_links_.reset();
    lease_request wanted{lane::bulk, {}};
    wanted.on_pressure = std::move(request.on_pressure);
    wanted.uploads = true;
    auto attempt = [this, request = std::move(request)](session_lease& lease) { return store_on(lease, request); };
    return with_session<std::unique_ptr<upload>>(std::move(wanted), std::move(attempt));
}

awaitable<result<std::unique_ptr<upload>>> ftp_remote::store_on(session_lease& lease, upload_request request)
{
    const auto path = absolute(*lease, request.path);
    FTPFS_CO_CHECK(remote_changes::check_name(pool_->profile(), path));
    const bool appends = request.start == upload_start::append;
    const auto begun = co_await lease->store(path, request.start, request.offset, request.expected, request.trusting);
    if (!begun) {
        co_return co_await explain_upload(*lease, path, begun.error(), appends);
    }
    ftp_upload::what started{std::move(lease), pool_->profile(), path};
    started.offset = appends ? request.offset : 0;
    started.before = request.expected;
    started.explain = [this, path](session& asked, failure why) { return explain_upload(asked, path, why, false); };
    started.look = [this, path = request.path] { return look_again(path); };
    started.judge_time = [this](file_time& stored) { judge_time(stored); };
    started.bytes_sent = bytes_sent_;
    co_return std::make_unique<ftp_upload>(std::move(started));
}

// Where MDTM lies, only what was stored a moment ago gives it away.
void ftp_remote::judge_time(file_time& stored)
{
    auto& zone = pool_->profile().zone;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    constexpr std::chrono::minutes nearest_zone{15};
    const bool is_odd = stored.source == time_source::fact && stored.precision == time_precision::second &&
                        std::chrono::abs(stored.value - now) > nearest_zone / 2;
    if (is_odd && zone.learn_from_upload(stored, now, proto::server_zone::ours())) {
        const auto minutes = std::chrono::round<std::chrono::minutes>(stored.value - now).count();
        log_.warning("the server tells times of files in its own zone, {} minutes from UTC, where UTC is due: they are "
                     "corrected from now on, and from the start with server_tz=",
                     minutes);
        stored = zone.corrected(stored);
    }
}

awaitable<failure> ftp_remote::explain_upload(session& asked, remote_path path, failure why, bool appends)
{
    remote_lookup lookup{asked, pool_->profile()};
    // ProFTPD's "Overwrite permission denied" comes for directories, too.
    const bool must_look = why == errc::unsupported || why == errc::already_exists;
    if (must_look && !asked.lost()) {
        const auto seen = co_await lookup.find(path);
        if (appends && seen && !*seen) {
            co_return failure{errc::not_found, why.detail};
        }
        const bool is_directory = seen && *seen && (*seen)->kind == file_kind::directory;
        if (is_directory) {
            co_return failure{errc::is_a_directory, why.detail};
        }
        co_return asked.lost() ? seen.error() : why;
    }
    if (appends) {
        co_return co_await lookup.explain(std::move(path), std::move(why), file_kind::regular);
    }
    co_return co_await remote_changes::explain_creation(lookup, asked, std::move(path), std::move(why),
                                                        file_kind::regular);
}

awaitable<result<std::optional<file_attributes>>> ftp_remote::look_again(remote_path path)
{
    lease_request request{lane::metadata, {}};
    request.fresh = true;
    auto attempt = [this, path = std::move(path)](session_lease& lease) { return stat_on(lease, path); };
    auto seen = co_await with_session<file_attributes>(std::move(request), std::move(attempt));
    if (seen) {
        co_return std::optional{*std::move(seen)};
    }
    if (seen.error() == errc::not_found) {
        co_return std::optional<file_attributes>{};
    }
    co_return std::move(seen).error();
}

template <class Attempt>
awaitable<result<>> ftp_remote::change(Attempt attempt, progress_ptr progress)
{
    ++changes_;
    auto changed = co_await with_session<void>(lease_request{lane::metadata, {}}, std::move(attempt), progress);
    ++changes_;
    last_links_.reset();
    co_return changed;
}

awaitable<result<>> ftp_remote::remove(remote_path file)
{
    auto progress = std::make_shared<change_progress>();
    auto attempt = [this, file = std::move(file), progress](session_lease& lease) -> awaitable<result<>> {
        remote_changes changes{*lease, pool_->profile(), *progress};
        co_return co_await changes.remove(absolute(*lease, file));
    };
    return change(std::move(attempt), progress);
}

awaitable<result<>> ftp_remote::remove_directory(remote_path directory)
{
    auto progress = std::make_shared<change_progress>();
    auto attempt = [this, directory = std::move(directory), progress](session_lease& lease) -> awaitable<result<>> {
        remote_changes changes{*lease, pool_->profile(), *progress};
        co_return co_await changes.remove_directory(absolute(*lease, directory));
    };
    return change(std::move(attempt), progress);
}

awaitable<result<>> ftp_remote::make_directory(remote_path directory)
{
    auto progress = std::make_shared<change_progress>();
    auto attempt = [this, directory = std::move(directory), progress](session_lease& lease) -> awaitable<result<>> {
        remote_changes changes{*lease, pool_->profile(), *progress};
        co_return co_await changes.make_directory(absolute(*lease, directory));
    };
    return change(std::move(attempt), progress);
}

awaitable<result<>> ftp_remote::rename(remote_path from, remote_path to, existing_target policy)
{
    return rename_all(std::move(from), std::move(to), policy);
}

awaitable<result<>> ftp_remote::rename_all(remote_path from, remote_path to, existing_target policy)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    auto progress = std::make_shared<change_progress>();
    auto attempt = [this, from, to, policy, progress](session_lease& lease) -> awaitable<result<>> {
        remote_rename renaming{*lease, pool_->profile(), *progress, log_};
        co_return co_await renaming.run(absolute(*lease, from), absolute(*lease, to), policy);
    };
    auto renamed = co_await change(std::move(attempt), progress);
    if (!renamed && progress->aside) {
        auto why = std::move(renamed).error();
        const auto where = shown(*progress->aside);
        log_.error("renaming to {} failed half-way ({}); the file that was there is now {} on the server", shown(to),
                   to_string(why), where);
        why.detail += "; the file that was to be replaced is now " + where;
        co_return why;
    }
    co_return renamed;
}

awaitable<result<>> ftp_remote::change_attributes(remote_path path, attribute_change change_)
{
    auto attempt = [this, path = std::move(path), change_](session_lease& lease) -> awaitable<result<>> {
        attribute_setter setter{*lease, pool_->profile()};
        co_return co_await setter.apply(absolute(*lease, path), change_);
    };
    return change(std::move(attempt), nullptr);
}

awaitable<result<>> ftp_remote::make_link(std::string target, remote_path link)
{
    auto progress = std::make_shared<change_progress>();
    auto attempt = [this, target = std::move(target), link = std::move(link),
                    progress](session_lease& lease) -> awaitable<result<>> {
        remote_changes changes{*lease, pool_->profile(), *progress};
        co_return co_await changes.make_link(target, absolute(*lease, link));
    };
    return change(std::move(attempt), progress);
}

awaitable<result<>> ftp_remote::copy(remote_path from, remote_path to)
{
    auto progress = std::make_shared<change_progress>();
    auto attempt = [this, from = std::move(from), to = std::move(to),
                    progress](session_lease& lease) -> awaitable<result<>> {
        remote_changes changes{*lease, pool_->profile(), *progress};
        co_return co_await changes.copy(absolute(*lease, from), absolute(*lease, to));
    };
    return change(std::move(attempt), progress);
}

awaitable<result<free_space>> ftp_remote::space(remote_path directory)
{
    auto attempt = [this, directory = std::move(directory)](session_lease& lease) -> awaitable<result<free_space>> {
        change_progress none;
        remote_changes changes{*lease, pool_->profile(), none};
        co_return co_await changes.space(absolute(*lease, directory));
    };
    return with_session<free_space>(lease_request{lane::metadata, {}}, std::move(attempt));
}

}  // namespace ftpfs::ftp
