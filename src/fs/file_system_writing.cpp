// The operations that change the bytes of files.
#include "ftpfs/fs/apart.hpp"
#include "ftpfs/fs/file_system.hpp"
#include "ftpfs/fs/path_failure.hpp"
#include "ftpfs/fs/to_stat.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <linux/falloc.h>

#include <algorithm>

namespace ftpfs::fs {
namespace {

// What a server tells of its space is believed for this long: df(1) and installers ask often.
constexpr std::chrono::seconds space_ttl{10};

// A failure is remembered by the writer.
awaitable<> send_quietly(std::shared_ptr<file_writer> writer)
{
    const auto done = co_await file_writer::flush(std::move(writer));
}

}  // namespace

result<void> file_system::may_change() const
{
    if (settings_.read_only) {
        return failure{errc::read_only, "the mount is read-only"};
    }
    return {};
}

std::shared_ptr<file_writer> file_system::writer_of(inode_id inode) const
{
    const auto known = writers_.find(inode);
    return known == writers_.end() || known->second->why() ? nullptr : known->second;
}

// With one more handle, which leave() takes back.
awaitable<result<std::shared_ptr<file_writer>>> file_system::make_writer(inode_id inode, bool keeps_content)
{
    FTPFS_CO_TRY(auto path, current_path(inode));
    FTPFS_CO_TRY(const auto known, co_await current_attributes(inode));
    const auto& attributes = *known.attributes;
    if (attributes.kind == file_kind::directory) {
        co_return failure{errc::is_a_directory, path.str()};
    }
    auto writer = writer_of(inode);
    if (!writer) {
        if (keeps_content && (!attributes.size || !attributes.size_is_exact)) {
            co_return failure{errc::unsupported, path.str() + ": the server does not tell its size"};
        }
        writer = std::make_shared<file_writer>(writing_, inode, std::move(path), attributes);
        writers_[inode] = writer;
        writer->hold(pin(inode));
    } else if (writer->is_outdated(attributes)) {
        writer->rebase(attributes);
    }
    writer->add_handle();
    co_return writer;
}

void file_system::leave(std::shared_ptr<file_writer> writer)
{
    if (writer->remove_handle()) {
        tasks_.spawn(retire(std::move(writer)));
    }
}

awaitable<> file_system::retire(std::shared_ptr<file_writer> writer)
{
    if (writer->is_orphaned() && is_open(writer->inode())) {
        co_return;  // only the writer still has the bytes of a file without a name: release() comes back
    }
    co_await file_writer::close(writer);
    const auto known = writers_.find(writer->inode());
    if (!writer->has_handles() && known != writers_.end() && known->second == writer) {
        writers_.erase(known);
    }
}

// Until the last copy goes, the name keeps its inode: who looks it up again finds the same writer.
std::shared_ptr<void> file_system::pin(inode_id inode)
{
    inodes_.pin(inode);
    return {nullptr, [this, inode](void*) { inodes_.unpin(inode); }};
}

result<file_system::open_file_state*> file_system::writable(handle_id file)
{
    const auto open = handles_.find(file);
    if (open == handles_.end() || !open->second.writer) {
        return failure{error_code{EBADF, boost::system::system_category()}, "not open for writing"};
    }
    return &open->second;
}

// --- opening ---

awaitable<result<open_reply>> file_system::open_for_writing(inode_id inode, int flags)
{
    FTPFS_CO_CHECK(may_change());
    const bool truncates = (flags & O_TRUNC) != 0;
    FTPFS_CO_TRY(auto writer, co_await make_writer(inode, !truncates));
    if (truncates) {
        auto emptied = co_await file_writer::begin_anew(writer, std::nullopt);
        if (!emptied) {
            leave(std::move(writer));
            co_return std::move(emptied).error();
        }
    }
    open_file_state state;
    state.inode = inode;
    state.appends = (flags & O_APPEND) != 0;
    state.past_page_cache = is_written_past_pages(inode) || (truncates && may_write_past_pages(inode, flags));
    state.writer = std::move(writer);
    open_reply reply;
    reply.past_page_cache = state.past_page_cache;
    reply.handle = add_handle(std::move(state));
    co_return reply;
}

bool file_system::is_written_past_pages(inode_id inode) const
{
    return writers_.contains(inode) && std::ranges::any_of(handles_, [inode](const auto& each) {
               return each.second.inode == inode && each.second.writer && each.second.past_page_cache;
           });
}

// Kernels before 6.6 leave their pages alone when others write past them, so nobody else may have any: no handle that
// is open, and none that is opened meanwhile (which then goes past them as well).
bool file_system::may_write_past_pages(inode_id inode, int flags) const
{
    return (flags & O_ACCMODE) == O_WRONLY && !is_open(inode);
}

awaitable<result<created>> file_system::create(inode_id parent, file_name name, int flags, mode_t mode)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_CHECK(may_change());
    FTPFS_CO_TRY(const auto directory, current_path(parent));
    FTPFS_CO_TRY(const auto known, co_await metadata_.look_up(directory, name));
    if (!inodes_.knows(parent)) {
        co_return failure{errc::not_found, name.str() + ": its directory was forgotten"};
    }
    created answer;
    bool is_unsure = false;
    if (known.attributes) {
        if ((flags & O_EXCL) != 0) {
            co_return failure{errc::already_exists, (directory / name).str()};
        }
        answer.node.inode = inodes_.look_up(parent, name, known.attributes->kind);
        auto opened = co_await open(answer.node.inode, flags);
        if (!opened) {
            inodes_.forget(answer.node.inode, 1);
            co_return std::move(opened).error();
        }
        answer.file = *opened;
    } else {
        file_attributes fresh;
        fresh.kind = file_kind::regular;
        fresh.size = 0;
        const auto inode = inodes_.look_up(parent, name, file_kind::regular);
        auto writer = std::make_shared<file_writer>(writing_, inode, directory / name, fresh);
        writers_[inode] = writer;
        writer->hold(pin(inode));
        writer->add_handle();
        // Who opens a name anew may be a shell that hands an empty file on, which asks for the server's word at once.
        is_unsure = (flags & O_EXCL) != 0 && writing_.trust.holds(directory / name, std::chrono::steady_clock::now());
        const auto how = is_unsure ? file_writer::consent::trusted : file_writer::consent::awaited;
        auto begun = co_await file_writer::begin_anew(writer, static_cast<std::uint16_t>(mode & 07777U), how);
        if (!begun) {
            leave(std::move(writer));
            metadata_.distrust(directory / name);
            inodes_.forget(inode, 1);
            co_return std::move(begun).error();
        }
        open_file_state state;
        state.inode = inode;
        state.appends = (flags & O_APPEND) != 0;
        state.past_page_cache = may_write_past_pages(inode, flags);
        state.writer = std::move(writer);
        answer.file.past_page_cache = state.past_page_cache;
        answer.node.inode = inode;
        answer.file.handle = add_handle(std::move(state));
    }
    auto seen = co_await current_attributes(answer.node.inode);
    if (!seen) {
        release(answer.file.handle);
        inodes_.forget(answer.node.inode, 1);
        co_return std::move(seen).error();
    }
    answer.node.status = status_of(answer.node.inode, *seen);
    answer.node.valid_for = answer.node.status.valid_for;
    if (is_unsure) {
        answer.node.valid_for = {};  // the kernel asks again: the server may refuse the file
    }
    co_return answer;
}

