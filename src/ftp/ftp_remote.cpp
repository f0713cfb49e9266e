#include "ftpfs/ftp/ftp_remote.hpp"

#include "ftp_download.hpp"
#include "remote_lookup.hpp"
#include "with_session.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace ftpfs::ftp {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using remote::download;
using remote::download_request;
using remote::listing;

namespace {

// `ls -l` reads all links of a directory within moments; longer would show old targets.
constexpr std::chrono::seconds links_valid_for{10};

}  // namespace

ftp_remote::ftp_remote(executor where, net::connector& connector, config settings, log logger)
    : settings_{std::move(settings)}, log_{std::move(logger)},
      names_{proto::name_codec::make(settings_.charset).value()}, charset_hint_{names_},
      pool_{std::make_shared<session_pool>(where, connector, settings_, log_)}, tasks_{where}, link_listings_{where,
                                                                                                              tasks_},
      bytes_received_{std::make_shared<std::uint64_t>(0)}, bytes_sent_{std::make_shared<std::uint64_t>(0)}
{
}

ftp_remote::~ftp_remote() = default;

remote_path ftp_remote::absolute(const session& from, const remote_path& path) const
{
    if (settings_.root_given) {
        return path.below(settings_.root);
    }
    // A server that does not say where the login landed landed it at the top, or nowhere one could name.
    const auto& home = from.home();
    return path.below(settings_.root.below(home ? *home : remote_path{}));
}

std::string ftp_remote::shown(const remote_path& path) const
{
    return printable(names_.decode(path.str()));
}

awaitable<result<connection_summary>> ftp_remote::connect()
{
    lease_request request{lane::metadata, {}};
    auto attempt = [this](session_lease& lease) { return check_root(lease); };
    return with_session<connection_summary>(std::move(request), attempt);
}

awaitable<result<connection_summary>> ftp_remote::check_root(session_lease& lease)
{
    connection_summary summary;
    summary.root = absolute(*lease, remote_path{});
    summary.system = pool_->profile().system;
    const auto facts = co_await lease->stat(summary.root);
    const bool is_directory = facts && facts->kind == file_kind::directory;
    if (!is_directory) {
        const bool go_on = facts || remote_lookup::ambiguous(facts.error());
        if (!go_on) {
            co_return facts.error();
        }
        // A link to a directory is as good as one, and some servers answer only to CWD.
        const auto listed = co_await lease->list(summary.root);
        if (!listed) {
            remote_lookup lookup{*lease, pool_->profile()};
            co_return co_await lookup.explain(summary.root, listed.error(), file_kind::directory);
        }
    }
    summary.round_trip = lease->round_trip();
    co_return summary;
}

awaitable<result<listing>> ftp_remote::list(remote_path directory)
{
    return list_with(lease_request{lane::metadata, {}}, std::move(directory));
}

awaitable<result<listing>> ftp_remote::list_ahead(remote_path directory)
{
    lease_request request{lane::metadata, {}};
    request.ahead = true;
    return list_with(std::move(request), std::move(directory));
}

awaitable<result<listing>> ftp_remote::list_with(lease_request request, remote_path directory)
{
    if (home_) {
        request.directory = directory.below(*home_);
    }
    auto attempt = [this, directory = std::move(directory)](session_lease& lease) { return list_on(lease, directory); };
    return with_session<listing>(std::move(request), std::move(attempt));
}

awaitable<result<listing>> ftp_remote::list_on(session_lease& lease, remote_path directory)
{
    const auto path = absolute(*lease, directory);
    auto listed = co_await lease->list(path);
    if (!listed) {
        remote_lookup lookup{*lease, pool_->profile()};
        co_return co_await lookup.explain(path, listed.error(), file_kind::directory);
    }
    if (const auto hint = charset_hint_.look(listed->entries)) {
        log_.warning("in the directory {}: {}", shown(path), *hint);
    }
    co_return listed;
}

awaitable<result<file_attributes>> ftp_remote::stat(remote_path path)
{
    auto attempt = [this, path = std::move(path)](session_lease& lease) { return stat_on(lease, path); };
    return with_session<file_attributes>(lease_request{lane::metadata, {}}, std::move(attempt));
}

// MLST says all at once. Without it the parent's listing does: SIZE follows links and knows no modes, so asking
// directly is left for what a listing does not show.
awaitable<result<file_attributes>> ftp_remote::stat_on(session_lease& lease, remote_path path)
{
    const auto where = absolute(*lease, path);
    if (path.is_root()) {
        co_return co_await stat_root(lease, where);
    }
    const auto& profile = pool_->profile();
    std::optional<result<file_attributes>> direct;
    if (profile.mlst != support::refused) {
        direct = co_await lease->stat(where);
        const bool final = *direct || !remote_lookup::ambiguous(direct->error());
        if (lease->lost() || (final && profile.mlst != support::refused)) {
            co_return *std::move(direct);
        }
    }
    remote_lookup lookup{*lease, profile};
    auto found = co_await lookup.find_in_parent(where);
    if (found && *found) {
        co_return **std::move(found);
    }
    if (found) {
        co_return failure{errc::not_found, direct && !*direct ? direct->error().detail : shown(where)};
    }
    if (lease->lost()) {
        co_return found.error();
    }
    if (!direct) {
        direct = co_await lease->stat(where);
    }
    const bool settled = *direct || !remote_lookup::ambiguous(direct->error()) || lease->lost();
    if (settled || !(found.error() == errc::permission_denied)) {
        co_return *std::move(direct);
    }
    co_return found.error();
}

