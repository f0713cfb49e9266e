// The operations that change names.
#include "ftpfs/fs/apart.hpp"
#include "ftpfs/fs/file_system.hpp"
#include "ftpfs/fs/path_failure.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace ftpfs::fs {
namespace {

// What directories are shown with, and servers make them with, where nothing else is known.
constexpr std::uint16_t usual_directory_mode = 0755;

// renameat2(2); <linux/fs.h> has them too, together with much else.
constexpr unsigned rename_noreplace = 1;

file_time just_now()
{
    file_time now;
    now.value = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    now.source = time_source::fact;
    return now;
}

remote_path moved(const remote_path& path, const remote_path& from, const remote_path& to)
{
    // Both parts are valid paths, and what is below stays below.
    return remote_path::make(to.str() + path.str().substr(from.str().size())).value();
}

}  // namespace

// --- new names ---

result<lookup_reply> file_system::reply_about(inode_id parent, const file_name& name, file_attributes attributes)
{
    if (!inodes_.knows(parent)) {
        return failure{errc::not_found, name.str() + ": its directory was forgotten"};
    }
    known_name known;
    known.attributes = std::move(attributes);
    known.expires = now_() + settings_.attr_ttl;
    lookup_reply reply;
    reply.inode = inodes_.look_up(parent, name, known.attributes->kind);
    reply.status = status_of(reply.inode, known);
    reply.valid_for = reply.status.valid_for;
    return reply;
}

// The caller was interrupted: the kernel never hears of this reference.
void file_system::forget_reference(result<lookup_reply>& unused)
{
    if (unused) {
        inodes_.forget(unused->inode, 1);
    }
}

awaitable<result<lookup_reply>> file_system::make_directory(inode_id parent, file_name name, mode_t mode)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_CHECK(may_change());
    std::function<void(result<lookup_reply>&)> undo = [this](auto& unused) { forget_reference(unused); };
    auto work = make_directory_now(parent, std::move(name), mode);
    co_return co_await apart<lookup_reply>(where_, tasks_, std::move(work), std::move(undo));
}

awaitable<result<lookup_reply>> file_system::make_directory_now(inode_id parent, file_name name, mode_t mode)
{
    FTPFS_CO_TRY(const auto directory, current_path(parent));
    const auto path = directory / name;
    if (const auto known = metadata_.peek(path); known && known->attributes) {
        co_return failure{errc::already_exists, path.str()};
    }
    auto made = co_await remote_->make_directory(path);
    if (!made) {
        metadata_.distrust(path);
        co_return about(path, std::move(made).error());
    }
    file_attributes attributes;
    attributes.kind = file_kind::directory;
    attributes.mode = usual_directory_mode;
    attributes.modified = just_now();
    const auto wanted = static_cast<std::uint16_t>(mode & 07777U);
    if (wanted != usual_directory_mode && !writing_.mode_is_unsupported) {
        remote::attribute_change change;
        change.mode = wanted;
        const auto changed = co_await remote_->change_attributes(path, change);
        writing_.mode_is_unsupported = !changed && changed.error() == errc::unsupported;
        attributes.mode = changed ? wanted : usual_directory_mode;
    }
    metadata_.put_directory(path, attributes);
    co_return reply_about(parent, name, std::move(attributes));
}

awaitable<result<lookup_reply>> file_system::make_symlink(inode_id parent, file_name name, std::string target)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_CHECK(may_change());
    std::function<void(result<lookup_reply>&)> undo = [this](auto& unused) { forget_reference(unused); };
    auto work = make_symlink_now(parent, std::move(name), std::move(target));
    co_return co_await apart<lookup_reply>(where_, tasks_, std::move(work), std::move(undo));
}

awaitable<result<lookup_reply>> file_system::make_symlink_now(inode_id parent, file_name name, std::string target)
{
    FTPFS_CO_TRY(const auto directory, current_path(parent));
    const auto path = directory / name;
    if (const auto known = metadata_.peek(path); known && known->attributes) {
        co_return failure{errc::already_exists, path.str()};
    }
    auto made = co_await remote_->make_link(target, path);
    if (!made && made.error() == errc::unsupported) {
        co_return not_permitted(path.str() + ": the server cannot make symbolic links");
    }
    if (!made) {
        metadata_.distrust(path);
        co_return about(path, std::move(made).error());
    }
    file_attributes attributes;
    attributes.kind = file_kind::symlink;
    attributes.modified = just_now();
    attributes.link_target = std::move(target);
    metadata_.put(path, attributes);
    co_return reply_about(parent, name, std::move(attributes));
}

