// Blocks of remote files on a local disk, found again after a remount or a crash: one file per remote file
// (disk_entry.hpp) in a folder that several mounts may share (disk_folder.hpp).
//
// Keeps no state of its own but what is on the disk, so that nothing can get out of step with it: each call opens the
// entry, checks it, and closes it. What is wrong in any way is removed and counts as absent. Whole entries leave, least
// recently used first (their mtime is the time of their last use), when the folder would grow beyond its limit or the
// disk would have less than `least_free` left.
// Calls block: load() is made on one helper thread, everything else on another. A failure is one of this machine (I/O
// error, disk full): the caller stops using the cache.
#pragma once

#include "ftpfs/cache/disk_entry.hpp"
#include "ftpfs/cache/disk_folder.hpp"
#include "ftpfs/core/remote_path.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ftpfs::cache {

// What a cache must leave to others: 5 % of the disk, as file systems keep for root, so that a small disk is not
// useless for it; on large ones 256 MiB, which is enough for a system to log, update itself and be repaired.
std::uint64_t least_free(const folder_space& space) noexcept;

class disk_cache {
public:
    using space_function = std::function<result<folder_space>()>;

    // `directory` is made if it is missing. `server` tells trees apart; no password belongs there.
    static result<std::unique_ptr<disk_cache>> open(const std::string& directory, std::string server,
                                                    std::uint64_t limit);

    struct found_block {
        std::uint64_t index = 0;
        std::shared_ptr<std::byte[]> memory;
        std::size_t capacity = 0;  // of the memory: the length, in whole pages
        std::size_t length = 0;
    };
    struct found {
        std::vector<found_block> blocks;      // from the first one on, without a gap
        std::optional<disk_version> version;  // of the entry, if it fits
        bool dropped = false;                 // it was damaged, or another version
    };
    // Of the version `seen` at most `count` blocks from `first` on. Counts as a use.
    result<found> load(const remote_path& path, const file_version& seen, std::uint64_t first, std::size_t count,
                       std::chrono::sys_seconds now) const;

    struct block_to_keep {
        std::uint64_t index = 0;
        std::span<const std::byte> bytes;    // the whole block
        std::chrono::sys_seconds fetched{};  // when its oldest byte was asked for, or earlier
    };
    struct kept {
        std::uint64_t bytes = 0;
        std::size_t refused = 0;  // blocks for which there is no room, or that nobody could trust later
        bool disk_is_full = false;
        std::optional<std::uint64_t> used;  // bytes of all entries, if something was written
    };
    // Replaces an entry of another version.
    result<kept> store(const remote_path& path, const disk_version& version, std::span<const block_to_keep> blocks,
                       std::chrono::sys_seconds now);

    result<> forget(const remote_path& path);
    // With all below. Looks at every entry.
    result<> forget_tree(const remote_path& directory);

    // Counts what is there, and makes it fit: once at the start. The bytes in use.
    result<std::uint64_t> take_stock(std::chrono::sys_seconds now);
    std::uint64_t limit() const noexcept { return limit_; }

    // For tests: another disk.
    void set_space(space_function ask) { space_ = std::move(ask); }

private:
    disk_cache(disk_folder folder, std::string server, std::uint64_t limit);

    entry_key key_of(const remote_path& path) const { return {server_, path.str()}; }
    result<descriptor> open_matching(const std::string& name, entry_header& header) const;
    struct room_made {
        bool found = false;
        bool disk_is_full = false;
    };
    result<room_made> make_room(const disk_folder::held_lock& lock, std::uint64_t need, std::string_view keep,
                                std::chrono::sys_seconds now);

    disk_folder folder_;
    std::string server_;
    std::uint64_t limit_;
    space_function space_;
    std::chrono::sys_seconds full_until_{};
};

}  // namespace ftpfs::cache
