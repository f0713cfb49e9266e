// The operations of the mounted tree, without FUSE and without FTP.
//
// Owns inodes, open handles and caches; speaks to a `remote`. Every awaitable here ends at once with
// errc::cancelled when the calling coroutine is cancelled, without disturbing the work on the wire, which
// belongs to the file system's task group. One thread; stop() before destroying.
//
// Put together from: metadata (names, attributes, listings), inode_table (numbers), open_files (versions of
// files, each with a file_reader and its download_pumps), the file_writers of files that are changed, and the services
// they share (reading, writing).
#pragma once

#include "ftpfs/async/awaitable.hpp"
#include "ftpfs/async/task_group.hpp"
#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/core/shared_bytes.hpp"
#include "ftpfs/fs/config.hpp"
#include "ftpfs/fs/counters.hpp"
#include "ftpfs/fs/file_writer.hpp"
#include "ftpfs/fs/ids.hpp"
#include "ftpfs/fs/inode_table.hpp"
#include "ftpfs/fs/metadata.hpp"
#include "ftpfs/fs/open_files.hpp"
#include "ftpfs/fs/prefetcher.hpp"
#include "ftpfs/fs/reading.hpp"
#include "ftpfs/fs/writing.hpp"
#include "ftpfs/remote/remote.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ftpfs::fs {

// What the kernel is told of one inode, and for how long it may believe it.
struct node_status {
    struct stat attributes {};
    std::chrono::milliseconds valid_for{0};
};

// The answer to a lookup; `inode` is inode_id{} (0) for "no such file", which may be remembered as well.
struct lookup_reply {
    inode_id inode{};
    node_status status;
    std::chrono::milliseconds valid_for{0};  // of the name itself
};

struct open_reply {
    handle_id handle{};
    bool keep_page_cache = false;  // the version is the one the kernel may have pages of
    // Reads and writes go past the kernel's pages (direct I/O): st_size says 0 because nobody knows better, or the file
    // is being written in order, and pages of it would cost a copy and be wrong by the next write.
    bool past_page_cache = false;
};

struct created {
    lookup_reply node;
    open_reply file;
};

// Who writes: write(2), or the kernel's page cache for a mapped file (FUSE_WRITE_CACHE).
enum class write_origin : std::uint8_t { program, page_cache };

// What setattr asks for; absent members stay as they are.
struct attribute_request {
    attribute_request() = default;

    std::optional<std::uint64_t> size;
    std::optional<mode_t> mode;
    std::optional<uid_t> uid;
    std::optional<gid_t> gid;
    std::optional<std::chrono::system_clock::time_point> modified;
};

class file_system {
public:
    // `now` is the clock of expiry; tests bring their own.
    file_system(executor where, std::shared_ptr<remote::remote> remote, config settings, log journal,
                clock_function now = std::chrono::steady_clock::now);
    file_system(const file_system&) = delete;
    file_system& operator=(const file_system&) = delete;
    ~file_system();

    // Checks that the root can be listed: a mount that answers nothing is refused at the start.
    awaitable<result<void>> start();
    // Ends background work. Requests must have been answered. Calls of the remote get a moment to end by
    // themselves, then their coroutines are cancelled.
    awaitable<> stop();

    // Each successful lookup (and each remember()) counts one reference that the kernel gives back by forget().
    awaitable<result<lookup_reply>> lookup(inode_id parent, file_name name);
    void forget(inode_id inode, std::uint64_t count);

    awaitable<result<node_status>> get_attributes(inode_id inode);
    awaitable<result<std::string>> read_link(inode_id inode);

    // A directory handle shows the entries of the moment it was opened; positions are indices of entries().
    awaitable<result<handle_id>> open_directory(inode_id inode);
    const cache::directory_snapshot& entries(handle_id directory) const;
    inode_id inode_of(handle_id directory) const;  // for "."
    inode_id parent_of(inode_id directory) const;  // for ".."; the root is its own
    lookup_reply remember(handle_id directory, const directory_entry& entry);
    // The mode bits S_IFMT and an inode number for plain readdir, which takes no reference.
    struct stat summary(handle_id directory, std::size_t index) const;
    void release_directory(handle_id directory);

