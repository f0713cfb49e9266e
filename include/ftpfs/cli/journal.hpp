// Where the log goes: standard error in the foreground, else syslog, or the file of log_file=. The dialogue with the
// server also goes to the file of trace=.
#pragma once

#include "ftpfs/cli/config.hpp"
#include "ftpfs/cli/problem.hpp"
#include "ftpfs/core/log.hpp"

namespace ftpfs::cli {

// Opens the files, for appending, before anything else happens: it fails while the user is still watching.
outcome<log> make_journal(const config& settings);

}  // namespace ftpfs::cli
