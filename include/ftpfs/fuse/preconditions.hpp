// Why a mount can't work, found before libfuse finds it and in the user's words. mount::make() asks, and whoever
// wants to know before a server is spoken to.
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/fuse/config.hpp"

#include <string>

namespace ftpfs::fuse {

// The mount point without symbolic links, if everything needed for mounting there is in place. Failures: not_found
// or not_a_directory (the mount point), busy (an ftpfs is mounted there, alive or dead), and permission_denied,
// unsupported or io_failure for what keeps this user or this machine from mounting.
result<std::string> check_mountable(const config& settings);

}  // namespace ftpfs::fuse