    awaitable<result<open_reply>> open(inode_id inode, int flags);
    // Fewer bytes than asked for only at the end of the file. The pieces are consecutive.
    awaitable<result<std::vector<shared_bytes>>> read(handle_id file, std::uint64_t offset, std::size_t size);
    void release(handle_id file);

    // Writing. `flags` are those of open(2). A handle for writing is also good for reading.
    awaitable<result<created>> create(inode_id parent, file_name name, int flags, mode_t mode);
    // All of `data`, or a failure that this handle keeps reporting. `origin`: pages of a mapped file go where they
    // belong, even through a handle that appends.
    awaitable<result<>> write(handle_id file, std::uint64_t offset, shared_bytes data,
                              write_origin origin = write_origin::program);
    // Until the server confirmed everything written so far: close(2) and fsync(2). The first error, and again
    // for each later call on this handle.
    awaitable<result<>> flush(handle_id file);
    awaitable<result<>> sync(handle_id file);
    // posix_fallocate(3); holes are not punched.
    awaitable<result<>> allocate(handle_id file, int mode, std::uint64_t offset, std::uint64_t length);
    awaitable<result<node_status>> set_attributes(inode_id inode, attribute_request request,
                                                  std::optional<handle_id> file);
    awaitable<result<lookup_reply>> make_directory(inode_id parent, file_name name, mode_t mode);
    awaitable<result<lookup_reply>> make_symlink(inode_id parent, file_name name, std::string target);
    awaitable<result<>> remove(inode_id parent, file_name name);
    awaitable<result<>> remove_directory(inode_id parent, file_name name);
    // `flags` are those of renameat2(2).
    awaitable<result<>> rename(inode_id parent, file_name name, inode_id new_parent, file_name new_name,
                               unsigned flags);
    // copy_file_range(2): whole files on servers that copy by themselves, else unsupported (the kernel then copies).
    awaitable<result<std::uint64_t>> copy_range(handle_id from, std::uint64_t offset, handle_id to,
                                                std::uint64_t to_offset, std::uint64_t length);

    // Readable by name, never listed, so that "cp -a" does not copy them: user.ftpfs.status (JSON, of the root
    // only), user.ftpfs.url, user.ftpfs.facts. no_such_attribute for any other.
    awaitable<result<std::string>> get_extended_attribute(inode_id inode, std::string name);
    // What user.ftpfs.url shows of the root: without a password.
    void set_url(std::string url)
    {
        url_ = std::move(url);
        writing_.url = url_;
    }
    // A JSON object for the member "remote" of user.ftpfs.status: what the remote has to tell of itself.
    void set_remote_status(std::function<std::string()> provider) { remote_status_ = std::move(provider); }
    const counters& count() const noexcept { return counters_; }
    // Memory of the file blocks, at most config::cache_size (or 4 MiB, if that is less).
    std::uint64_t cached_bytes() const noexcept { return reading_.blocks.bytes(); }
    // What the server tells of its space, believed for a while. Most tell nothing: then large and free, so that no
    // installer or copier refuses.
    awaitable<result<struct statvfs>> free_space();
    // The same as far as it is known without asking.
    struct statvfs statistics() const;

    // For messages: "/dir/name" of an inode, as far as known.
    std::string describe(inode_id inode) const;
    std::string describe(handle_id handle) const;

private:
    struct open_directory_state {
        inode_id inode{};
        cache::shared_snapshot snapshot;
    };
    struct open_file_state {
        inode_id inode{};
        std::shared_ptr<file_reader> reader;  // null until it is needed
        std::shared_ptr<file_writer> writer;  // null: opened for reading
        bool appends = false;
        bool past_page_cache = false;
    };

    struct named_object {
        remote_path path;
        file_attributes attributes;

        bool is_directory() const noexcept { return attributes.kind == file_kind::directory; }
    };
    // Always in the order of their inodes, so that two renames never wait for each other.
    struct held_writers {
        std::map<inode_id, std::shared_ptr<file_writer>> writers;
        std::vector<turn::held> turns;
    };

