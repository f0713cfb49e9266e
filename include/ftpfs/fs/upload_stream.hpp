// A file that is sent while it is written: a bounded queue in front of an upload.
//
//   writers ──offer──► stream_buffer ──pump──► resumable_upload ──► the server
//
// One coroutine in the file system's task group pumps. A broken transfer goes on where the server says it stopped, as
// long as the buffer reaches back so far. When others wait for a session and nobody writes for a moment, or the
// stream had its fair share, the transfer is finished and resumed by appending when there is more; a server that
// can't append keeps its transfer unless all is still in the buffer.
// One thread. The services outlive it; it keeps itself alive while it runs.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/fs/resumable_upload.hpp"
#include "ftpfs/fs/stream_buffer.hpp"
#include "ftpfs/fs/writing.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace ftpfs::fs {

class upload_stream : public std::enable_shared_from_this<upload_stream> {
public:
    // Opens the transfer at once where it starts the file anew; one that appends is opened by the first byte.
    static std::shared_ptr<upload_stream> start(writing& services, remote::upload_request request);
    upload_stream(writing& services, remote::upload_request request);

    // Returns when the server has accepted (or refused) the file.
    awaitable<result<>> opened();

    enum class verdict {
        taken,
        full,   // wait for room()
        unfit,  // it does not continue the stream
        failed
    };
    verdict offer(std::uint64_t offset, shared_bytes data);
    // Waits until something has changed. False if the caller was cancelled.
    awaitable<bool> room() { return changed_.wait(); }

    // Everything taken so far is on the server, which confirmed it. The stream is over. `modified`: see remote::upload.
    awaitable<result<file_attributes>> finish(std::optional<std::chrono::sys_seconds> modified);
    // Ends the stream without what is still in the queue: returns when the session is free. What the server keeps is
    // not known.
    awaitable<> drop();

    // What nobody wrote reads as zeros.
    void fill_gaps() { buffer_.fill_gaps(); }
    // What the server confirmed when the transfer was interrupted last in favour of others.
    const std::optional<file_attributes>& parked() const noexcept { return parked_; }

    const stream_buffer& buffer() const noexcept { return buffer_; }
    bool starts_anew() const noexcept { return starts_anew_; }
    // Is every byte of the stream still here?
    bool has_all() const noexcept { return buffer_.begin() == offset_; }
    const std::optional<failure>& why() const noexcept { return why_; }

private:
    static awaitable<> run(std::shared_ptr<upload_stream> self);
    awaitable<result<>> pump();
    awaitable<result<>> send_some();
    // False when all is done.
    awaitable<bool> idle();
    // Ends the transfer; true if the server has confirmed all that was sent.
    awaitable<result<>> park();
    awaitable<result<>> survive(failure why);

    bool is_all_sent() const noexcept { return upload_.position() == buffer_.end(); }
    bool may_park() const noexcept;
    bool had_fair_share() const;
    void trim();
    void press();

    writing& writing_;
    bool starts_anew_;
    std::uint64_t offset_;
    stream_buffer buffer_;
    resumable_upload upload_;
    async::condition changed_;  // for those who write: room, or an end
    async::condition wanted_;   // for the pump
    std::optional<file_attributes> parked_;
    std::optional<file_attributes> confirmed_;  // what the last finish() told, while nothing was sent since
    std::chrono::steady_clock::time_point last_offer_;
    std::chrono::steady_clock::time_point opened_at_;
    bool was_opened_ = false;
    bool pressed_ = false;
    bool finishing_ = false;
    std::optional<std::chrono::sys_seconds> final_time_;  // wanted when finishing
    bool dropping_ = false;
    bool ended_ = false;
    std::optional<failure> why_;
};

}  // namespace ftpfs::fs
