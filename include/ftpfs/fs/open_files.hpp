// Which version of which file is open, shared by all handles that see the same one; and, for a while, which
// versions were open, so that a file that is opened again finds its blocks.
//
// One thread; the services outlive it.
#pragma once

#include "ftpfs/cache/lru_map.hpp"
#include "ftpfs/fs/file_reader.hpp"
#include "ftpfs/fs/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>

namespace ftpfs::fs {

class open_files {
public:
    explicit open_files(reading& services);

    struct opened {
        std::shared_ptr<file_reader> reader;
        bool same_as_before = false;  // what was handed out before is still right
    };

    // One more handle of the file. A version that is not the known one gets a new reader; handles of the old
    // one keep theirs.
    opened open(inode_id inode, const remote_path& path, const file_attributes& attributes);
    void close(inode_id inode, const std::shared_ptr<file_reader>& reader);

    // The version was replaced by another one from here, whose bytes nobody has: the next open() gets a new reader
    // even if the attributes look the same. Handles move on by themselves; see file_system.
    void renew(inode_id inode);

    // The content of a file that nobody has open, to be filled before somebody opens it; null if that is under way.
    // The next open() of the path takes it over, if it is the same version.
    std::shared_ptr<file_reader> begin_ahead(const remote_path& path, const file_attributes& attributes);
    void drop_ahead(const remote_path& path);
    bool is_ahead(const remote_path& path) const { return ahead_.contains(path); }
    // The file is or was open: whoever opens it again may find all in memory.
    bool knows(inode_id inode) { return current_.contains(inode) || closed_.find(inode) != nullptr; }

    // Ends all streams.
    void close_all();

    std::size_t size() const noexcept { return current_.size(); }

private:
    content_identity identity_of(const file_attributes& attributes);
    std::shared_ptr<file_reader> take_ahead(const remote_path& path, const file_attributes& attributes);

    reading& services_;
    std::unordered_map<inode_id, std::shared_ptr<file_reader>> current_;
    cache::lru_map<inode_id, content_identity> closed_;
    std::unordered_set<inode_id> renewed_;
    std::unordered_map<remote_path, std::shared_ptr<file_reader>> ahead_;
    std::uint64_t next_number_ = 1;
};

}  // namespace ftpfs::fs
