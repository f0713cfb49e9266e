// How the file system presents the remote tree. Filled and validated once by `cli`, then constant.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ftpfs::fs {

// How a file that is written from its beginning gets to the server.
enum class upload_mode : std::uint8_t {
    stream,  // while it is written, under its own name
    atomic,  // when it is complete, under a temporary name that then replaces the old one
};

// What chown(2) to somebody else is answered.
enum class owner_policy : std::uint8_t { fail, ignore };

// Which symbolic links of the server are shown.
enum class link_policy : std::uint8_t {
    contain,  // all; those that would lead out of the mount can't be read or followed
    show,     // all, as they are
    hide,     // none
};

struct config {
    // How long an answer of the server is believed: a change made there is seen within this time.
    std::chrono::milliseconds dir_ttl{10'000};
    std::chrono::milliseconds attr_ttl{10'000};
    std::chrono::milliseconds negative_ttl{10'000};

    std::uint64_t cache_size = std::uint64_t{64} << 20;  // bytes of file blocks kept in memory
    std::uint64_t read_ahead = std::uint64_t{8} << 20;   // bytes fetched beyond what was asked, at most
    // Blocks of files that outlive the mount, below `cache_dir`: at most so many bytes; 0: none.
    std::uint64_t disk_cache = 0;
    std::string cache_dir;
    std::string server;  // tells remote trees apart there; without a password
    // A read goes on over the network after this: about what a first byte costs there if that is slow, and more than a
    // disk at rest needs.
    std::chrono::milliseconds disk_patience{100};

    bool prefetch = true;                       // list and fetch what programs that walk a tree will ask for next
    std::size_t streams = 6;                    // that fetch one file for one reader, at most; 1: never more
    std::chrono::milliseconds timeout{30'000};  // a read that makes no progress fails after this

    // A transfer nobody reads from is kept for this long: a reader that pauses need not start anew.
    std::chrono::milliseconds stream_idle{5'000};
    // While others wait for a session, a transfer keeps its own for this long (or 8 MiB) before it lines up again.
    std::chrono::milliseconds stream_share{500};

    // statvfs(2) is called by programs that hardly care for the answer: a silent server holds them up for this long,
    // and then they get what was known before.
    std::chrono::milliseconds space_patience{1'000};

    bool read_only = false;  // every change fails with EROFS
    upload_mode upload = upload_mode::stream;
    owner_policy chown = owner_policy::fail;
    link_policy symlinks = link_policy::contain;
    // Copies of files that are changed in place are made here, and in `recovery` below it is kept what could not be
    // sent. Empty: ftpfs-UID in $TMPDIR or /var/tmp. Made when first needed, for the user alone.
    std::string staging_dir;
    // stop() waits so long for unsent changes; what is left is kept for recovery.
    std::chrono::milliseconds stop_limit{300'000};

    uid_t uid = 0;  // owner shown for everything
    gid_t gid = 0;
    mode_t file_mask = 0;       // bits cleared from the modes of files (fmask)
    mode_t directory_mask = 0;  // bits cleared from the modes of directories (dmask)
};

}  // namespace ftpfs::fs
