// The options of a mount in the form libfuse takes. Pure.
#pragma once

#include "ftpfs/fuse/config.hpp"

#include <string>

namespace ftpfs::fuse {

// The largest read the kernel may send: 256 pages, its own limit. It has to be given twice, as a mount option
// and in the answer to INIT (libfuse, struct fuse_conn_info).
inline constexpr unsigned max_read = 1U << 20;  // bytes
// The largest write, for the same reason. It needs no mount option.
inline constexpr unsigned max_write = 1U << 20;  // bytes

// "subtype=ftpfs,fsname=…,…", commas and backslashes in values escaped. Flags which speak of things a mount
// without access times doesn't have (relatime, nodiratime, …) are left out, as libfuse would refuse them.
std::string mount_options(const config& settings);

}  // namespace ftpfs::fuse
