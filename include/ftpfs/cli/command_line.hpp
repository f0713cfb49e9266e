// The words of the command line, not yet understood: what to do, the URL, the mount point, the options.
//
//     ftpfs [-f] [-d] [-o OPT,…] URL MOUNTPOINT
//     ftpfs umount MOUNTPOINT
//     ftpfs status [MOUNTPOINT] [--json]
//     mount.ftpfs URL MOUNTPOINT [-sfnvrw] [-N NS] [-t TYPE] [-o OPT,…]        as mount(8) calls its helpers
//
// The last form is chosen by the program's own name. Pure.
#pragma once

#include "ftpfs/cli/options.hpp"
#include "ftpfs/cli/problem.hpp"

#include <span>
#include <string>
#include <vector>

namespace ftpfs::cli {

enum class action { mount, unmount, status, help, version, nothing };  // nothing: mount -f, a rehearsal

struct command_line {
    action what = action::mount;
    bool foreground = false;
    bool debug = false;
    bool json = false;  // of the status
    std::string url;
    std::string mount_point;
    std::vector<option_setting> options;
};

// Adds a problem for each thing that is wrong. No message holds an argument that may be a password.
command_line parse_command_line(std::span<const std::string> arguments, problems& found);

std::string help_text();
std::string version_text();

}  // namespace ftpfs::cli
