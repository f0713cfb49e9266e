// The folder of the disk cache: for its owner alone, and nothing in it is followed or trusted.
//
// Entries lie in `ftpfs-blocks-1` below the chosen directory, mode 0700, each 0600. What is not a plain file of ours
// under the name of an entry (a link, a pipe, a second name of another file, somebody else's) is removed when it is
// met; other names are left alone. Several mounts may use the folder at the same time: whoever writes has its lock,
// readers need none, and the number of bytes in use lies in the lock file. Calls block: they are made on helper
// threads. All but those of a lock may be made by several at once. Failures carry the errno (no_space for ENOSPC and
// EDQUOT).
#pragma once

#include "ftpfs/cache/descriptor.hpp"
#include "ftpfs/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ftpfs::cache {

struct folder_space {
    std::uint64_t total = 0;      // bytes of the file system
    std::uint64_t available = 0;  // for us
};

struct entry_info {
    std::string name;
    std::uint64_t bytes = 0;  // on the disk
    std::chrono::sys_seconds used{};
};

// Names to be removed, least recently used first, until `bytes` are free: never `keep`. Times in the future count as
// the oldest ones.
std::vector<entry_info> choose_leaving(std::vector<entry_info> entries, std::uint64_t bytes, std::string_view keep,
                                       std::chrono::sys_seconds now);

class disk_folder {
public:
    // Makes it if it is missing, below a parent that is there. Fails unless it can be written to.
    static result<disk_folder> open(const std::string& directory);

    // Empty: there is none.
    result<descriptor> open_entry(const std::string& name, int flags) const;
    // Empty: something else is there that can't be removed.
    result<descriptor> create_entry(const std::string& name) const;
    result<> remove(const std::string& name) const;
    result<std::vector<entry_info>> list() const;
    result<folder_space> space() const;

    // Held by one process at a time; goes with the object.
    class held_lock {
    public:
        explicit held_lock(int descriptor) : descriptor_{descriptor} {}
        held_lock(held_lock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
        held_lock& operator=(held_lock&&) = delete;
        ~held_lock();

        // Nothing if it is not known.
        std::optional<std::uint64_t> used() const;
        result<> set_used(std::uint64_t bytes) const;

    private:
        int descriptor_;
    };
    // Nothing if another one holds it for long: who writes to a cache can do without. Others write a few blocks, or
    // look for what leaves: seconds at most.
    static constexpr std::chrono::milliseconds lock_patience{2'000};
    result<std::optional<held_lock>> take_lock(std::chrono::milliseconds patience = lock_patience) const;

private:
    disk_folder(descriptor folder, descriptor lock_file) : folder_{std::move(folder)}, lock_{std::move(lock_file)} {}

    descriptor folder_;
    descriptor lock_;
};

// Whole transfers, with the errno as the failure. A read answers fewer bytes only at the end of the file.
result<std::size_t> read_at(int file, std::uint64_t offset, std::span<std::byte> into);
result<> write_at(int file, std::uint64_t offset, std::span<const std::byte> bytes);
failure failure_from_errno(std::string what);

}  // namespace ftpfs::cache
