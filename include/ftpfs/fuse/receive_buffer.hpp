// Where requests of the kernel are received, and how a write's data is kept without a copy.
//
// libfuse reads each request into one block of about 1 MiB; the data of a write lies inside it. Instead of copying
// the data, the block itself is given away and the next request is received in another one. Blocks come back when
// the last piece of their data is gone, on any thread, also after the receive_buffer is gone; a few are kept, since
// every fresh one costs a mmap and 256 page faults. With the last one that comes back the upload is over, and most of
// them go.
#pragma once

#include "ftpfs/core/shared_bytes.hpp"
#include "ftpfs/fuse/libfuse.hpp"

#include <cstddef>
#include <memory>

namespace ftpfs::fuse {

class receive_buffer {
public:
    // Smaller writes are copied: a kept block is held as a whole, and may not be much larger than what it is for.
    static constexpr std::size_t worth_keeping = std::size_t{256} << 10;
    // Blocks kept for the next request; those of a busy upload come back as fast as they go.
    static constexpr std::size_t spares = 8;
    // And those kept while nothing is being written: enough for files written one after the other.
    static constexpr std::size_t idle_spares = 1;

    receive_buffer();
    ~receive_buffer();
    receive_buffer(const receive_buffer&) = delete;
    receive_buffer& operator=(const receive_buffer&) = delete;

    // For fuse_session_receive_buf, which allocates the memory if there is no spare block.
    fuse_buf* prepare();
    // What was received last.
    const fuse_buf* received() const noexcept { return &buffer_; }

    // The data of the write that was received last. At most once per request.
    shared_bytes keep(const char* data, std::size_t size);

    std::size_t spare_blocks() const;

private:
    class pool;

    std::shared_ptr<pool> pool_;
    fuse_buf buffer_{};  // its memory is from malloc, as libfuse wants it; null after it was given away
};

}  // namespace ftpfs::fuse
