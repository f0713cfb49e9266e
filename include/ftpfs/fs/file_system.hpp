// The operations of the mounted tree, without FUSE and without FTP.
//
// Owns inodes, open handles and caches; speaks to a `remote`. Every awaitable here ends at once with
// errc::cancelled when the calling coroutine is cancelled, without disturbing the work on the wire, which
// belongs to the file system's task group. One thread; the remote must outlive it; join() before destroying.
#pragma once

#include "ftpfs/async/awaitable.hpp"
#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/core/shared_bytes.hpp"
#include "ftpfs/fs/config.hpp"
#include "ftpfs/fs/ids.hpp"
#include "ftpfs/remote/remote.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ftpfs::fs {

// What the kernel is told of one inode, and for how long it may believe it.
struct node_status {
    struct stat attributes {};
    std::chrono::milliseconds valid_for{0};
};

// The answer to a lookup; `inode` is inode_id{} (0) for "no such file", which may be remembered as well.
struct lookup_reply {
    inode_id inode{};
    node_status status;
    std::chrono::milliseconds valid_for{0};  // of the name itself
};

struct open_reply {
    handle_id handle{};
    bool keep_page_cache = false;  // the version is the one the kernel may have pages of
};

class file_system {
public:
    file_system(executor where, std::shared_ptr<remote::remote> remote, config settings, log journal);
    ~file_system();

    // Checks that the root can be listed: a mount that answers nothing is refused at the start.
    awaitable<result<void>> start();
    // Ends background work. Requests must have been answered.
    awaitable<> stop();

    // Each successful lookup (and each remember()) counts one reference that the kernel gives back by forget().
    awaitable<result<lookup_reply>> lookup(inode_id parent, file_name name);
    void forget(inode_id inode, std::uint64_t count);

    awaitable<result<node_status>> get_attributes(inode_id inode);
    awaitable<result<std::string>> read_link(inode_id inode);

    // A directory handle shows the entries of the moment it was opened; positions are indices into entries().
    awaitable<result<handle_id>> open_directory(inode_id inode);
    std::span<const directory_entry> entries(handle_id directory) const;
    inode_id inode_of(handle_id directory) const;  // for "."
    inode_id parent_of(inode_id directory) const;  // for ".."; the root is its own
    lookup_reply remember(handle_id directory, const directory_entry& entry);
    // The mode bits S_IFMT and an inode number for plain readdir, which takes no reference.
    struct stat summary(handle_id directory, const directory_entry& entry) const;
    void release_directory(handle_id directory);

    awaitable<result<open_reply>> open(inode_id inode, int flags);
    // Fewer bytes than asked for only at the end of the file. The pieces are consecutive.
    awaitable<result<std::vector<shared_bytes>>> read(handle_id file, std::uint64_t offset, std::size_t size);
    void release(handle_id file);

    // Readable by name, never listed, so that "cp -a" does not copy them: user.ftpfs.status, …
    awaitable<result<std::string>> get_extended_attribute(inode_id inode, std::string name);
    struct statvfs statistics() const;

    // For messages: "/dir/name" of an inode, as far as known.
    std::string describe(inode_id inode) const;
    std::string describe(handle_id handle) const;

private:
    class impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace ftpfs::fs
