// The changes of one file on their way to the server, whoever makes them: one for all handles of an inode.
//
//            create, O_TRUNC, or bytes at the end        bytes elsewhere, a length, reading what was sent
//   clean ──────────────────────────────────► streaming ───────────────────────────► staged
//     ▲                                            │                                    │
//     └───────────── flush: finish, size checked ──┴── flush: temporary name, rename ───┘
//
// Streaming: an upload_stream has the bytes. Staged: a staged_file has them; after a flush it stays, to be read and
// changed again, until the last handle is closed or another version is found on the server. Clean: the server has
// all. A failure is final: every later call reports it, and what could not be sent is kept for recovery if there is
// a copy. A file whose name is gone (orphaned) is never sent; what is in memory or in the copy can still be used.
//
// Operations of several steps take turns (see turn.hpp) and run in the task group, so that a program which is
// interrupted only stops waiting. Lives as long as somebody holds it. One thread; the services outlive it.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/fs/ids.hpp"
#include "ftpfs/fs/staged_file.hpp"
#include "ftpfs/fs/turn.hpp"
#include "ftpfs/fs/upload_stream.hpp"
#include "ftpfs/fs/writing.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace ftpfs::fs {

class file_writer : public std::enable_shared_from_this<file_writer> {
public:
    using bytes = std::vector<shared_bytes>;

    // A file as it is on the server.
    file_writer(writing& services, inode_id inode, remote_path path, file_attributes base);
    ~file_writer();
    file_writer(const file_writer&) = delete;
    file_writer& operator=(const file_writer&) = delete;

    // --- for one request each; `self` keeps the writer until the work is done ---

    enum class consent : std::uint8_t { awaited, trusted };

    // The file is created (with `mode`) or emptied, where streaming with the server's consent. `trusted`: a new file
    // that the server will most likely take; what it says is heard later.
    static awaitable<result<>> begin_anew(std::shared_ptr<file_writer> self, std::optional<std::uint16_t> mode,
                                          consent how = consent::awaited);
    // `appends`: at the end, wherever that is by now.
    static awaitable<result<>> write(std::shared_ptr<file_writer> self, std::uint64_t offset, shared_bytes data,
                                     bool appends);
    static awaitable<result<>> resize(std::shared_ptr<file_writer> self, std::uint64_t size);
    // Until the server has confirmed everything.
    static awaitable<result<>> flush(std::shared_ptr<file_writer> self);
    // Nothing: the server has it (now), ask there.
    static awaitable<result<std::optional<bytes>>> read(std::shared_ptr<file_writer> self, std::uint64_t offset,
                                                        std::size_t size);
    // The last handle is closed: sends what is left, or keeps it.
    static awaitable<> close(std::shared_ptr<file_writer> self);

    // --- for operations on names, which hold the turn ---

    turn& order() noexcept { return turn_; }
    // Everything that is on its way by the old name arrives; a copy on this machine need not be sent.
    awaitable<result<>> settle();
    void move(remote_path path);
    // The name is about to go: what the server has not seen stays here, the rest arrives there first, so that a
    // removal that fails has done no harm.
    awaitable<> prepare_removal();
    // The name is gone.
    awaitable<> orphan();
    bool is_on_server() const noexcept { return exists_; }
    // The server has another version than the one that is known here.
    void rebase(file_attributes seen);
    // Unsent changes that stop() could not wait for.
    awaitable<> give_up(failure why);

    // --- what it is like ---

    const remote_path& path() const noexcept { return path_; }
    inode_id inode() const noexcept { return inode_; }
    std::uint64_t size() const noexcept;
    file_attributes attributes() const;
    bool has_unsent() const noexcept;
    // The server has accepted the empty file, and there is nothing to send or to set.
    bool is_just_created() const noexcept;
    bool is_orphaned() const noexcept { return orphaned_; }
    const std::optional<failure>& why() const noexcept { return failure_; }
    // Has something to read that the server has not, or that is nearer.
    bool serves_reads() const noexcept { return orphaned_ || stream_ || staged_; }
    // The server has another version than the one the copy was made from.
    bool is_outdated(const file_attributes& seen) const;

    // Set while the file has unsent changes, and applied after them; else the caller asks the server.
    bool defer_time(std::chrono::sys_seconds modified);
    bool defer_mode(std::uint16_t mode);
    // The server has taken a new mode or time.
    void learn(const file_attributes& base);

    // Something that lives as long as the writer.
    void hold(std::shared_ptr<void> what) { held_ = std::move(what); }
    void add_handle() noexcept { ++handles_; }
    bool remove_handle() noexcept { return --handles_ == 0; }
    bool has_handles() const noexcept { return handles_ > 0; }

private:
    awaitable<result<>> write_in_turn(std::uint64_t offset, shared_bytes data, bool appends);
    awaitable<result<>> resize_in_turn(std::uint64_t size);
    awaitable<result<>> begin_anew_in_turn(std::optional<std::uint16_t> mode, consent how);
    awaitable<result<>> flush_in_turn();
    awaitable<result<std::optional<bytes>>> read_in_turn(std::uint64_t offset, std::size_t size);
    std::optional<bytes> from_stream(std::uint64_t offset, std::size_t size) const;

    awaitable<result<>> start_stream(remote::upload_start start, consent how = consent::awaited);
    bool may_append() const;
    awaitable<result<>> finish_stream();
    awaitable<result<>> finish_stream_and_stage();
    awaitable<result<>> stage();
    awaitable<result<>> stage_stream();
    awaitable<result<>> stage_base(std::uint64_t size);
    awaitable<result<>> send_staged();
    awaitable<result<>> send_tail();
    awaitable<result<>> send_whole();
    awaitable<result<file_attributes>> send(remote::upload_request request);
    awaitable<> apply_deferred();

    void changed();
    void sent(file_attributes seen);
    void note_created();
    failure fail(failure why);
    awaitable<> keep_copy();
    void drop_staged();
    metadata& names() { return writing_.services.names; }

    writing& writing_;
    inode_id inode_;
    remote_path path_;
    file_attributes base_;  // as the server has it
    bool exists_ = true;    // there, as far as it has said
    bool creates_ = false;  // the stream does

    turn turn_;
    std::shared_ptr<upload_stream> stream_;
    std::shared_ptr<staged_file> staged_;
    std::shared_ptr<file_reader> base_reader_;
    bool changed_ = false;  // has unsent changes that programs see
    std::chrono::sys_seconds changed_at_{};
    std::optional<std::uint16_t> deferred_mode_;
    std::optional<std::chrono::sys_seconds> deferred_time_;

    std::shared_ptr<void> held_;
    int handles_ = 0;
    bool orphaned_ = false;
    std::uint64_t orphaned_size_ = 0;  // where no copy is left to tell
    bool kept_ = false;
    std::optional<failure> failure_;
};

}  // namespace ftpfs::fs
