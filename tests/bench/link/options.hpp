// The command line of the link, and what follows from it.
#pragma once

#include "line.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ftpfs::bench {

struct options {
    double delay_ms = 0;      // a round trip
    double rate_mbit = 0;     // each direction; 0: no limit
    double loss_percent = 0;  // of packets, each direction
    double queue_mib = 0;     // 0: as line_of says
    std::uint16_t port = 21;  // of the server's control connections
    std::string report;       // a file; empty: standard error
    std::vector<std::string> command;
};

// Exits with a message where the command line is wrong, and after --help.
options parse_options(int argc, char** argv);

// Each of the link's two lines.
line_options line_of(const options& given);

// Whether the kernel may hand over large packets that stand for many.
bool may_offload(const options& given);

}  // namespace ftpfs::bench