// --- names that go ---

awaitable<> file_system::lose_name(inode_id parent, std::string_view name, file_attributes last)
{
    const auto inode = inodes_.find(parent, name);
    if (!inode) {
        co_return;
    }
    files_.renew(*inode);
    bool is_open = false;
    for (auto& [handle, open] : handles_) {
        if (open.inode == *inode) {
            is_open = true;
            if (open.reader) {
                open.reader->content().orphan();
            }
        }
    }
    if (is_open) {
        orphans_.insert_or_assign(*inode, std::move(last));
    }
    inodes_.replace(*inode);
    if (const auto writer = writer_of(*inode)) {
        co_await writer->orphan();
    }
}

awaitable<result<>> file_system::remove(inode_id parent, file_name name)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_CHECK(may_change());
    auto work = remove_now(parent, std::move(name));
    co_return co_await apart<void>(where_, tasks_, std::move(work));
}

// What has the name now.
awaitable<result<file_system::named_object>> file_system::find_named(inode_id parent, file_name name)
{
    FTPFS_CO_TRY(const auto directory, current_path(parent));
    FTPFS_CO_TRY(auto known, co_await metadata_.look_up(directory, name));
    auto path = directory / name;
    if (!known.attributes) {
        co_return failure{errc::not_found, path.str()};
    }
    named_object found{std::move(path), *std::move(known.attributes)};
    co_return std::move(found);
}

awaitable<result<>> file_system::remove_now(inode_id parent, file_name name)
{
    FTPFS_CO_TRY(const auto file, co_await find_named(parent, name));
    if (file.is_directory()) {
        co_return failure{errc::is_a_directory, file.path.str()};
    }
    const auto inode = inodes_.find(parent, name.str());
    const auto writer = inode ? writer_of(*inode) : nullptr;
    turn::held mine;
    if (writer) {
        mine = co_await writer->order().take();
        co_await writer->prepare_removal();
    }
    if (!writer || writer->is_on_server()) {
        auto removed = co_await remote_->remove(file.path);
        if (!removed) {
            if (!writer || !writer->has_unsent()) {
                metadata_.distrust(file.path);
            }
            co_return about(file.path, std::move(removed).error());
        }
    }
    co_await lose_name(parent, name.str(), file.attributes);
    metadata_.erase(file.path);
    co_return result<>{};
}

// Files that the server has not seen yet: to it, their directory is empty.
bool file_system::has_new_files(const remote_path& directory) const
{
    return std::ranges::any_of(
        writers_, [&](const auto& one) { return one.second->path().is_within(directory) && one.second->has_unsent(); });
}

awaitable<result<>> file_system::remove_directory(inode_id parent, file_name name)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_CHECK(may_change());
    auto work = remove_directory_now(parent, std::move(name));
    co_return co_await apart<void>(where_, tasks_, std::move(work));
}

awaitable<result<>> file_system::remove_directory_now(inode_id parent, file_name name)
{
    FTPFS_CO_TRY(const auto directory, co_await find_named(parent, name));
    if (!directory.is_directory()) {
        co_return failure{errc::not_a_directory, directory.path.str()};
    }
    if (has_new_files(directory.path)) {
        co_return failure{errc::not_empty, directory.path.str()};
    }
    auto removed = co_await remote_->remove_directory(directory.path);
    if (!removed) {
        metadata_.distrust(directory.path);
        co_return about(directory.path, std::move(removed).error());
    }
    if (const auto inode = inodes_.find(parent, name.str())) {
        inodes_.replace(*inode);
    }
    metadata_.erase(directory.path);
    co_return result<>{};
}

// --- other names ---

