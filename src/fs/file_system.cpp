#include "ftpfs/fs/file_system.hpp"

#include "ftpfs/fs/path_failure.hpp"
#include "ftpfs/fs/to_stat.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

#include <algorithm>

namespace ftpfs::fs {
namespace {

// How long stop() lets calls of the remote end by themselves. A transfer in flight ends with its next packet; a
// silent server is not worth waiting for.
constexpr std::chrono::milliseconds stop_grace{500};

}  // namespace

file_system::file_system(executor where, std::shared_ptr<remote::remote> remote, config settings, log journal,
                         clock_function now)
    : where_{std::move(where)}, remote_{std::move(remote)}, settings_{settings}, journal_{std::move(journal)},
      now_{std::move(now)}, tasks_{where_}, metadata_{where_, tasks_, *remote_, settings_, now_, counters_},
      disk_{where_, tasks_, settings_, counters_, journal_}, reading_{where_,    tasks_,    *remote_, metadata_,
                                                                      settings_, counters_, journal_, now_},
      files_{reading_}, prefetcher_{reading_, files_, now_}, writing_{reading_, files_}
{
    reading_.disk = &disk_;
    metadata_.set_on_change([this](const remote_path& path) {
        prefetcher_.changed(path);
        disk_.forget(path);
    });
    prefetcher_.set_is_known([this](const remote_path& file) {
        const auto inode = inodes_.find(file);
        return inode && (files_.knows(*inode) || writers_.contains(*inode));
    });
    writing_.on_new_version = [this](inode_id inode) { use_new_version(inode); };
}

file_system::~file_system() = default;

awaitable<result<void>> file_system::start()
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    const auto listed = co_await metadata_.list(remote_path{});
    if (!listed) {
        co_return listed.error();
    }
    co_await disk_.start();
    co_return result<void>{};
}

awaitable<> file_system::stop()
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_await send_everything();
    reading_.stopping = true;
    files_.close_all();
    disk_.stop();
    // An alarm that is already on its way can't be called back, and may come when all is gone.
    const auto waiting = std::make_shared<bool>(true);
    boost::asio::steady_timer alarm{where_, stop_grace};
    alarm.async_wait([this, waiting](const boost::system::error_code& aborted) {
        if (!aborted && *waiting) {
            tasks_.cancel();
        }
    });
    co_await tasks_.join();
    *waiting = false;
}

// --- names and attributes ---

result<remote_path> file_system::current_path(inode_id inode) const
{
    if (inodes_.is_replaced(inode)) {
        return failure{errc::version_changed, describe(inode) + " is another kind of object now"};
    }
    return inodes_.path_of(inode);
}

node_status file_system::status_of(inode_id inode, const known_name& known) const
{
    node_status status;
    auto shown = *known.attributes;
    if (const auto path = inodes_.path_of(inode)) {
        shown.modified.value = metadata_.exact().refined(*path, shown.modified);
    }
    status.attributes = to_stat(inode, shown, settings_);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(known.expires - now_());
    status.valid_for = std::max(left, std::chrono::milliseconds{0});
    return status;
}

awaitable<result<lookup_reply>> file_system::lookup(inode_id parent, file_name name)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    ++counters_.lookups;
    FTPFS_CO_TRY(auto directory, current_path(parent));
    FTPFS_CO_TRY(const auto known, co_await metadata_.look_up(std::move(directory), name));
    if (!inodes_.knows(parent)) {
        co_return failure{errc::not_found, name.str() + ": its directory was forgotten"};
    }
    lookup_reply reply;
    if (known.attributes) {
        reply.inode = inodes_.look_up(parent, name, known.attributes->kind);
        reply.status = status_of(reply.inode, known);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(known.expires - now_());
    reply.valid_for = std::max(left, std::chrono::milliseconds{0});
    co_return reply;
}

void file_system::forget(inode_id inode, std::uint64_t count)
{
    inodes_.forget(inode, count);
}

