// The inodes the kernel knows: a number for each (parent, name), for as long as the kernel refers to it.
//
// The kernel counts: each lookup it was answered is given back by forget. An inode stays while it is counted,
// has known children (a forget of a parent may arrive before those of its children), or is pinned by an open
// handle. Numbers are never used twice, so no generation is needed beside them. A name that becomes another
// kind of object (a file is removed, a directory takes its name) gets a new inode; the old one is `replaced`:
// it keeps its path for messages, but nothing must be asked of it any more.
// About 115 bytes per inode with names of up to 15 bytes; a walk over a million files leaves as many. One thread.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/remote_path.hpp"
#include "ftpfs/fs/ids.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ftpfs::fs {

class inode_table {
public:
    // Knows the root, which is never forgotten.
    inode_table();
    // The index refers to the nodes.
    inode_table(const inode_table&) = delete;
    inode_table& operator=(const inode_table&) = delete;

    // The inode of a name, new if need be, counted once more. `parent` must be known.
    inode_id look_up(inode_id parent, const file_name& name, file_kind kind);
    // Without counting: the inode of a name the kernel already knows.
    std::optional<inode_id> find(inode_id parent, std::string_view name) const;
    // The same by its whole path.
    std::optional<inode_id> find(const remote_path& path) const;
    void forget(inode_id inode, std::uint64_t count);

    // While pinned, an inode is known even if the kernel forgets it.
    void pin(inode_id inode);
    void unpin(inode_id inode);

    // The inode of a name gets another one, with everything below it; who had that name before is replaced. Nothing
    // happens to a name the kernel does not know. `new_parent` must be known.
    void move(inode_id parent, std::string_view name, inode_id new_parent, const file_name& new_name);

    // An inode whose name now stands for another kind of object.
    void replace(inode_id inode);

    bool knows(inode_id inode) const { return nodes_.contains(inode); }
    bool is_replaced(inode_id inode) const;
    file_kind kind_of(inode_id inode) const;
    inode_id parent_of(inode_id inode) const;  // of the root: the root
    // Not found if the inode is unknown.
    result<remote_path> path_of(inode_id inode) const;

    std::size_t size() const noexcept { return nodes_.size(); }

private:
    struct node {
        explicit node(std::string_view name_) : name{name_} {}

        inode_id id{};
        node* parent = nullptr;  // null: the root
        std::string name;
        std::uint64_t lookups = 0;
        std::uint32_t children = 0;
        std::uint32_t pins = 0;
        file_kind kind = file_kind::unknown;
        bool replaced = false;
    };

    struct child_key {
        const node* parent;
        std::string_view name;
    };
    struct child_hash {
        using is_transparent = void;
        std::size_t operator()(const child_key& key) const noexcept;
        std::size_t operator()(const node* child) const noexcept;
    };
    struct child_equal {
        using is_transparent = void;
        bool operator()(const node* a, const node* b) const noexcept { return a == b; }
        bool operator()(const child_key& a, const node* b) const noexcept
        {
            return a.parent == b->parent && a.name == b->name;
        }
        bool operator()(const node* a, const child_key& b) const noexcept { return (*this)(b, a); }
    };

    node* get(inode_id inode);
    const node* get(inode_id inode) const;
    void drop_if_unused(node* unused);

    boost::unordered_flat_map<inode_id, std::unique_ptr<node>> nodes_;
    boost::unordered_flat_set<node*, child_hash, child_equal> children_;  // without replaced ones and the root
    std::uint64_t next_ = static_cast<std::uint64_t>(root_inode) + 1;
};

}  // namespace ftpfs::fs
