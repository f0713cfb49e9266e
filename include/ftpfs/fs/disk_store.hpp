// The disk cache as the file system uses it: opened, filled and asked on helper threads, so that no slow disk holds up
// the loop, nor a reader longer than the network would.
//
// One thread reads, another one does everything else, in order. What is to be kept waits in a queue of a few MiB; when
// that is full, it is not kept. A read that the disk does not answer within its patience goes on over the network, and
// the disk is not asked again before it has answered. The first failure of this machine (disk full, I/O error) turns
// the cache off for good, with one line in the log; without it everything works as if there were none.
//
// A file that is changed here loses its blocks, and who began to read it before can neither use nor add any more.
// One thread. Settings, counters and the task group outlive it; the group is joined before it goes.
#pragma once

#include "ftpfs/async/blocking.hpp"
#include "ftpfs/async/condition.hpp"
#include "ftpfs/async/task_group.hpp"
#include "ftpfs/cache/disk_cache.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/core/shared_bytes.hpp"
#include "ftpfs/fs/config.hpp"
#include "ftpfs/fs/counters.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ftpfs::fs {

class disk_store {
public:
    disk_store(executor where, async::task_group& tasks, const config& settings, counters& count, log journal);
    disk_store(const disk_store&) = delete;
    disk_store& operator=(const disk_store&) = delete;

    // Opens the folder; returns when it is usable or not, or after a moment.
    awaitable<> start();
    // What still waits to be kept gets a moment.
    void stop();

    // Is it worth asking? And how long to wait for an answer.
    bool is_usable() const;
    std::chrono::milliseconds patience() const noexcept { return settings_.disk_patience; }

    // --- who reads a file ---

    // Taken before the file's attributes are used: what is changed here later makes it worthless.
    using ticket = std::uint64_t;
    ticket now() const noexcept { return changes_; }
    bool may_load(const remote_path& path, ticket mine) const;
    bool may_keep(const remote_path& path, ticket mine) const;

    // Empty if there is nothing, or after a failure. `path` and version as for disk_cache::load.
    awaitable<cache::disk_cache::found> load(remote_path path, file_version seen, std::uint64_t first,
                                             std::size_t count);
    void spawn(awaitable<> load) { tasks_.spawn(std::move(load)); }
    void count_hit(std::uint64_t bytes) noexcept
    {
        ++count_.disk_hits;
        count_.disk_bytes_read += bytes;
    }
    // A whole block that came over the network, asked for at `fetched`.
    void keep(const remote_path& path, const cache::disk_version& version, std::uint64_t index, shared_bytes block,
              std::chrono::sys_seconds fetched);

    // --- who changes it ---

    void forget(const remote_path& path);
    void forget_tree(const remote_path& directory);

    // A JSON object for user.ftpfs.status.
    std::string status() const;

private:
    enum class state : std::uint8_t { off, opening, on, failed };
    enum class task : std::uint8_t { keep, forget, forget_tree };
    struct job {
        task what = task::keep;
        remote_path path;
        cache::disk_version version;
        std::uint64_t index = 0;
        shared_bytes block;
        std::chrono::sys_seconds fetched{};
    };

    awaitable<> open();
    void queue(job next);
    awaitable<> work();
    awaitable<> keep_next();
    awaitable<> forget_next();
    void note_drop(task what, const remote_path& path);
    void drop_kept_jobs();
    void turn_off(const failure& why);

    executor where_;
    async::task_group& tasks_;
    const config& settings_;
    counters& count_;
    log journal_;
    std::shared_ptr<cache::disk_cache> cache_;  // outlives the threads
    std::optional<async::helper_thread> reader_;
    std::optional<async::helper_thread> writer_;
    async::condition opened_;
    state state_ = state::off;

    std::deque<job> jobs_;
    std::uint64_t queued_bytes_ = 0;
    bool working_ = false;
    bool disk_was_full_ = false;
    std::optional<std::chrono::steady_clock::time_point> give_up_at_;  // stop() was called
    std::uint64_t used_ = 0;

    std::size_t loads_ = 0;  // under way
    std::chrono::steady_clock::time_point moved_;

    ticket changes_ = 0;
    ticket everything_changed_ = 0;                      // older tickets are worthless
    std::unordered_map<remote_path, ticket> changed_;    // when the file was
    std::unordered_map<remote_path, unsigned> leaving_;  // forgotten, but still on the disk
    std::vector<remote_path> leaving_trees_;
};

}  // namespace ftpfs::fs
