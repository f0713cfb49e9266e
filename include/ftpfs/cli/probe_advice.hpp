// What follows from the findings of a probe: what is wrong, in plain words, and how to mount the server best. Pure.
#pragma once

#include "ftpfs/cli/exit_status.hpp"
#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/probe_report.hpp"

#include <string>
#include <vector>

namespace ftpfs::cli {

struct probe_advice {
    exit_status status = exit_status::ok;  // a mount's
    std::vector<std::string> problems;     // what keeps a mount from working, or from working well
    std::vector<std::string> notes;        // worth knowing, and nothing to be done
    std::vector<std::string> options;      // for the mount; none where it finds out by itself what to do
};

probe_advice advise(const ftp::probe_report& report, const ftp::config& settings);

// "ftpfs -o connections=2 ftp://alice@h/ MOUNTPOINT" and the line for fstab(5). `url` has no password; `user` is what
// -o user= or a file said, empty if the URL tells it or nobody logs in by name.
std::string best_command(const probe_advice& advice, const std::string& url, const std::string& user);
std::string best_fstab_line(const probe_advice& advice, const std::string& url, const std::string& user,
                            bool needs_password);

}  // namespace ftpfs::cli
