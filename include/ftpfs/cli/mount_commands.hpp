// The commands about mounts that are there already: "ftpfs status" and "ftpfs umount".
#pragma once

#include "ftpfs/cli/command_line.hpp"
#include "ftpfs/cli/environment.hpp"
#include "ftpfs/cli/exit_status.hpp"

#include <functional>

namespace ftpfs::cli {

// What the mount at line.mount_point does, or all mounts, in lines for people or as JSON.
exit_status show_status(const command_line& line, environment& world);

// Waits until the server has all changes, telling how much is left, and unmounts. Gives up, and leaves the mount as
// it is, when nothing moves any more. `pause` is the time between two looks.
exit_status unmount(const command_line& line, environment& world, const std::function<void()>& pause);

}  // namespace ftpfs::cli
