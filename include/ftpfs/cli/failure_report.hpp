// A failure of the first connection or of the mount, in words for the one who typed the command: what happened,
// to what, what to do; and the exit status that belongs to it. Pure.
#pragma once

#include "ftpfs/cli/problem.hpp"
#include "ftpfs/core/error.hpp"
#include "ftpfs/ftp/config.hpp"
#include "ftpfs/fuse/config.hpp"

namespace ftpfs::cli {

// While connecting, logging in and looking at the root.
problem explain_connection(const failure& why, const ftp::config& settings);

// While mounting; the failure comes from the fuse layer and says what to do by itself.
problem explain_mount(const failure& why, const fuse::config& settings);

}  // namespace ftpfs::cli