// --- bytes ---

awaitable<result<>> file_system::write(handle_id file, std::uint64_t offset, shared_bytes data, write_origin origin)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_TRY(const auto* open, writable(file));
    ++counters_.writes;
    counters_.bytes_written += data.size();
    const bool appends = open->appends && origin == write_origin::program;
    co_return co_await file_writer::write(open->writer, offset, std::move(data), appends);
}

awaitable<result<>> file_system::flush(handle_id file)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    const auto open = handles_.find(file);
    // A shell's redirection duplicates the descriptor and closes the first one before it writes anything: the empty
    // file is there, and one upload is enough for what comes.
    if (open == handles_.end() || !open->second.writer || open->second.writer->is_just_created()) {
        co_return result<>{};
    }
    co_return co_await file_writer::flush(open->second.writer);
}

awaitable<result<>> file_system::sync(handle_id file)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    const auto open = handles_.find(file);
    if (open == handles_.end() || !open->second.writer) {
        co_return result<>{};
    }
    co_return co_await file_writer::flush(open->second.writer);
}

awaitable<result<>> file_system::allocate(handle_id file, int mode, std::uint64_t offset, std::uint64_t length)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_TRY(const auto* open, writable(file));
    if (mode == FALLOC_FL_KEEP_SIZE) {
        co_return result<>{};
    }
    if (mode != 0) {
        co_return failure{errc::unsupported, "holes cannot be made in remote files"};
    }
    if (const auto& why = open->writer->why()) {
        co_return *why;
    }
    if (offset + length <= open->writer->size()) {
        co_return result<>{};
    }
    co_return co_await file_writer::resize(open->writer, offset + length);
}

awaitable<result<>> file_system::set_size(inode_id inode, std::uint64_t size, std::shared_ptr<file_writer> writer)
{
    if (writer) {
        co_return co_await file_writer::resize(std::move(writer), size);
    }
    // Without an open file there is no close(2) to report a failure: it is sent at once.
    FTPFS_CO_TRY(auto made, co_await make_writer(inode, size > 0));
    auto resized = co_await file_writer::resize(made, size);
    if (resized) {
        resized = co_await file_writer::flush(made);
    }
    leave(std::move(made));
    co_return resized;
}

