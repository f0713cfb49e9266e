#include "ftpfs/fs/inode_table.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace ftpfs::fs {

std::size_t inode_table::child_hash::operator()(const child_key& key) const noexcept
{
    // Nodes of the heap differ in their middle bits; the factor carries those into all.
    const auto address = reinterpret_cast<std::uintptr_t>(key.parent);
    return std::hash<std::string_view>{}(key.name) ^ (address * 0x9E3779B97F4A7C15U);
}

std::size_t inode_table::child_hash::operator()(const node* child) const noexcept
{
    return (*this)(child_key{child->parent, child->name});
}

inode_table::inode_table()
{
    auto root = std::make_unique<node>("");
    root->id = root_inode;
    root->kind = file_kind::directory;
    root->pins = 1;
    nodes_.emplace(root_inode, std::move(root));
}

inode_table::node* inode_table::get(inode_id inode)
{
    const auto found = nodes_.find(inode);
    return found == nodes_.end() ? nullptr : found->second.get();
}

const inode_table::node* inode_table::get(inode_id inode) const
{
    const auto found = nodes_.find(inode);
    return found == nodes_.end() ? nullptr : found->second.get();
}

inode_id inode_table::look_up(inode_id parent, const file_name& name, file_kind kind)
{
    node* const directory = get(parent);
    if (const auto known = children_.find(child_key{directory, name.str()}); known != children_.end()) {
        if ((*known)->kind == kind) {
            ++(*known)->lookups;
            return (*known)->id;
        }
        replace((*known)->id);
    }
    const inode_id id{next_++};
    node& child = *nodes_.emplace(id, std::make_unique<node>(name.str())).first->second;
    child.id = id;
    child.parent = directory;
    child.kind = kind;
    child.lookups = 1;
    ++directory->children;
    children_.insert(&child);
    return id;
}

std::optional<inode_id> inode_table::find(inode_id parent, std::string_view name) const
{
    const auto known = children_.find(child_key{get(parent), name});
    return known == children_.end() ? std::nullopt : std::optional{(*known)->id};
}

std::optional<inode_id> inode_table::find(const remote_path& path) const
{
    if (path.is_root()) {
        return root_inode;
    }
    const auto parent = find(path.parent());
    return parent ? find(*parent, path.name()) : std::nullopt;
}

void inode_table::forget(inode_id inode, std::uint64_t count)
{
    if (node* const known = get(inode)) {
        known->lookups -= std::min(known->lookups, count);
        drop_if_unused(known);
    }
}

void inode_table::pin(inode_id inode)
{
    if (node* const known = get(inode)) {
        ++known->pins;
    }
}

void inode_table::unpin(inode_id inode)
{
    if (node* const known = get(inode)) {
        known->pins -= std::min<std::uint32_t>(known->pins, 1);
        drop_if_unused(known);
    }
}

void inode_table::move(inode_id parent, std::string_view name, inode_id new_parent, const file_name& new_name)
{
    const auto known = children_.find(child_key{get(parent), name});
    if (const auto target = find(new_parent, new_name.str());
        target && (known == children_.end() || *target != (*known)->id)) {
        replace(*target);
    }
    if (known == children_.end()) {
        return;
    }
    // The index is by parent and name: out first, then changed, then in again.
    node* const moved = *known;
    children_.erase(known);
    node* const old_parent = moved->parent;
    moved->parent = get(new_parent);
    moved->name = new_name.str();
    ++moved->parent->children;
    children_.insert(moved);
    --old_parent->children;
    drop_if_unused(old_parent);
}

void inode_table::replace(inode_id inode)
{
    node* const known = get(inode);
    if (known != nullptr && !known->replaced && known->parent != nullptr) {
        children_.erase(known);
        known->replaced = true;
        drop_if_unused(known);
    }
}

// A parent that was kept only for this child goes with it.
void inode_table::drop_if_unused(node* unused)
{
    while (unused != nullptr && unused->lookups == 0 && unused->children == 0 && unused->pins == 0) {
        node* const parent = unused->parent;
        if (!unused->replaced) {
            children_.erase(unused);
        }
        nodes_.erase(inode_id{unused->id});
        if (parent != nullptr) {
            --parent->children;
        }
        unused = parent;
    }
}

bool inode_table::is_replaced(inode_id inode) const
{
    const node* const known = get(inode);
    return known != nullptr && known->replaced;
}

file_kind inode_table::kind_of(inode_id inode) const
{
    const node* const known = get(inode);
    return known != nullptr ? known->kind : file_kind::unknown;
}

inode_id inode_table::parent_of(inode_id inode) const
{
    const node* const known = get(inode);
    return known != nullptr && known->parent != nullptr ? known->parent->id : root_inode;
}

result<remote_path> inode_table::path_of(inode_id inode) const
{
    const node* at = get(inode);
    if (at == nullptr) {
        return failure{errc::not_found, "inode " + std::to_string(static_cast<std::uint64_t>(inode))};
    }
    std::vector<const node*> way;
    for (; at->parent != nullptr; at = at->parent) {
        way.push_back(at);
    }
    std::string path{"/"};
    for (auto step = way.rbegin(); step != way.rend(); ++step) {
        if (path.size() > 1) {
            path += '/';
        }
        path += (*step)->name;
    }
    return remote_path::make(path);
}

}  // namespace ftpfs::fs
