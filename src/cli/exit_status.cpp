#include "ftpfs/cli/exit_status.hpp"

#include <array>

namespace ftpfs::cli {

std::span<const exit_status_meaning> exit_status_table() noexcept
{
    static constexpr std::array table{
        exit_status_meaning{exit_status::ok, "the mount is usable"},
        exit_status_meaning{exit_status::usage, "wrong command line, URL or option"},
        exit_status_meaning{exit_status::no_mount_point, "the mount point is missing or not a directory"},
        exit_status_meaning{exit_status::mount_point_busy,
                            "another ftpfs, alive or dead, is mounted on the mount point"},
        exit_status_meaning{exit_status::host_not_found, "no such host"},
        exit_status_meaning{exit_status::cannot_connect, "cannot connect: refused, unreachable or timed out"},
        exit_status_meaning{exit_status::not_an_ftp_server, "what answers is not an FTP server"},
        exit_status_meaning{exit_status::login_refused, "login refused, or no password known"},
        exit_status_meaning{exit_status::no_such_directory, "no such directory on the server, or access denied"},
        exit_status_meaning{exit_status::fuse_unavailable, "FUSE is not available or not permitted"},
        exit_status_meaning{exit_status::server_busy, "the server refuses for now: too many connections"},
        exit_status_meaning{exit_status::tls_wanted, "TLS is required or asked for"},
        exit_status_meaning{exit_status::other, "any other failure"},
    };
    return table;
}

}  // namespace ftpfs::cli
