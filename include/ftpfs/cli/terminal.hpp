// Asks for a password on the terminal of the process, also where standard input is something else.
#pragma once

#include "ftpfs/cli/problem.hpp"
#include "ftpfs/core/secret.hpp"

#include <string>

namespace ftpfs::cli {

// Blocks, without echo. A signal (Ctrl-C) restores the terminal and then acts as usual. Fails, with
// exit_status::login_refused, if there is no terminal or the input ends. Not thread-safe: signal handlers are
// replaced for the time of the call.
outcome<secret> ask_on_terminal(const std::string& prompt);

}  // namespace ftpfs::cli
