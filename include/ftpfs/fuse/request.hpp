// One request of the kernel from its arrival to its answer.
//
// Answers exactly once: a later answer is ignored, and a request destroyed without one is answered with EIO,
// so that no program ever hangs on a forgotten request. The answers return whether the kernel took it: false
// means that the caller is gone (killed, or the mount is), and that what the answer handed over (a reference,
// a handle) must be taken back by the one who answered.
//
// One thread. Must not outlive the fuse_session it came from; the log and the executor must outlive it.
#pragma once

#include "ftpfs/async/awaitable.hpp"
#include "ftpfs/core/errno.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/core/shared_bytes.hpp"
#include "ftpfs/fs/file_system.hpp"
#include "ftpfs/fuse/libfuse.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <string>

namespace ftpfs::fuse {

// What a request is about, for the errno table and the log.
struct subject {
    operation what;
    const char* verb;            // "lookup"; static storage
    fs::inode_id inode{};        // the parent for a lookup
    std::string name = {};       // below `inode`; empty where the inode itself is meant
    bool tells_verdict = false;  // close or fsync: its answer says whether written data is safe
};

class request : public std::enable_shared_from_this<request> {
public:
    request(fuse_req_t raw, subject about, const executor& where, const log& journal);
    request(const request&) = delete;
    request& operator=(const request&) = delete;
    ~request();

    // Lets an interrupt of the kernel (a signal to the waiting program) cancel what is bound to slot(). Call it
    // once the object is owned by a shared_ptr.
    void watch_interrupts();
    boost::asio::cancellation_slot slot() noexcept { return cancel_.slot(); }
    // Ends the wait of whoever works on it; the answer is still his. Not the answer's errno: see to_errno.
    void cancel() { cancel_.emit(boost::asio::cancellation_type::terminal); }

    bool entry(const fs::lookup_reply& found);
    bool attributes(const fs::node_status& status);
    bool opened(const fs::open_reply& file, int flags);  // of open(2)
    bool created(const fs::created& made);
    bool written(std::size_t size);
    bool opened_directory(fs::handle_id directory);
    // Consecutive pieces, sent as they lie in memory.
    bool bytes(std::span<const shared_bytes> pieces);
    bool directory(std::span<const char> entries);
    bool link(const std::string& target);
    bool statistics(const struct statvfs& numbers);
    // The protocol of getxattr(2): `room` 0 asks for the size, too little room is ERANGE.
    bool attribute_value(std::string_view value, std::size_t room);
    bool done();
    bool error(int number);

    bool is_answered() const noexcept { return raw_ == nullptr; }
    const subject& about() const noexcept { return about_; }
    uid_t user() const noexcept { return user_; }  // of the program that asks
    std::chrono::microseconds age() const;

private:
    static void on_interrupt(fuse_req_t raw, void* self);
    fuse_req_t take() noexcept { return std::exchange(raw_, nullptr); }

    fuse_req_t raw_;
    subject about_;
    uid_t user_;
    executor where_;
    const log& journal_;
    std::chrono::steady_clock::time_point arrived_;
    boost::asio::cancellation_signal cancel_;
};

// The kernel's form of a lookup's answer.
fuse_entry_param to_entry(const fs::lookup_reply& found);

}  // namespace ftpfs::fuse
