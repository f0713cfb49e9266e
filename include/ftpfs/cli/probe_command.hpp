// The command "ftpfs probe": what a server can do, what is wrong with it, and how to mount it best.
#pragma once

#include "ftpfs/cli/config.hpp"
#include "ftpfs/cli/environment.hpp"
#include "ftpfs/cli/exit_status.hpp"

namespace ftpfs::cli {

// Prints to world.out while it goes on, or, as JSON, at its end. A signal ends it with what is known so far. The status
// is the one a mount would end with. May ask for a password.
exit_status probe(const intention& wish, environment& world);

}  // namespace ftpfs::cli