awaitable<result<known_name>> file_system::current_attributes(inode_id inode)
{
    FTPFS_CO_TRY(auto path, current_path(inode));
    auto known = co_await metadata_.attributes_of(std::move(path));
    if (known && known->attributes->kind != inodes_.kind_of(inode)) {
        auto what = describe(inode) + " is another kind of object now";
        inodes_.replace(inode);
        co_return failure{errc::version_changed, std::move(what)};
    }
    co_return known;
}

awaitable<result<node_status>> file_system::get_attributes(inode_id inode)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    ++counters_.attribute_reads;
    if (const auto orphan = orphans_.find(inode); orphan != orphans_.end()) {
        known_name last;
        last.attributes = orphan->second;
        if (const auto writer = writer_of(inode)) {
            last.attributes = writer->attributes();
        }
        last.expires = now_();
        auto status = status_of(inode, last);
        status.attributes.st_nlink = 0;
        co_return status;
    }
    FTPFS_CO_TRY(const auto known, co_await current_attributes(inode));
    co_return status_of(inode, known);
}

awaitable<result<std::string>> file_system::read_link(inode_id inode)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_TRY(auto path, current_path(inode));
    co_return co_await metadata_.read_link(std::move(path));
}

// --- directories ---

awaitable<result<handle_id>> file_system::open_directory(inode_id inode)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_TRY(auto path, current_path(inode));
    if (inodes_.kind_of(inode) != file_kind::directory) {
        co_return failure{errc::not_a_directory, path.str()};
    }
    FTPFS_CO_TRY(auto snapshot, co_await metadata_.list(path));
    prefetcher_.directory_opened(path, snapshot);
    const auto handle = next_handle();
    directories_[handle] = {inode, std::move(snapshot)};
    inodes_.pin(inode);
    co_return handle;
}

const cache::directory_snapshot& file_system::entries(handle_id directory) const
{
    static const cache::directory_snapshot none{{}, true};
    const auto open = directories_.find(directory);
    return open == directories_.end() ? none : *open->second.snapshot;
}

inode_id file_system::inode_of(handle_id directory) const
{
    const auto open = directories_.find(directory);
    return open == directories_.end() ? inode_id{} : open->second.inode;
}

inode_id file_system::parent_of(inode_id directory) const
{
    return inodes_.parent_of(directory);
}

lookup_reply file_system::remember(handle_id directory, const directory_entry& entry)
{
    const auto parent = inode_of(directory);
    lookup_reply reply;
    if (!inodes_.knows(parent)) {
        return reply;
    }
    // The handle shows the moment it was opened; what is known of the entry by now may be newer, or expired.
    known_name known;
    known.attributes = entry.attributes;
    known.expires = now_();
    if (const auto path = inodes_.path_of(parent)) {
        if (auto latest = metadata_.peek(*path / entry.name); latest && latest->attributes) {
            known = *std::move(latest);
        }
    }
    reply.inode = inodes_.look_up(parent, entry.name, known.attributes->kind);
    reply.status = status_of(reply.inode, known);
    reply.valid_for = reply.status.valid_for;
    return reply;
}

struct stat file_system::summary(handle_id directory, std::size_t index) const
{
    const auto parent = inode_of(directory);
    const auto entry = entries(directory)[index];
    const auto known = inodes_.find(parent, entry.name.str());
    // Numbers from 2^63 on are never given to inodes. In the order of the listing, as those of inodes are: programs
    // that sort by number (cp, tar) then go through the directory as it is fetched ahead.
    const auto made_up = (static_cast<std::uint64_t>(parent) << 32U) + index;
    struct stat shown {};
    shown.st_ino = known ? static_cast<ino_t>(*known) : made_up | (std::uint64_t{1} << 63U);
    shown.st_mode = file_type_bits(entry.attributes.kind);
    return shown;
}

void file_system::release_directory(handle_id directory)
{
    if (const auto open = directories_.extract(directory)) {
        inodes_.unpin(open.mapped().inode);
    }
}

// --- files ---

