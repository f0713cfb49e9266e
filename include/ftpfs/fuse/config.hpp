// What the kernel side needs to know. Filled and validated once by `cli`, then constant.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace ftpfs::fuse {

struct config {
    std::string mount_point;  // absolute: the process may change its directory
    std::string source;       // shown by mount(8) and df(1); never contains a password
    bool read_only = false;
    bool allow_other = false;
    bool allow_root = false;
    bool default_permissions = false;
    // Generic mount flags (nosuid, nodev, noexec, noatime, …) handed on as they are.
    std::vector<std::string> mount_flags;
    // When the mount is stopped, programs that wait in close() or fsync() get so long to hear the server's verdict.
    std::chrono::milliseconds verdict_limit{60'000};
};

}  // namespace ftpfs::fuse
