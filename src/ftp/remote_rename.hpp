// One attempt to rename, on servers that replace an existing target and on those that do not.
//
// Where RNTO onto an existing file is refused (ProFTPD compiled without options, IIS), the target is first moved
// aside to a temporary name in its directory, and back if the rename fails. `progress` knows that name, so that an
// attempt on another session can go on where a lost one stopped.
#pragma once

#include "ftpfs/core/log.hpp"
#include "remote_changes.hpp"

namespace ftpfs::ftp {

class remote_rename : private remote_changes {
public:
    remote_rename(session& asked, server_profile& profile, change_progress& progress, const log& logger)
        : remote_changes{asked, profile, progress}, log_{logger}
    {
    }

    awaitable<result<>> run(remote_path from, remote_path to, remote::existing_target policy);

private:
    struct pair {
        pair(std::string from_, std::string to_) : from{std::move(from_)}, to{std::move(to_)} {}

        std::string from;
        std::string to;
    };

    awaitable<result<pair>> name_pair(remote_path from, remote_path to);
    awaitable<result<>> move(remote_path from, remote_path to);
    awaitable<result<>> settle(remote_path from, remote_path to, remote::existing_target policy, failure why);
    awaitable<result<>> replace(remote_path from, remote_path to, failure why);
    awaitable<result<>> replace_file(remote_path from, remote_path to, failure why);
    awaitable<result<>> replace_directory(remote_path from, remote_path to, failure why);
    awaitable<result<>> move_in(remote_path from, remote_path to);
    awaitable<result<>> make_again(remote_path directory);
    awaitable<result<>> drop_aside();
    awaitable<result<>> go_on(remote_path from, remote_path to, remote::existing_target policy);

    const log& log_;
    bool source_refused_ = false;  // by the last move()
};

}  // namespace ftpfs::ftp
