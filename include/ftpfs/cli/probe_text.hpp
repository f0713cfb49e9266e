// The report of a probe for people, and for programs. Pure.
#pragma once

#include "ftpfs/cli/probe_advice.hpp"
#include "ftpfs/ftp/probe_report.hpp"

#include <string>
#include <vector>

namespace ftpfs::cli {

// "EPSV             ok    works, 120 bytes of LIST came through (12 ms)"
std::string to_text(const ftp::probe_step& step);

struct probe_summary {
    ftp::probe_report report;
    probe_advice advice;
    std::string url;  // without a password
    std::string command;
    std::string fstab_line;
    std::vector<std::string> dialogue;  // with --trace
};

// What follows the steps.
std::string to_text(const probe_summary& summary);

// All of it, in one line.
std::string to_json(const probe_summary& summary);

}  // namespace ftpfs::cli
