// One attempt to change something on the server, and what its answer means.
//
// A command whose reply is lost with its session may have been obeyed: `progress` remembers that, and the next
// attempt, on another session, looks before it does it again. The session, the profile and the progress outlive
// the calls; paths are absolute on the server.
#pragma once

#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/proto/quota_reply.hpp"
#include "remote_lookup.hpp"

#include <optional>
#include <string>

namespace ftpfs::ftp {

// What attempts on several sessions share.
struct change_progress {
    bool unanswered = false;           // a command was sent, its reply never came
    std::optional<remote_path> aside;  // rename: where the old target went, or was going
};

class remote_changes {
public:
    remote_changes(session& asked, server_profile& profile, change_progress& progress)
        : session_{asked}, profile_{profile}, progress_{progress}, lookup_{asked, profile},
          maybe_done_{std::exchange(progress.unanswered, false)}
    {
    }

    awaitable<result<>> remove(remote_path file);
    awaitable<result<>> remove_directory(remote_path directory);
    awaitable<result<>> make_directory(remote_path directory);
    awaitable<result<>> make_link(std::string target, remote_path link);
    awaitable<result<>> copy(remote_path from, remote_path to);
    awaitable<result<remote::free_space>> space(remote_path directory);

    // Names that the server would change without saying so (Pure-FTPd): invalid_name.
    static result<> check_name(const server_profile& profile, const remote_path& path);

    // Why nothing could be created at `path`: already_exists, not_found (its directory), not_a_directory,
    // is_a_directory if a file was meant, permission_denied; `why` itself where nothing can be learned.
    static awaitable<failure> explain_creation(remote_lookup& lookup, const session& asked, remote_path path,
                                               failure why, file_kind meant);

protected:
    using quota_parser = std::optional<proto::quota> (*)(const proto::reply&);

    // Both `unsupported` where the server does not tell.
    awaitable<result<remote::free_space>> space_of_directory(remote_path directory);
    awaitable<result<remote::free_space>> space_of_quota(proto::command question, support& known, quota_parser parse);

    // `verb` ("DELE", "SITE CPFR") and the path, to be sent before anything else is asked.
    awaitable<result<proto::command>> command_for(std::string verb, remote_path path);
    // Sends a command that may not be repeated blindly.
    awaitable<result<proto::reply>> act(proto::command what);

    session& session_;
    server_profile& profile_;
    change_progress& progress_;
    remote_lookup lookup_;
    bool maybe_done_;  // by an earlier attempt
};

}  // namespace ftpfs::ftp
