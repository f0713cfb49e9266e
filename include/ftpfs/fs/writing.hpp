// What everything that writes files shares: the services it uses, the budget for bytes on their way, and what was
// learned of the server.
//
// Owned by the file_system, which joins the task group before it goes. One thread; file I/O runs on the helper.
#pragma once

#include "ftpfs/async/blocking.hpp"
#include "ftpfs/fs/creation_trust.hpp"
#include "ftpfs/fs/ids.hpp"
#include "ftpfs/fs/open_files.hpp"
#include "ftpfs/fs/reading.hpp"
#include "ftpfs/fs/stream_buffer.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

namespace ftpfs::fs {

struct writing {
    // For all streams together. Eight programs that write at full speed get a queue of 2 MiB and a window of 5 MiB.
    static constexpr std::uint64_t budget = std::uint64_t{64} << 20;
    // A queue this long keeps the line busy while the writer is not; the writer waits when it is full.
    static constexpr std::uint64_t most_queued = std::uint64_t{4} << 20;
    // Bytes that were sent and may have to be sent again: more than lies in the buffers of both kernels.
    static constexpr std::uint64_t most_kept = std::uint64_t{8} << 20;
    // Even the hundredth stream gets room for two requests of the kernel and what came too early.
    static constexpr std::uint64_t least_queued = stream_buffer::disorder + (std::uint64_t{2} << 20);

    writing(reading& services_, open_files& files_) : services{services_}, files{files_} {}

    std::uint64_t queue_limit() const
    {
        const auto share = budget / std::max<std::size_t>(streams, 1);
        return std::max(least_queued, std::min(most_queued, share / 3));
    }
    std::uint64_t window_limit() const
    {
        const auto share = budget / std::max<std::size_t>(streams, 1);
        return std::min(most_kept, share - std::min(share, queue_limit()));
    }

    reading& services;
    open_files& files;
    async::helper_thread helper;
    std::size_t streams = 0;  // uploads of files that are being written

    // What this server refused once is not asked for again.
    bool append_is_unsupported = false;
    bool append_works = false;  // it was seen to
    bool mode_is_unsupported = false;
    creation_trust trust;
    bool copy_is_unsupported = false;

    // A file has a new version, made here: readers of the old one go on with the new.
    std::function<void(inode_id)> on_new_version;

    std::string url;  // of the mount, for the notes of what is kept; without a password
};

}  // namespace ftpfs::fs