awaitable<result<open_reply>> file_system::open(inode_id inode, int flags)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0) {
        co_return co_await open_for_writing(inode, flags);
    }
    FTPFS_CO_TRY(const auto path, current_path(inode));
    FTPFS_CO_TRY(const auto known, co_await current_attributes(inode));
    if (known.attributes->kind == file_kind::directory) {
        co_return failure{errc::is_a_directory, path.str()};
    }
    open_file_state state;
    state.inode = inode;
    open_reply reply;
    const auto writer = writer_of(inode);
    if (writer && writer->is_outdated(*known.attributes)) {
        writer->rebase(*known.attributes);
    }
    if (!writer || !writer->serves_reads()) {
        prefetcher_.file_opened(path);
        auto opened = files_.open(inode, path, *known.attributes);
        state.reader = std::move(opened.reader);
        reply.keep_page_cache = opened.same_as_before;
    }
    state.past_page_cache = !known.attributes->size || is_written_past_pages(inode);
    reply.past_page_cache = state.past_page_cache;
    reply.handle = add_handle(std::move(state));
    co_return reply;
}

handle_id file_system::add_handle(open_file_state state)
{
    const auto handle = next_handle();
    inodes_.pin(state.inode);
    handles_[handle] = std::move(state);
    return handle;
}

awaitable<result<>> file_system::attach_reader(handle_id file)
{
    const auto inode = handles_.at(file).inode;
    FTPFS_CO_TRY(const auto path, current_path(inode));
    FTPFS_CO_TRY(const auto known, co_await current_attributes(inode));
    if (const auto open = handles_.find(file); open != handles_.end() && !open->second.reader) {
        open->second.reader = files_.open(inode, path, *known.attributes).reader;
    }
    co_return result<>{};
}

awaitable<result<std::vector<shared_bytes>>> file_system::read(handle_id file, std::uint64_t offset, std::size_t size)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        const auto open = handles_.find(file);
        if (open == handles_.end()) {
            co_return failure{errc::invalid_name, "no such file handle"};
        }
        if (open->second.writer && open->second.writer->why()) {
            co_return *open->second.writer->why();
        }
        if (const auto writer = writer_of(open->second.inode); writer && writer->serves_reads()) {
            auto answer = co_await file_writer::read(writer, offset, size);
            if (!answer) {
                co_return std::move(answer).error();
            }
            if (*answer) {
                co_return **std::move(answer);
            }
            continue;
        }
        const auto reader = open->second.reader;
        if (!reader) {
            FTPFS_CO_CHECK(co_await attach_reader(file));
            continue;
        }
        auto answer = co_await file_reader::read(reader, offset, size);
        if (!answer && answer.error() == errc::version_changed) {
            // The version is another one because of what was written here: go on with the new one.
            const auto now_open = handles_.find(file);
            if (now_open != handles_.end() && now_open->second.reader != reader) {
                continue;
            }
        }
        co_return answer;
    }
}

void file_system::release(handle_id file)
{
    auto open = handles_.extract(file);
    if (!open) {
        return;
    }
    const auto& state = open.mapped();
    if (state.reader) {
        files_.close(state.inode, state.reader);
    }
    if (state.writer) {
        leave(state.writer);
    }
    if (!orphans_.empty() && !is_open(state.inode)) {
        orphans_.erase(state.inode);
        const auto writer = writer_of(state.inode);
        if (writer && !writer->has_handles()) {
            tasks_.spawn(retire(writer));
        }
    }
    inodes_.unpin(state.inode);
}

bool file_system::is_open(inode_id inode) const
{
    return std::ranges::any_of(handles_, [&](const auto& other) { return other.second.inode == inode; });
}

// --- for people ---

struct statvfs file_system::statistics() const
{
    return space_.value_or(made_up_space());
}

std::string file_system::describe(inode_id inode) const
{
    const auto path = inodes_.path_of(inode);
    return path ? path->str() : "inode " + std::to_string(static_cast<std::uint64_t>(inode));
}

std::string file_system::describe(handle_id handle) const
{
    if (const auto open = handles_.find(handle); open != handles_.end()) {
        return describe(open->second.inode);
    }
    if (const auto open = directories_.find(handle); open != directories_.end()) {
        return describe(open->second.inode);
    }
    return "handle " + std::to_string(static_cast<std::uint64_t>(handle));
}

}  // namespace ftpfs::fs
