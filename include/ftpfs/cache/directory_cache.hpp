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
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ftpfs::cache {

using time_point = std::chrono::steady_clock::time_point;

struct listed_directory {
    // The entry as changed here, or as listed; null if there is none.
    std::optional<file_attributes> find(std::string_view name) const;

    shared_snapshot snapshot;
    // What was changed here since: a name that is there now, or (no attributes) is not. Merged into the snapshot when
    // somebody wants to see all entries, so that a thousand new files cost one copy of the listing, not a thousand.
    std::map<std::string, std::optional<file_attributes>, std::less<>> changes;
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
    // A name of a listed directory was made or changed here, or (no attributes) removed.
    void change(const remote_path& directory, std::string_view name, std::optional<file_attributes> attributes);
    // The listing with all changes; null if unknown. Invalidates what find() answered.
    shared_snapshot merged(const remote_path& directory);
    // Forgets a directory and everything below it.
    void erase_tree(const remote_path& directory);
    void erase(const remote_path& directory) { listings_.erase(directory); }

    std::uint64_t bytes() const noexcept { return listings_.bytes(); }
    std::size_t size() const noexcept { return listings_.size(); }

private:
    lru_map<remote_path, listed_directory> listings_;
};

}  // namespace ftpfs::cache
