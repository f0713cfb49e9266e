// What the server said of single objects: answers of stat, "no such file", and what a transfer taught us.
//
// Apart from the listings, because it is newer or more precise than them: whoever looks for attributes
// compares the times of both. Apart from the inodes, because most inodes live from a listing and need no copy,
// and because "no such file" has no inode. One thread.
#pragma once

#include "ftpfs/cache/lru_map.hpp"
#include "ftpfs/core/attributes.hpp"

#include <chrono>
#include <optional>

namespace ftpfs::cache {

struct known_object {
    std::optional<file_attributes> attributes;    // none: there is no such object
    std::chrono::steady_clock::time_point asked;  // when the request began
    bool doubtful = false;                        // known to be outdated: not to be used, nor anything older
};

class attribute_cache {
public:
    explicit attribute_cache(std::uint64_t limit_bytes) : objects_{limit_bytes} {}

    void store(const remote_path& path, known_object object);
    // Null if unknown; valid until the next store or erase. Counts as a use.
    const known_object* find(const remote_path& path) { return objects_.empty() ? nullptr : objects_.find(path); }
    void erase(const remote_path& path) { objects_.erase(path); }
    // Forgets an object and everything below it.
    void erase_tree(const remote_path& path)
    {
        objects_.erase_if([&](const remote_path& one, const known_object&) { return one.is_within(path); });
    }

    std::uint64_t bytes() const noexcept { return objects_.bytes(); }
    std::size_t size() const noexcept { return objects_.size(); }

private:
    lru_map<remote_path, known_object> objects_;
};

}  // namespace ftpfs::cache
