// The file of trace=: the dialogue with the server, a line each, as it happens.
//
// Readable by its owner only: names and sizes of files are nobody else's business. A line that can't be written (a
// full disk) is left out, the journal says so once, and the file itself how many are missing.
#pragma once

#include "ftpfs/cli/problem.hpp"
#include "ftpfs/core/log.hpp"

#include <spdlog/logger.h>

#include <memory>
#include <string>

namespace ftpfs::cli {

// Opens it for appending, and makes it if it is missing, but no directories. Lines begin with date and time.
outcome<std::shared_ptr<spdlog::logger>> open_trace(const std::string& name, log journal);

}  // namespace ftpfs::cli
