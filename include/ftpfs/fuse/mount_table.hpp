// What /proc/self/mountinfo says of a mount point (proc(5)). Pure: the text is a parameter. Reading that file
// never asks the mounted file systems, so it is safe for a program which is one of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ftpfs::fuse {

struct mounted_file_system {
    unsigned major = 0;  // of st_dev
    unsigned minor = 0;
    std::string mount_point;
    std::string type;    // "fuse.ftpfs"
    std::string source;  // what was given as fsname
};

// One line; nothing if it is not one.
std::optional<mounted_file_system> parse_mount_line(std::string_view line);

// The file system one sees at `mount_point` (absolute, without symbolic links): the last of those mounted there.
std::optional<mounted_file_system> find_mount(std::string_view mountinfo, std::string_view mount_point);

}  // namespace ftpfs::fuse
