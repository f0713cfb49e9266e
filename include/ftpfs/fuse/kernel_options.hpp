// What is agreed with the kernel about a mount, and why.
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/fuse/libfuse.hpp"

#include <string_view>

namespace ftpfs::fuse {

// How far the kernel reads ahead of a sequential reader, and thus the largest buffered read it sends. Its own
// 128 KiB cost a request and two context switches each.
inline constexpr unsigned read_ahead_kib = 1024;

// Called when the kernel introduces itself (INIT): chooses among what it offers.
void negotiate(fuse_conn_info& connection);

// Raises the mount's read-ahead; only root may. Call it after INIT was answered: the kernel lowers the value
// to its default at that moment. Does not touch the mounted tree, so it can't block on ourselves.
result<> raise_read_ahead(std::string_view mount_point, unsigned kib);

}  // namespace ftpfs::fuse