// Its parent may be out of bounds; that it can be listed is proof enough.
awaitable<result<file_attributes>> ftp_remote::stat_root(session_lease& lease, remote_path where)
{
    auto facts = co_await lease->stat(where);
    if (facts || lease->lost() || !remote_lookup::ambiguous(facts.error())) {
        co_return facts;
    }
    const auto listed = co_await lease->list(where);
    if (!listed) {
        remote_lookup lookup{*lease, pool_->profile()};
        co_return co_await lookup.explain(where, listed.error(), file_kind::directory);
    }
    file_attributes root;
    root.kind = file_kind::directory;
    co_return root;
}

awaitable<result<std::string>> ftp_remote::read_link(remote_path path)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto directory = path.parent();
    if (!last_links_ || links_of_ != directory || clock::now() >= links_valid_until_) {
        const auto changes_before = changes_;
        std::function<awaitable<result<links>>()> compute = [this, directory] { return list_links(directory); };
        FTPFS_CO_TRY(last_links_, co_await link_listings_.run(directory, std::move(compute)));
        links_of_ = directory;
        const bool may_be_old = changes_before != changes_;
        links_valid_until_ = may_be_old ? clock::time_point{} : clock::now() + links_valid_for;
    }
    const auto kept = last_links_;
    const auto at = std::find_if(kept->entries.begin(), kept->entries.end(),
                                 [&](const directory_entry& entry) { return entry.name.str() == path.name(); });
    if (at == kept->entries.end()) {
        co_return failure{errc::not_found, shown(path)};
    }
    if (at->attributes.kind != file_kind::symlink) {
        co_return failure{errc::version_changed, shown(path) + " is no symbolic link any more"};
    }
    if (at->attributes.link_target.empty()) {
        co_return failure{errc::unsupported, "the server does not show where links point"};
    }
    co_return at->attributes.link_target;
}

awaitable<result<ftp_remote::links>> ftp_remote::list_links(remote_path directory)
{
    auto attempt = [this, directory](session_lease& lease) { return list_links_on(lease, directory); };
    lease_request request{lane::metadata, {}};
    auto listed = co_await with_session<listing>(std::move(request), std::move(attempt));
    if (!listed) {
        co_return std::move(listed).error();
    }
    co_return std::make_shared<const listing>(*std::move(listed));
}

awaitable<result<listing>> ftp_remote::list_links_on(session_lease& lease, remote_path directory)
{
    const auto path = absolute(*lease, directory);
    auto listed = co_await lease->list_with_links(path);
    if (!listed) {
        remote_lookup lookup{*lease, pool_->profile()};
        co_return co_await lookup.explain(path, listed.error(), file_kind::directory);
    }
    co_return listed;
}

awaitable<result<std::unique_ptr<download>>> ftp_remote::open_download(download_request request)
{
    lease_request wanted{lane::bulk, {}};
    wanted.on_pressure = std::move(request.on_pressure);
    wanted.ahead = request.ahead;
    auto attempt = [this, request = std::move(request)](session_lease& lease) { return open_on(lease, request); };
    return with_session<std::unique_ptr<download>>(std::move(wanted), std::move(attempt));
}

awaitable<result<std::unique_ptr<download>>> ftp_remote::open_on(session_lease& lease, download_request request)
{
    const auto path = absolute(*lease, request.path);
    const auto& rest = pool_->profile().rest;
    if (request.ahead && request.offset > 0 && rest == support::refused) {
        co_return errc::unsupported;
    }
    auto version = co_await lease->retrieve(path, {request.offset, request.until}, request.expected);
    if (version && request.ahead && request.offset > 0 && rest != support::works) {
        co_return errc::unsupported;  // it was tried just now, and the bytes before would have to come, too
    }
    if (!version) {
        remote_lookup lookup{*lease, pool_->profile()};
        co_return co_await lookup.explain(path, version.error(), file_kind::regular);
    }
    co_return std::make_unique<ftp_download>(std::move(lease), *version, bytes_received_);
}

awaitable<> ftp_remote::shut_down()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    tasks_.cancel();
    co_await pool_->shut_down();
    co_await tasks_.join();
}

statistics ftp_remote::counters() const
{
    auto all = pool_->counters();
    all.operations = operations_;
    all.retries = retries_;
    all.bytes_received = *bytes_received_;
    all.bytes_sent = *bytes_sent_;
    return all;
}

}  // namespace ftpfs::ftp