    // --- writing ---

    result<void> may_change() const;
    // The writer of an inode that is not broken; null if there is none.
    std::shared_ptr<file_writer> writer_of(inode_id inode) const;
    awaitable<result<std::shared_ptr<file_writer>>> make_writer(inode_id inode, bool keeps_content);
    std::shared_ptr<void> pin(inode_id inode);
    void leave(std::shared_ptr<file_writer> writer);
    awaitable<> retire(std::shared_ptr<file_writer> writer);
    bool is_open(inode_id inode) const;
    bool is_written_past_pages(inode_id inode) const;
    bool may_write_past_pages(inode_id inode, int flags) const;
    handle_id add_handle(open_file_state state);
    awaitable<result<open_reply>> open_for_writing(inode_id inode, int flags);
    awaitable<result<>> attach_reader(handle_id file);
    void use_new_version(inode_id inode);
    result<open_file_state*> writable(handle_id file);

    awaitable<result<>> set_size(inode_id inode, std::uint64_t size, std::shared_ptr<file_writer> writer);
    awaitable<result<node_status>> set_attributes_now(inode_id inode, attribute_request request,
                                                      std::optional<handle_id> file);
    result<void> check_owner(const attribute_request& request) const;
    awaitable<result<>> set_mode(inode_id inode, std::uint16_t mode);
    awaitable<result<>> set_time(inode_id inode, std::chrono::sys_seconds modified);

    awaitable<result<lookup_reply>> make_directory_now(inode_id parent, file_name name, mode_t mode);
    awaitable<result<lookup_reply>> make_symlink_now(inode_id parent, file_name name, std::string target);
    awaitable<result<named_object>> find_named(inode_id parent, file_name name);
    awaitable<result<>> remove_now(inode_id parent, file_name name);
    awaitable<result<>> remove_directory_now(inode_id parent, file_name name);
    awaitable<result<>> rename_now(inode_id parent, file_name name, inode_id new_parent, file_name new_name,
                                   unsigned flags);
    result<void> check_rename(const named_object& from, const remote_path& to,
                              const std::optional<file_attributes>& target, bool keeps) const;
    awaitable<result<held_writers>> hold_writers(remote_path from, remote_path to);
    void follow_rename(const named_object& from, const remote_path& to, const held_writers& held);
    awaitable<result<std::uint64_t>> copy_now(handle_id from, handle_id to);
    bool has_new_files(const remote_path& directory) const;
    // The object behind a name is gone, though it may be open.
    awaitable<> lose_name(inode_id parent, std::string_view name, file_attributes last);
    result<lookup_reply> reply_about(inode_id parent, const file_name& name, file_attributes attributes);
    void forget_reference(result<lookup_reply>& unused);
    awaitable<> ask_space();
    awaitable<> send_everything();

    // The path of an inode that still stands for the same object.
    result<remote_path> current_path(inode_id inode) const;
    awaitable<result<known_name>> current_attributes(inode_id inode);
    node_status status_of(inode_id inode, const known_name& known) const;
    handle_id next_handle() noexcept { return handle_id{++last_handle_}; }
    std::string status() const;

    executor where_;
    std::shared_ptr<remote::remote> remote_;
    config settings_;
    log journal_;
    clock_function now_;
    counters counters_;
    async::task_group tasks_;
    metadata metadata_;
    disk_store disk_;
    reading reading_;
    open_files files_;
    prefetcher prefetcher_;
    inode_table inodes_;
    std::unordered_map<handle_id, open_directory_state> directories_;
    writing writing_;
    std::unordered_map<handle_id, open_file_state> handles_;
    std::unordered_map<inode_id, std::shared_ptr<file_writer>> writers_;
    std::unordered_map<inode_id, file_attributes> orphans_;  // open files without a name
    std::optional<struct statvfs> space_;
    time_point space_asked_;
    std::shared_ptr<async::condition> space_question_;  // while one is under way
    std::uint64_t last_handle_ = 0;
    std::string url_;
    std::function<std::string()> remote_status_;
};

}  // namespace ftpfs::fs
