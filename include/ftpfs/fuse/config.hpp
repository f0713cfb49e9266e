// What the kernel side needs to know. Filled and validated once by `cli`, then constant.
#pragma once

#include <string>
#include <vector>

namespace ftpfs::fuse {

struct config {
    std::string mount_point;  // absolute: the process may change its directory
    std::string source;       // shown by mount(8) and df(1); never contains a password
    bool allow_other = false;
    bool allow_root = false;
    bool default_permissions = false;
    // Generic mount flags (nosuid, nodev, noexec, noatime, …) handed on as they are.
    std::vector<std::string> mount_flags;
};

}  // namespace ftpfs::fuse
