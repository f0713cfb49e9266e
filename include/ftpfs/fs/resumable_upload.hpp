// One file's way to the server, over as many transfers as it takes.
//
//     loop: open at position() ─► write … ─► finish
//             ▲                    │ broken
//             └── recover: the server says how much it has; go on there, or at the beginning
//
// The owner has the bytes, and says how far back it can go. Where a transfer is resumed, the server's count is
// believed only for bytes that were sent; the size is checked again at the end by finish().
// One call at a time. One thread; the services outlive it.
#pragma once

#include "ftpfs/fs/writing.hpp"
#include "ftpfs/remote/upload.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace ftpfs::fs {

class resumable_upload {
public:
    // `on_pressure` may be called at any time, also after the owner has gone.
    resumable_upload(writing& services, remote::upload_request request);

    const remote_path& path() const noexcept { return request_.path; }
    // The next byte the server needs.
    std::uint64_t position() const noexcept { return position_; }
    bool is_open() const noexcept { return upload_ != nullptr; }
    // Bytes moved since the transfer was opened.
    std::uint64_t moved() const noexcept { return moved_; }

    // Opens a transfer at position(). Where the server can't append, begins anew if the bytes are still there from
    // the beginning (`oldest` is 0); else unsupported. A lost session is tried again.
    awaitable<result<>> open(std::uint64_t oldest);
    awaitable<result<>> write(std::vector<shared_bytes> pieces);
    // The transfer is over either way. `modified`: see remote::upload.
    awaitable<result<file_attributes>> finish(std::optional<std::chrono::sys_seconds> modified);
    // After a failed write or finish. Success: call open() again and send from position() on, which may be earlier
    // than before, but not before `oldest`.
    awaitable<result<>> recover(failure why, std::uint64_t oldest);
    // Breaks the transfer off.
    void abandon() { upload_.reset(); }

private:
    bool may_start_anew(std::uint64_t oldest) const noexcept
    {
        return request_.start == remote::upload_start::replace && oldest == 0;
    }
    // How much of the file has arrived; 0 while there is none, or only what it is to replace.
    awaitable<result<std::uint64_t>> size_on_server();

    writing& writing_;
    remote::upload_request request_;
    std::uint64_t position_;
    std::uint64_t attempted_;  // bytes up to here may have reached the server
    std::uint64_t confirmed_;  // as the server said when it was asked last
    std::uint64_t moved_ = 0;
    bool opened_once_ = false;
    int broken_in_a_row_ = 0;
    std::unique_ptr<remote::upload> upload_;
};

}  // namespace ftpfs::fs
