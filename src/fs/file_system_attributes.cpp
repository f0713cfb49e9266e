// The operations that change attributes.
#include "ftpfs/fs/apart.hpp"
#include "ftpfs/fs/file_system.hpp"
#include "ftpfs/fs/path_failure.hpp"
#include "ftpfs/fs/to_stat.hpp"

#include <boost/asio/this_coro.hpp>

#include <sys/stat.h>

namespace ftpfs::fs {

awaitable<result<node_status>> file_system::set_attributes(inode_id inode, attribute_request request,
                                                           std::optional<handle_id> file)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_CHECK(may_change());
    auto work = set_attributes_now(inode, std::move(request), file);
    co_return co_await apart<node_status>(where_, tasks_, std::move(work));
}

awaitable<result<node_status>> file_system::set_attributes_now(inode_id inode, attribute_request request,
                                                               std::optional<handle_id> file)
{
    FTPFS_CO_CHECK(check_owner(request));
    if (request.size) {
        std::shared_ptr<file_writer> writer;
        if (file) {
            FTPFS_CO_TRY(const auto* open, writable(*file));
            writer = open->writer;
        }
        FTPFS_CO_CHECK(co_await set_size(inode, *request.size, std::move(writer)));
    }
    const bool has_name = !orphans_.contains(inode);
    if (request.mode && has_name) {
        FTPFS_CO_CHECK(co_await set_mode(inode, static_cast<std::uint16_t>(*request.mode & 07777U)));
    }
    if (request.modified && has_name) {
        FTPFS_CO_CHECK(co_await set_time(inode, std::chrono::floor<std::chrono::seconds>(*request.modified)));
    }
    co_return co_await get_attributes(inode);
}

result<void> file_system::check_owner(const attribute_request& request) const
{
    const bool same =
        request.uid.value_or(settings_.uid) == settings_.uid && request.gid.value_or(settings_.gid) == settings_.gid;
    if (same || settings_.chown == owner_policy::ignore) {
        return {};
    }
    return not_permitted("files cannot be given to others; the option chown=ignore ignores it");
}

awaitable<result<>> file_system::set_mode(inode_id inode, std::uint16_t mode)
{
    FTPFS_CO_TRY(const auto known, co_await current_attributes(inode));
    const auto writer = writer_of(inode);
    if (writer && writer->defer_mode(mode)) {
        co_return result<>{};
    }
    FTPFS_CO_TRY(const auto path, current_path(inode));
    remote::attribute_change change;
    change.mode = mode;
    writing_.trust.revoke(path);  // a directory
    auto changed = co_await remote_->change_attributes(path, change);
    auto attributes = *known.attributes;
    if (!changed) {
        const auto shown = to_stat(inode, attributes, settings_).st_mode & 07777U;
        if (changed.error() == errc::unsupported && shown == mode) {
            co_return result<>{};
        }
        co_return about(path, std::move(changed).error());
    }
    attributes.mode = mode;
    if (writer) {
        writer->learn(attributes);
    }
    if (!writer || !writer->has_unsent()) {
        metadata_.put(path, std::move(attributes));
    }
    co_return result<>{};
}

awaitable<result<>> file_system::set_time(inode_id inode, std::chrono::sys_seconds modified)
{
    FTPFS_CO_TRY(const auto known, co_await current_attributes(inode));
    const auto writer = writer_of(inode);
    if (writer && writer->defer_time(modified)) {
        co_return result<>{};
    }
    FTPFS_CO_TRY(const auto path, current_path(inode));
    remote::attribute_change change;
    change.modified = modified;
    auto changed = co_await remote_->change_attributes(path, change);
    auto attributes = *known.attributes;
    if (!changed && changed.error() != errc::unsupported) {
        co_return about(path, std::move(changed).error());
    }
    if (changed) {
        attributes.modified = {modified, time_precision::second, time_source::fact};
        if (writer) {
            writer->learn(attributes);
        }
        metadata_.put(path, std::move(attributes));
        use_new_version(inode);
    } else {
        metadata_.remember_time(path, modified, attributes.modified);
    }
    co_return result<>{};
}

}  // namespace ftpfs::fs
