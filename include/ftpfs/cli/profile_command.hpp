// The command "ftpfs profile": what earlier mounts have learned of a server, shown or forgotten.
#pragma once

#include "ftpfs/cli/config.hpp"
#include "ftpfs/cli/environment.hpp"
#include "ftpfs/cli/exit_status.hpp"

namespace ftpfs::cli {

// Nobody is asked for a password: the user is taken from where a mount would find one.
exit_status show_profile(const intention& wish, environment& world);
exit_status forget_profile(const intention& wish, environment& world);

}  // namespace ftpfs::cli
