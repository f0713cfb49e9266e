// How the file system presents the remote tree. Filled and validated once by `cli`, then constant.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>

namespace ftpfs::fs {

struct config {
    // How long an answer of the server is believed: a change made there is seen within this time.
    std::chrono::milliseconds dir_ttl{10'000};
    std::chrono::milliseconds attr_ttl{10'000};
    std::chrono::milliseconds negative_ttl{10'000};

    std::uint64_t cache_size = std::uint64_t{64} << 20;  // bytes of file blocks kept in memory
    std::uint64_t read_ahead = std::uint64_t{8} << 20;   // bytes fetched beyond what was asked, at most
    std::chrono::milliseconds timeout{30'000};           // a read that makes no progress fails after this

    // A transfer nobody reads from is kept for this long: a reader that pauses need not start anew.
    std::chrono::milliseconds stream_idle{5'000};
    // While others wait for a session, a transfer keeps its own for this long (or 8 MiB) before it lines up again.
    std::chrono::milliseconds stream_share{500};

    uid_t uid = 0;  // owner shown for everything
    gid_t gid = 0;
    mode_t file_mask = 0;       // bits cleared from the modes of files (fmask)
    mode_t directory_mask = 0;  // bits cleared from the modes of directories (dmask)
};

}  // namespace ftpfs::fs
