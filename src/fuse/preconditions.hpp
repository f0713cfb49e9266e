// Why a mount can't work, found before libfuse finds it and in the user's words.
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/fuse/config.hpp"

#include <string>

namespace ftpfs::fuse {

// The mount point without symbolic links, if everything needed for mounting there is in place.
result<std::string> check_mountable(const config& settings);

}  // namespace ftpfs::fuse
