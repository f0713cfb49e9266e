// Inode and handle numbers as the kernel sees them; own types, because both are 64-bit and easy to mix up.
#pragma once

#include <cstdint>

namespace ftpfs::fs {

enum class inode_id : std::uint64_t {};
enum class handle_id : std::uint64_t {};

inline constexpr inode_id root_inode{1};  // FUSE_ROOT_ID

}  // namespace ftpfs::fs
