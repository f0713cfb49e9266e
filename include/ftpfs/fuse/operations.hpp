// libfuse's table of operations, bound to a file_system: each request becomes one coroutine, started by the
// one spawn wrapper, which turns a failure into an errno and writes the request's line in the log.
//
// Owned by `mount`. One thread. The file system and the fuse_session whose userdata it is must outlive it.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/fuse/counters.hpp"
#include "ftpfs/fuse/directory_buffer.hpp"
#include "ftpfs/fuse/request.hpp"

#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

namespace ftpfs::fuse {

class operations {
public:
    operations(executor where, fs::file_system& files, log journal);
    operations(const operations&) = delete;
    operations& operator=(const operations&) = delete;

    // To be given to fuse_session_new, with the operations object as userdata.
    static const fuse_lowlevel_ops& table();

    // Cancels the requests that wait and returns when all are answered. Nothing may come in afterwards.
    awaitable<> drain();

    // For an end without drain(): answers what waits with EIO. The coroutines must never run again.
    void abandon();

    bool is_initialised() const noexcept { return initialised_; }
    const counters& counted() const noexcept { return counted_; }

private:
    using job = awaitable<result<>>;
    struct handlers;  // what the table's entries call

    // The only co_spawn: `work` gets the request and answers it, or returns why it could not.
    template <class Work>
    void serve(fuse_req_t raw, subject about, Work work);
    static awaitable<result<>> guarded(job work);
    void finish(const std::shared_ptr<request>& ask, const std::exception_ptr& escaped, const result<>& outcome);
    void report(const request& ask, const failure& why, int number);
    std::string path_of(const subject& about) const;

    job look_up(request& ask, fs::inode_id parent, file_name name);
    job get_attributes(request& ask, fs::inode_id inode);
    job read_link(request& ask, fs::inode_id inode);
    job open_directory(request& ask, fs::inode_id inode);
    job open(request& ask, fs::inode_id inode, int flags);
    job read(request& ask, fs::handle_id file, std::uint64_t offset, std::size_t size);
    job get_extended_attribute(request& ask, fs::inode_id inode, std::string name, std::size_t room);

    // Answered without waiting: a directory handle has its entries in memory.
    void read_directory(request& ask, fs::handle_id directory, off_t position, std::size_t room);
    void read_directory_plus(request& ask, fs::handle_id directory, off_t position, std::size_t room);
    void forget(fs::inode_id inode, std::uint64_t count);

    executor where_;
    fs::file_system& files_;
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
