// From what a server says of a file to what stat(2) shows. Pure.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/fs/config.hpp"
#include "ftpfs/fs/ids.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <string>

namespace ftpfs::fs {

// An unknown kind is shown as a regular file. Missing modes are 0644 and 0755, as for a tree anybody may read.
// Links count 1, as file systems do that don't count: find(1) then looks into every directory.
struct stat to_stat(inode_id inode, const file_attributes& attributes, const config& settings);

// S_IFREG, S_IFDIR, …
mode_t file_type_bits(file_kind kind) noexcept;

struct statvfs made_up_space() noexcept;

// "type=file;size=12;modify=20240101120000;modify-precision=second;modify-source=fact;unix.mode=0644;" in the
// spelling of RFC 3659 §7.5 where it has one: what is known of an object, for people.
std::string to_facts(const file_attributes& attributes);

}  // namespace ftpfs::fs
