// One mount from the first connection to the last QUIT: owns the layers and the thread that runs them.
//
// Start: connect, log in, look at the root, mount, say "ready". Stop, on SIGTERM, SIGINT, SIGHUP or an unmount
// from outside: unmount, send what is not sent yet, QUIT. A second signal ends the process at once.
#pragma once

#include "ftpfs/async/blocking.hpp"
#include "ftpfs/cli/config.hpp"
#include "ftpfs/cli/daemon.hpp"
#include "ftpfs/cli/problem.hpp"
#include "ftpfs/cli/profile_keeper.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/fs/file_system.hpp"
#include "ftpfs/ftp/ftp_remote.hpp"
#include "ftpfs/fuse/mount.hpp"
#include "ftpfs/net/connector.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <memory>

namespace ftpfs::cli {

class application {
public:
    // Make it after the fork: it starts threads.
    application(config settings, log journal);

    // Serves until unmounted; runs the loop. Once only.
    exit_status run(launch& start);

private:
    awaitable<exit_status> live(launch& start);
    awaitable<outcome<void>> come_up();
    awaitable<exit_status> serve(launch& start);
    awaitable<> go_down();
    void expect_signal();
    void on_signal(int number);
    [[noreturn]] void end_at_once();

    config settings_;
    log journal_;
    async::helper_thread helper_;
    boost::asio::io_context loop_;
    boost::asio::signal_set signals_;
    net::connector connector_;
    std::shared_ptr<ftp::ftp_remote> remote_;
    fs::file_system files_;
    profile_keeper keeper_;
    std::unique_ptr<fuse::mount> mounted_;
    bool is_up_ = false;      // mounted, or already unmounted and still sending
    bool signalled_ = false;  // asked to end
};

}  // namespace ftpfs::cli
