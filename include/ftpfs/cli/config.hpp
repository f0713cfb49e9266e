// The whole configuration of one mount, as each layer wants it: made once, then constant.
#pragma once

#include "ftpfs/cli/command_line.hpp"
#include "ftpfs/cli/credentials.hpp"
#include "ftpfs/cli/problem.hpp"
#include "ftpfs/cli/settings.hpp"
#include "ftpfs/cli/url.hpp"

#include <spdlog/common.h>
#include <sys/types.h>

#include <string>

namespace ftpfs::cli {

struct config {
    ftp::config ftp;
    fs::config fs;
    fuse::config fuse;
    bool keep_profile = true;  // what is learned of the server, for later mounts
    bool foreground = false;
    spdlog::level::level_enum log_level = spdlog::level::info;
    std::string log_file;  // empty: syslog, or standard error in the foreground
    std::string trace;     // a file for the dialogue with the server; empty: none
};

// What a command line says, each part valid and none in contradiction to another.
struct intention {
    command_line line;
    remote_address address;
    settings chosen;
};

// Adds a problem for everything that is wrong, in the user's words; the intention is of use only without any.
intention understand(command_line line, problems& found);

// Everything but the login; uid and gid are those of who mounts. Names the mount point as it was given.
config make_config(const intention& wish, uid_t uid, gid_t gid);

void add_login(config& into, login who);

// Where the disk cache lies, if no option says so: in /var/cache for root. What it calls the tree is known only with
// the login.
void add_disk_cache(config& into, uid_t uid, const std::string& cache_home);

}  // namespace ftpfs::cli