awaitable<result<>> file_system::rename(inode_id parent, file_name name, inode_id new_parent, file_name new_name,
                                        unsigned flags)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_CHECK(may_change());
    if ((flags & ~rename_noreplace) != 0) {
        co_return failure{errc::invalid_name, "names cannot be exchanged"};
    }
    auto work = rename_now(parent, std::move(name), new_parent, std::move(new_name), flags);
    co_return co_await apart<void>(where_, tasks_, std::move(work));
}

// Why `from` cannot take the name `to` of `target`, seen from here.
result<void> file_system::check_rename(const named_object& from, const remote_path& to,
                                       const std::optional<file_attributes>& target, bool keeps) const
{
    if (target && keeps) {
        return failure{errc::already_exists, to.str()};
    }
    const bool moves_directory = from.is_directory();
    if (from.path == to) {
        return {};
    }
    if (target && (target->kind == file_kind::directory) != moves_directory) {
        return failure{moves_directory ? errc::not_a_directory : errc::is_a_directory, to.str()};
    }
    if (moves_directory && to.is_within(from.path)) {
        return failure{errc::invalid_name, to.str() + " is inside of " + from.path.str()};
    }
    if (moves_directory && target && has_new_files(to)) {
        return failure{errc::not_empty, to.str()};
    }
    return {};
}

// Nothing is on its way by the old name, nor to the new one, as long as the turns are held.
awaitable<result<file_system::held_writers>> file_system::hold_writers(remote_path from, remote_path to)
{
    held_writers held;
    for (const auto& [inode, writer] : writers_) {
        const auto& path = writer->path();
        if (!writer->is_orphaned() && (path.is_within(from) || path == to)) {
            held.writers.emplace(inode, writer);
        }
    }
    for (const auto& [inode, writer] : held.writers) {
        auto mine = co_await writer->order().take();
        held.turns.push_back(std::move(mine));
        if (writer->path() == to) {
            co_await writer->prepare_removal();
            continue;
        }
        auto settled = co_await writer->settle();
        if (!settled && !writer->is_on_server()) {
            co_return std::move(settled).error();
        }
    }
    co_return std::move(held);
}

// What this mount has by the old name goes on by the new one.
void file_system::follow_rename(const named_object& from, const remote_path& to, const held_writers& held)
{
    metadata_.move(from.path, to);
    if (from.is_directory()) {
        disk_.forget_tree(from.path);
        disk_.forget_tree(to);
    }
    for (const auto& [inode, writer] : held.writers) {
        if (!writer->is_orphaned() && writer->path().is_within(from.path)) {
            writer->move(moved(writer->path(), from.path, to));
        }
    }
    for (const auto& [handle, open] : handles_) {
        if (open.reader && open.reader->content().path().is_within(from.path) &&
            !open.reader->content().is_orphaned()) {
            auto& content = open.reader->content();
            content.move(moved(content.path(), from.path, to));
        }
    }
}

awaitable<result<>> file_system::rename_now(inode_id parent, file_name name, inode_id new_parent, file_name new_name,
                                            unsigned flags)
{
    FTPFS_CO_TRY(const auto from, co_await find_named(parent, name));
    FTPFS_CO_TRY(const auto new_directory, current_path(new_parent));
    const auto to = new_directory / new_name;
    FTPFS_CO_TRY(const auto target, co_await metadata_.look_up(new_directory, new_name));
    const bool keeps = (flags & rename_noreplace) != 0;
    FTPFS_CO_CHECK(check_rename(from, to, target.attributes, keeps));
    if (from.path == to) {
        co_return result<>{};
    }
    FTPFS_CO_TRY(const auto held, co_await hold_writers(from.path, to));

    const auto policy = keeps ? remote::existing_target::refuse : remote::existing_target::replace;
    auto renamed = co_await remote_->rename(from.path, to, policy);
    if (!renamed) {
        if (held.writers.empty()) {
            metadata_.distrust(from.path);
            metadata_.distrust(to);
        }
        co_return about(from.path, std::move(renamed).error());
    }
    if (target.attributes) {
        co_await lose_name(new_parent, new_name.str(), *target.attributes);
    }
    follow_rename(from, to, held);
    if (inodes_.knows(parent) && inodes_.knows(new_parent)) {
        inodes_.move(parent, name.str(), new_parent, new_name);
    }
    co_return result<>{};
}

}  // namespace ftpfs::fs
