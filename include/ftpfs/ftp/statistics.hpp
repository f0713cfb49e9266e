// Counters of the FTP side, for the status of a mount. A snapshot; plain values.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ftpfs::ftp {

struct statistics {
    std::size_t sessions = 0;  // logged in
    std::size_t busy = 0;      // of those: working for somebody, or recovering from a transfer that was left
    std::size_t limit = 0;     // what the server is believed to allow; at most `connections=`
    std::size_t waiting = 0;   // operations without a session

    std::uint64_t logins = 0;          // sessions opened since the start
    std::uint64_t reconnects = 0;      // of those: the first after the connection to the server was lost
    std::uint64_t operations = 0;      // listings, look-ups, transfers begun, changes
    std::uint64_t retries = 0;         // of those: begun a second time on another session
    std::uint64_t bytes_received = 0;  // of file contents
    std::uint64_t bytes_sent = 0;      // of file contents
};

}  // namespace ftpfs::ftp
