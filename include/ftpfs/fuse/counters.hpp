// What the kernel asked of us, for the status report.
#pragma once

#include <cstdint>

namespace ftpfs::fuse {

struct counters {
    std::uint64_t requests = 0;       // those that reached the file system
    std::uint64_t failures = 0;       // answered with an errno that is a failure (not "no such file" of a lookup)
    std::uint64_t interrupts = 0;     // answered with EINTR
    std::uint64_t bytes_read = 0;     // bytes handed to the kernel
    std::uint64_t bytes_written = 0;  // bytes taken from the kernel
    std::uint64_t waiting = 0;        // not yet answered, now
    std::int64_t references = 0;      // inode references the kernel holds, now
};

}  // namespace ftpfs::fuse
