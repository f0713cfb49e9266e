// The remote tree, spoken to over FTP: what the file system asks for becomes sessions, commands and listings.
//
// Names are the server's bytes, whatever `charset` says: that only serves to show them in messages, and to say so when
// they look like another one; translating_remote goes on top.
// Every operation borrows one session of the pool, never two, so a server that allows a single connection is
// enough. What a bare "550" leaves open is settled on the same session by asking again. An operation that
// fails because its session died is repeated once on a fresh one; after `timeout=` it fails with timed_out, unless it
// waits for a session that an upload is making use of. A change
// whose reply was lost is looked up on a fresh session before it is repeated.
// Owned by whoever wires the program; the connector must outlive it. One thread. Call shut_down() and let it
// end before destroying it, or never run the loop again.
#pragma once

#include "ftpfs/async/single_flight.hpp"
#include "ftpfs/async/task_group.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/session_pool.hpp"
#include "ftpfs/ftp/statistics.hpp"
#include "ftpfs/proto/charset_guess.hpp"
#include "ftpfs/proto/name_codec.hpp"
#include "ftpfs/remote/remote.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ftpfs::net {
class connector;
}

namespace ftpfs::ftp {

struct change_progress;

// What the first login found out, for the message "mounted …".
struct connection_summary {
    remote_path root;    // of the mount, absolute on the server, in its bytes
    std::string system;  // what the server calls itself (SYST), as it came
    std::chrono::steady_clock::duration round_trip{};
};

class ftp_remote final : public remote::remote {
public:
    ftp_remote(executor where, net::connector& connector, config settings, log logger);
    ~ftp_remote() override;

    // Logs in once and checks that the root is a directory, so that a mount that can't work fails at once
    // and with a precise reason: the failures of session::open, not_found, not_a_directory, permission_denied.
    // The operations below work without it, too.
    awaitable<result<connection_summary>> connect();

    // What an earlier mount has learned of the server, before connect(); and what is to be kept for the next one.
    void recall(kept_profile kept) { pool_->recall(std::move(kept)); }
    kept_profile learned() const { return pool_->learned(); }

    awaitable<result<ftpfs::remote::listing>> list(remote_path directory) override;
    awaitable<result<ftpfs::remote::listing>> list_ahead(remote_path directory) override;
    awaitable<result<file_attributes>> stat(remote_path path) override;
    bool stats_by_listing() const override { return pool_->profile().mlst == support::refused; }
    remote_path root() const override { return home_.value_or(remote_path{}); }
    awaitable<result<std::string>> read_link(remote_path path) override;
    awaitable<result<std::unique_ptr<ftpfs::remote::download>>>
    open_download(ftpfs::remote::download_request request) override;
    awaitable<result<std::unique_ptr<ftpfs::remote::upload>>>
    open_upload(ftpfs::remote::upload_request request) override;
    awaitable<result<>> remove(remote_path file) override;
    awaitable<result<>> remove_directory(remote_path directory) override;
    awaitable<result<>> make_directory(remote_path directory) override;
    awaitable<result<>> rename(remote_path from, remote_path to, ftpfs::remote::existing_target policy) override;
    awaitable<result<>> change_attributes(remote_path path, ftpfs::remote::attribute_change change) override;
    awaitable<result<>> make_link(std::string target, remote_path link) override;
    awaitable<result<>> copy(remote_path from, remote_path to) override;
    awaitable<result<ftpfs::remote::free_space>> space(remote_path directory) override;
    awaitable<> shut_down() override;

    statistics counters() const;

    // A path of the server for a message, in its charset.
    std::string shown(const remote_path& path) const;

private:
    using listing = ftpfs::remote::listing;
    using download = ftpfs::remote::download;
    using upload = ftpfs::remote::upload;
    using progress_ptr = std::shared_ptr<change_progress>;
    using links = std::shared_ptr<const listing>;

    // Runs `attempt` on a session, and once more on a fresh one when the first turned out to be dead. With
    // `progress`, also when a command that may have been obeyed was not answered.
    template <class T, class Attempt>
    awaitable<result<T>> with_session(lease_request request, Attempt attempt, progress_ptr progress = {});
    template <class Attempt>
    awaitable<result<>> change(Attempt attempt, progress_ptr progress);

    // One attempt each. The lease outlives it, and is taken over by a download that has begun.
    awaitable<result<connection_summary>> check_root(session_lease& lease);
    awaitable<result<listing>> list_with(lease_request request, remote_path directory);
    awaitable<result<listing>> list_on(session_lease& lease, remote_path directory);
    awaitable<result<listing>> list_links_on(session_lease& lease, remote_path directory);
    awaitable<result<file_attributes>> stat_on(session_lease& lease, remote_path path);
    awaitable<result<file_attributes>> stat_root(session_lease& lease, remote_path where);
    awaitable<result<std::unique_ptr<download>>> open_on(session_lease& lease, ftpfs::remote::download_request request);
    awaitable<result<std::unique_ptr<upload>>> store_on(session_lease& lease, ftpfs::remote::upload_request request);
    void judge_time(file_time& stored);
    awaitable<failure> explain_upload(session& asked, remote_path path, failure why, bool appends);
    awaitable<result<std::optional<file_attributes>>> look_again(remote_path path);
    awaitable<result<>> rename_all(remote_path from, remote_path to, ftpfs::remote::existing_target policy);
    awaitable<result<links>> list_links(remote_path directory);

    remote_path absolute(const session& from, const remote_path& path) const;

    config settings_;
    log log_;
    proto::name_codec names_;
    proto::charset_hint charset_hint_;
    std::shared_ptr<session_pool> pool_;
    async::task_group tasks_;
    async::single_flight<remote_path, links> link_listings_;
    std::optional<remote_path> home_;  // the root of the mount on the server, once known

    // The directory whose links were read last: `ls -l` asks for all links of one directory in a row.
    remote_path links_of_;
    links last_links_;
    std::chrono::steady_clock::time_point links_valid_until_;

    std::uint64_t changes_ = 0;  // begun or ended: a listing of links that overlaps one is not kept

    std::uint64_t operations_ = 0;
    std::uint64_t retries_ = 0;
    std::shared_ptr<std::uint64_t> bytes_received_;
    std::shared_ptr<std::uint64_t> bytes_sent_;
};

}  // namespace ftpfs::ftp