// Handles that read the old version go on with the new one.
void file_system::use_new_version(inode_id inode)
{
    files_.renew(inode);
    for (auto& [handle, open] : handles_) {
        if (open.inode == inode && open.reader) {
            files_.close(inode, std::exchange(open.reader, nullptr));
        }
    }
}

awaitable<result<std::uint64_t>> file_system::copy_range(handle_id from, std::uint64_t offset, handle_id to,
                                                         std::uint64_t to_offset, std::uint64_t length)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_TRY(const auto* target, writable(to));
    const auto source = handles_.find(from);
    if (source == handles_.end()) {
        co_return failure{errc::invalid_name, "no such file handle"};
    }
    FTPFS_CO_TRY(const auto known, co_await current_attributes(source->second.inode));
    const auto size = known.attributes->size;
    const bool whole = size && offset == 0 && to_offset == 0 && length >= *size && *size > 0;
    if (size && offset >= *size) {
        co_return std::uint64_t{0};
    }
    if (!whole || writing_.copy_is_unsupported || target->writer->size() != 0 ||
        target->inode == source->second.inode) {
        co_return failure{errc::unsupported, "only whole files are copied by the server"};
    }
    co_return co_await apart<std::uint64_t>(where_, tasks_, copy_now(from, to));
}

awaitable<result<std::uint64_t>> file_system::copy_now(handle_id from, handle_id to)
{
    const auto source = handles_.find(from);
    const auto target = handles_.find(to);
    if (source == handles_.end() || target == handles_.end()) {
        co_return failure{errc::invalid_name, "closed meanwhile"};
    }
    const auto from_inode = source->second.inode;
    const auto from_writer = writer_of(from_inode);
    const auto writer = target->second.writer;
    if (from_writer) {
        FTPFS_CO_CHECK(co_await file_writer::flush(from_writer));
    }
    FTPFS_CO_CHECK(co_await file_writer::flush(writer));
    const auto mine = co_await writer->order().take();
    FTPFS_CO_TRY(const auto from_path, current_path(from_inode));
    const auto copied = co_await remote_->copy(from_path, writer->path());
    if (!copied) {
        writing_.copy_is_unsupported = copied.error() == errc::unsupported;
        co_return failure{errc::unsupported, to_string(copied.error())};
    }
    FTPFS_CO_TRY(auto seen, co_await remote_->stat(writer->path()));
    const auto size = seen.size;
    writer->rebase(seen);
    metadata_.put(writer->path(), std::move(seen));
    use_new_version(writer->inode());
    if (!size) {
        co_return failure{errc::io_failure, writer->path().str() + ": the size of the copy is not known"};
    }
    co_return *size;
}

// --- space, and the end ---

awaitable<result<struct statvfs>> file_system::free_space()
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    const bool expired = space_asked_ == time_point{} || space_asked_ + space_ttl <= now_();
    if (expired && !space_question_) {
        const auto answered = std::make_shared<async::condition>(where_);
        space_question_ = answered;
        tasks_.spawn(ask_space());
        const auto deadline = std::chrono::steady_clock::now() + settings_.space_patience;
        auto woken = async::wake::notified;
        while (space_question_ == answered && woken == async::wake::notified) {
            woken = co_await answered->wait_until(deadline);
        }
    }
    co_return statistics();
}

awaitable<> file_system::ask_space()
{
    const auto asked = co_await remote_->space(remote_path{});
    space_asked_ = now_();
    space_.reset();
    if (asked) {
        auto numbers = made_up_space();
        const auto block = static_cast<std::uint64_t>(numbers.f_frsize);
        numbers.f_blocks = asked->total / block;
        numbers.f_bfree = asked->available / block;
        numbers.f_bavail = numbers.f_bfree;
        numbers.f_blocks = std::max(numbers.f_blocks, numbers.f_bfree);
        space_ = numbers;
    }
    std::exchange(space_question_, nullptr)->notify_all();
}

awaitable<> file_system::send_everything()
{
    const auto deadline = std::chrono::steady_clock::now() + settings_.stop_limit;
    for (const auto& [inode, writer] : writers_) {
        if (writer->has_unsent()) {
            tasks_.spawn(send_quietly(writer));
        }
    }
    boost::asio::steady_timer pause{where_};
    while (std::chrono::steady_clock::now() < deadline && std::ranges::any_of(writers_, [](const auto& one) {
               return !one.second->why() && one.second->has_unsent();
           })) {
        pause.expires_after(std::chrono::milliseconds{5});
        co_await pause.async_wait(as_result);
    }
    const auto writers = writers_;
    for (const auto& [inode, writer] : writers) {
        co_await writer->give_up(failure{errc::shutting_down, "the mount ends"});
    }
}

}  // namespace ftpfs::fs
