// The entries of one directory as one listing gave them, and an index to find a name among them.
//
// Immutable, shared by the cache and the directory handles that show it: a handle keeps its moment even if the
// cache has long replaced it.
#pragma once

#include "ftpfs/core/attributes.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace ftpfs::cache {

class directory_snapshot {
public:
    // `complete`: a name that is not among the entries does not exist. Of equal names the first counts.
    directory_snapshot(std::vector<directory_entry> entries, bool complete);

    std::span<const directory_entry> entries() const noexcept { return entries_; }
    bool complete() const noexcept { return complete_; }

    // Null if there is no such entry.
    const directory_entry* find(std::string_view name) const noexcept;

    // Bytes of memory, strings included.
    std::uint64_t charge() const noexcept { return charge_; }

private:
    std::vector<directory_entry> entries_;
    // Open addressing at half load, entry number + 1, 0 is free: 8 bytes per entry and linear to build, where
    // sorting the 100,000 names of a large directory would hold up the loop for tens of milliseconds.
    std::vector<std::uint32_t> slots_;
    bool complete_;
    std::uint64_t charge_ = 0;
};

using shared_snapshot = std::shared_ptr<const directory_snapshot>;

}  // namespace ftpfs::cache
