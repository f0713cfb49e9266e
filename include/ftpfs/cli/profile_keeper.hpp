// Carries what is learned of a server from one mount to the next: reads it before the first connection, and writes it
// down after a minute, now and then, and at the end, when it has changed.
//
// Owned by the application, on its loop; files are touched on the helper thread only.
#pragma once

#include "ftpfs/async/blocking.hpp"
#include "ftpfs/async/task_group.hpp"
#include "ftpfs/cli/config.hpp"
#include "ftpfs/cli/profile_store.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/ftp/ftp_remote.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace ftpfs::cli {

class profile_keeper {
public:
    // All of them outlive it.
    profile_keeper(executor where, async::helper_thread& helper, ftp::ftp_remote& remote, const config& settings,
                   log journal);

    awaitable<> recall();
    void start();
    // Writes what is not written yet.
    awaitable<> stop();

private:
    awaitable<> keep_up();
    awaitable<> save();

    async::helper_thread& helper_;
    ftp::ftp_remote& remote_;
    log journal_;
    std::optional<profile_store> store_;  // none: nothing is kept
    std::string kept_;                    // the text of what lies in the file
    std::string greeting_;                // of what was recalled
    std::chrono::sys_seconds since_{};
    async::condition ending_;
    async::task_group tasks_;
};

}  // namespace ftpfs::cli
