// Listings by the path of their directory, until their memory is needed.
//
// An expired listing stays: it still tells that the directory was listed, and what that cost, which decides
// how its entries are asked for again. So the answer carries its times and the caller compares. Keyed by path,
// not by inode: the kernel forgets inodes at will, and what the server said stays true. One thread.
#pragma once

#include "ftpfs/cache/directory_snapshot.hpp"
#include "ftpfs/cache/lru_map.hpp"
#include "ftpfs/core/remote_path.hpp"

#include <chrono>

namespace ftpfs::cache {

using time_point = std::chrono::steady_clock::time_point;

struct listed_directory {
    shared_snapshot snapshot;
    time_point asked;                          // when the request began: nothing is known of later changes
    std::chrono::steady_clock::duration took;  // until the answer was complete
};

class directory_cache {
public:
    // The newest listing is always kept, whatever its size.
    explicit directory_cache(std::uint64_t limit_bytes) : listings_{limit_bytes} {}

    void store(const remote_path& directory, listed_directory listing);
    // Null if unknown; valid until the next store or erase. Counts as a use.
    const listed_directory* find(const remote_path& directory) { return listings_.find(directory); }
    void erase(const remote_path& directory) { listings_.erase(directory); }

    std::uint64_t bytes() const noexcept { return listings_.bytes(); }
    std::size_t size() const noexcept { return listings_.size(); }

private:
    lru_map<remote_path, listed_directory> listings_;
};

}  // namespace ftpfs::cache
