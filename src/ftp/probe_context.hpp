// What the steps of a probe share: the session they use, what they have learned, and the report they write.
//
// Internal to server_prober. The steps themselves are the functions of probe_steps.hpp.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/server_prober.hpp"
#include "ftpfs/proto/feature_set.hpp"
#include "probe_transfer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::ftp {

class probe_context {
public:
    using clock = std::chrono::steady_clock;

    probe_context(net::connector& connector_, config settings_, probe_wish wish_, log logger,
                  std::function<void(const probe_step&)> on_step);

    // Adds a step to the report. `words` may hold bytes of the server.
    void tell(std::string name, probe_outcome outcome, std::string_view words, clock::duration took = {});
    // Nothing more is to be tried: it was interrupted, or a mount would have ended here.
    bool stopped() const noexcept { return report.interrupted || report.end.has_value(); }
    // Takes down whether that failure is the probe's interruption; true if it was interrupted, now or before.
    bool note_interruption(const failure& why);
    // Takes down why a mount would not come up.
    void end(failure why);

    // A connection to the server, nothing said yet.
    awaitable<result<std::unique_ptr<control_channel>>> connect();
    // The same, logged in.
    awaitable<result<std::unique_ptr<control_channel>>> open();
    // The session in the directory of the mount, a new one if the last was lost; null if there is none any more.
    awaitable<control_channel*> line();
    // One command that moves no data, and its final reply. A failure means that the session is lost.
    awaitable<result<proto::reply>> ask(std::string_view verb, std::string_view argument = {});
    // A data connection of that kind on the session, for the command.
    awaitable<result<data_opening>> open_data(control_channel& session, data_way kind, std::string use,
                                              probe_address& told);
    // The commands, the last of which transfers, on a data connection of that kind. At most `limit` bytes are kept.
    awaitable<result<probe_transfer>> transfer(data_way way, std::vector<proto::command> commands, std::size_t limit);
    // From now on there is a session again, whatever has happened: something has to be removed.
    void begin_cleaning() noexcept;
    // Says QUIT and forgets the session.
    awaitable<> hang_up(std::unique_ptr<control_channel> session);
    awaitable<> hang_up();

    net::connector& connector;
    config settings;
    probe_wish wish;
    probe_report report;

    std::unique_ptr<control_channel> control;  // may be lost: see line()
    proto::feature_set features;
    std::string directory;                 // of the mount, as the server knows it; empty: not known yet
    std::optional<data_way> way;           // to data connections, that works
    std::vector<directory_entry> entries;  // of the directory, as MLSD tells them, or LIST
    std::vector<directory_entry> listed;   // as LIST tells them
    bool server_is_full = false;           // said the last one that refused a session
    std::string scratch;                   // a directory that must be removed again; empty: none
    std::vector<std::string> scratch_files;

private:
    log log_;
    std::function<void(const probe_step&)> on_step_;
    unsigned connections_ = 0;
    unsigned replaced_ = 0;
    bool cleaning_ = false;
};

// Since when, for steps.
class probe_watch {
public:
    probe_context::clock::duration took() const { return probe_context::clock::now() - since_; }

private:
    probe_context::clock::time_point since_ = probe_context::clock::now();
};

}  // namespace ftpfs::ftp
