// What libfuse passes to the operations, in our types. Pointers other than the request die when an operation
// returns: everything is copied.
#pragma once

#include "ftpfs/fuse/operations.hpp"

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>

namespace ftpfs::fuse {

inline operations& owner(fuse_req_t raw)
{
    return *static_cast<operations*>(fuse_req_userdata(raw));
}

inline fs::inode_id inode(fuse_ino_t number)
{
    return static_cast<fs::inode_id>(number);
}

inline fs::handle_id handle(const fuse_file_info* info)
{
    return static_cast<fs::handle_id>(info->fh);
}

inline std::uint64_t unsigned_offset(off_t offset)
{
    return static_cast<std::uint64_t>(offset);
}

// The errno for a name that FTP cannot carry: too long, or else `otherwise`.
inline int refusal_of(const char* name, int otherwise)
{
    return std::strlen(name) > NAME_MAX ? ENAMETOOLONG : otherwise;
}

}  // namespace ftpfs::fuse
