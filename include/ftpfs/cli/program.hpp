// The program: everything that main() does, as a function of its environment.
#pragma once

#include "ftpfs/cli/environment.hpp"
#include "ftpfs/cli/exit_status.hpp"

namespace ftpfs::cli {

// In the background child of a mount it does not return.
exit_status run_program(environment& world);

}  // namespace ftpfs::cli
