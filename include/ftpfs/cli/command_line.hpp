// The words of the command line, not yet understood: what to do, the URL, the mount point, the options.
//
//     ftpfs [-f] [-d] [-o OPT,…] URL MOUNTPOINT
//     ftpfs umount MOUNTPOINT
//     ftpfs status [MOUNTPOINT] [--json]
//     ftpfs profile show|forget [-o OPT,…] URL
//     ftpfs probe [--trace] [--json] [--active] [--sessions[=N]] [--write DIR] [-o OPT,…] URL
//     mount.ftpfs URL MOUNTPOINT [-sfnvrw] [-N NS] [-t TYPE] [-o OPT,…]        as mount(8) calls its helpers
//
// The last form is chosen by the program's own name. Pure.
#pragma once

#include "ftpfs/cli/options.hpp"
#include "ftpfs/cli/problem.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ftpfs::cli {

enum class action {
    mount,
    unmount,
    status,
    probe,
    show_profile,
    forget_profile,
    help,
    version,
    nothing
};  // nothing: mount -f, a rehearsal

struct probe_flags {
    bool trace = false;
    bool active = false;
    std::size_t sessions = 1;
    std::string write;  // a directory; empty: none
};

struct command_line {
    action what = action::mount;
    bool foreground = false;
    bool debug = false;
    bool json = false;  // of the status, or the probe
    std::string url;
    std::string mount_point;
    std::vector<option_setting> options;
    probe_flags probe;
};

// Adds a problem for each thing that is wrong. No message holds an argument that may be a password.
command_line parse_command_line(std::span<const std::string> arguments, problems& found);

std::string help_text();
std::string version_text();

}  // namespace ftpfs::cli
