// What the options of -o say, each value checked on its own; what spans several values (user, masks) waits here
// until all of them are known.
//
// Filled by the option table (options.hpp), turned into a `config` (config.hpp). Plain values.
#pragma once

#include "ftpfs/fs/config.hpp"
#include "ftpfs/ftp/config.hpp"
#include "ftpfs/fuse/config.hpp"

#include <spdlog/common.h>
#include <sys/types.h>

#include <optional>
#include <string>

namespace ftpfs::cli {

struct settings {
    // who
    std::optional<std::string> user;
    std::optional<std::string> credentials_file;
    bool password_from_stdin = false;
    std::optional<std::string> netrc_file;  // absent: ~/.netrc, if there is one
    bool use_netrc = true;

    // connection
    bool ipv4 = false;
    bool ipv6 = false;
    bool keep_profile = true;

    // ownership; umask is the default of the other two
    std::optional<uid_t> uid;
    std::optional<gid_t> gid;
    std::optional<mode_t> umask;
    std::optional<mode_t> file_mask;
    std::optional<mode_t> directory_mask;
    std::optional<fs::owner_policy> chown;  // absent: depends on who mounts

    // diagnosis
    spdlog::level::level_enum log_level = spdlog::level::info;
    std::string log_file;
    std::string trace;

    // Filled directly where one option is one field.
    ftp::config ftp;
    fs::config fs;
    fuse::config fuse;
};

}  // namespace ftpfs::cli
