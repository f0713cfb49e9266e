// How the program ends: one table for the code, the man page and scripts. The numbers are a promise.
#pragma once

#include <span>
#include <string_view>

namespace ftpfs::cli {

enum class exit_status : int {
    ok = 0,
    usage = 1,
    no_mount_point = 2,
    mount_point_busy = 3,
    host_not_found = 4,
    cannot_connect = 5,
    not_an_ftp_server = 6,
    login_refused = 7,
    no_such_directory = 8,
    fuse_unavailable = 9,
    server_busy = 10,
    tls_wanted = 11,
    other = 12
};

struct exit_status_meaning {
    exit_status status;
    std::string_view words;
};

// Every status once, in ascending order.
std::span<const exit_status_meaning> exit_status_table() noexcept;

}  // namespace ftpfs::cli
