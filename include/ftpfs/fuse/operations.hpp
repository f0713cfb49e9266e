// libfuse's table of operations, bound to a file_system: each request becomes one coroutine, started by the
// one spawn function, which turns a failure into an errno and writes the request's line in the log.
//
// Owned by `mount`. One thread. The file system, the receive buffer and the fuse_session whose userdata it is must
// outlive it.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/fuse/counters.hpp"
#include "ftpfs/fuse/directory_buffer.hpp"
#include "ftpfs/fuse/receive_buffer.hpp"
#include "ftpfs/fuse/request.hpp"

#include <chrono>
#include <memory>
#include <unordered_set>
#include <vector>

namespace ftpfs::fuse {

class operations {
public:
    operations(executor where, fs::file_system& files, receive_buffer& received, log journal);
    operations(const operations&) = delete;
    operations& operator=(const operations&) = delete;

    // To be given to fuse_session_new, with the operations object as userdata.
    static const fuse_lowlevel_ops& table();

    // Cancels the requests that wait and returns when all are answered. Whoever waits in close() or fsync() is told
    // the server's verdict if it comes within `limit`. Nothing may come in afterwards.
    awaitable<> drain(std::chrono::milliseconds limit);

    // For an end without drain(): answers what waits with EIO. The coroutines must never run again.
    void abandon();

    bool is_initialised() const noexcept { return initialised_; }
    const counters& counted() const noexcept { return counted_; }

private:
    using job = awaitable<result<>>;
    struct session_handlers;  // what the table's entries call
    struct reading_handlers;
    struct writing_handlers;
    static void add_reading(fuse_lowlevel_ops& table);
    static void add_writing(fuse_lowlevel_ops& table);

    // A new request, which lives until its job has ended; every request that waits goes through run().
    request& accept(fuse_req_t raw, subject about);
    // The only co_spawn: `work` answers the request, or returns why it could not.
    void run(request& ask, job work);
    void cancel_waiting(bool also_verdicts);
    static awaitable<result<>> guarded(job work);
    void finish(const std::shared_ptr<request>& ask, const std::exception_ptr& escaped, const result<>& outcome);
    void report(const request& ask, const failure& why, int number);
    std::string path_of(const subject& about) const;

    // Reading (reading_operations.cpp). The kernel's reference of an inode and its handles are taken back where it
    // did not take the answer.
    job look_up(request& ask, fs::inode_id parent, file_name name);
    job get_attributes(request& ask, fs::inode_id inode);
    job check_access(request& ask, fs::inode_id inode, int wanted);
    job read_link(request& ask, fs::inode_id inode);
    job open_directory(request& ask, fs::inode_id inode);
    job open(request& ask, fs::inode_id inode, int flags);
    job read(request& ask, fs::handle_id file, std::uint64_t offset, std::size_t size);
    job get_extended_attribute(request& ask, fs::inode_id inode, std::string name, std::size_t room);
    job free_space(request& ask);

    // Answered without waiting: a directory handle has its entries in memory.
    void read_directory(request& ask, fs::handle_id directory, off_t position, std::size_t room);
    void read_directory_plus(request& ask, fs::handle_id directory, off_t position, std::size_t room);
    void answer_entry(request& ask, const fs::lookup_reply& found);
    void forget(fs::inode_id inode, std::uint64_t count);

    // Writing (writing_operations.cpp).
    job create(request& ask, fs::inode_id parent, file_name name, int flags, mode_t mode);
    job make_file(request& ask, fs::inode_id parent, file_name name, mode_t mode);
    job write(request& ask, fs::handle_id file, std::uint64_t offset, shared_bytes data, fs::write_origin origin);
    job flush(request& ask, fs::handle_id file);
    job sync(request& ask, fs::handle_id file);
    job set_attributes(request& ask, fs::inode_id inode, fs::attribute_request wanted,
                       std::optional<fs::handle_id> file);
    job make_directory(request& ask, fs::inode_id parent, file_name name, mode_t mode);
    job make_symlink(request& ask, fs::inode_id parent, file_name name, std::string target);
    job remove(request& ask, fs::inode_id parent, file_name name);
    job remove_directory(request& ask, fs::inode_id parent, file_name name);
    job rename(request& ask, fs::inode_id parent, file_name name, fs::inode_id new_parent, file_name new_name,
               unsigned flags);
    job allocate(request& ask, fs::handle_id file, int mode, std::uint64_t offset, std::uint64_t length);
    job copy_range(request& ask, fs::handle_id from, std::uint64_t offset, fs::handle_id to, std::uint64_t to_offset,
                   std::uint64_t length);

    executor where_;
    fs::file_system& files_;
    receive_buffer& received_;
    log journal_;
    counters counted_;
    std::unordered_set<std::shared_ptr<request>> waiting_;
    async::condition answered_;
    directory_buffer entries_;              // reused from answer to answer
    std::vector<fs::inode_id> references_;  // taken for the answer being filled
    bool initialised_ = false;
    bool stopping_ = false;
};

}  // namespace ftpfs::fuse
