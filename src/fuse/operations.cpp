#include "ftpfs/fuse/operations.hpp"

#include "ftpfs/fuse/kernel_options.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <exception>

namespace ftpfs::fuse {

namespace asio = boost::asio;

namespace {

operations& owner(fuse_req_t raw)
{
    return *static_cast<operations*>(fuse_req_userdata(raw));
}

fs::inode_id inode(fuse_ino_t number)
{
    return static_cast<fs::inode_id>(number);
}

fs::handle_id handle(const fuse_file_info* info)
{
    return static_cast<fs::handle_id>(info->fh);
}

template <int Errno, class... Arguments>
void refuse(fuse_req_t raw, Arguments...)
{
    fuse_reply_err(raw, Errno);
}

// Answers that say nothing about the health of mount or server.
bool is_expected(operation what, int number)
{
    switch (number) {
    case EINTR:
    case EROFS: return true;
    case ENOENT: return what == operation::lookup;
    case ENODATA:
    case EOPNOTSUPP: return what == operation::extended_attributes;
    default: return false;
    }
}

const char* name_of(int number)
{
    const char* name = strerrorname_np(number);
    return name != nullptr ? name : "?";
}

}  // namespace

operations::operations(executor where, fs::file_system& files, log journal)
    : where_{where}, files_{files}, journal_{std::move(journal)}, answered_{std::move(where)}
{
}

void operations::abandon()
{
    for (const auto& ask : waiting_) {
        ask->error(EIO);
    }
}

awaitable<> operations::drain()
{
    stopping_ = true;
    // A cancelled request may end, and leave the set, at once.
    const std::vector<std::shared_ptr<request>> waiting{waiting_.begin(), waiting_.end()};
    for (const auto& ask : waiting) {
        ask->cancel();
    }
    while (!waiting_.empty()) {
        const bool notified = co_await answered_.wait();
        if (!notified) {
            co_return;
        }
    }
}

template <class Work>
void operations::serve(fuse_req_t raw, subject about, Work work)
{
    ++counted_.requests;
    ++counted_.waiting;
    const auto ask = std::make_shared<request>(raw, std::move(about), where_, journal_);
    waiting_.insert(ask);
    ask->watch_interrupts();
    asio::co_spawn(where_, guarded(work(*ask)),
                   asio::bind_cancellation_slot(
                       ask->slot(), [this, ask](const std::exception_ptr& escaped, const result<>& outcome) {
                           finish(ask, escaped, outcome);
                       }));
}

// A cancelled request is told so by what it waits for; without this, its next co_await would throw.
awaitable<result<>> operations::guarded(job work)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(work);
}

void operations::finish(const std::shared_ptr<request>& ask, const std::exception_ptr& escaped, const result<>& outcome)
{
    --counted_.waiting;
    if (escaped) {
        try {
            std::rethrow_exception(escaped);
        } catch (const std::exception& what) {
            report(*ask, failure{errc::io_failure, what.what()}, EIO);
        }
        ask->error(EIO);
    } else if (!outcome) {
        const auto why =
            stopping_ && outcome.error() == errc::cancelled ? failure{errc::shutting_down} : outcome.error();
        const int number = to_errno(why, ask->about().what);
        report(*ask, why, number);
        ask->error(number);
    } else if (journal_.enabled(spdlog::level::debug)) {
        journal_.debug("{} {}: ok, {} µs", ask->about().verb, path_of(ask->about()), ask->age().count());
    }
    waiting_.erase(ask);
    if (stopping_) {
        answered_.notify_all();
    }
}

void operations::report(const request& ask, const failure& why, int number)
{
    const auto& about = ask.about();
    const bool expected = is_expected(about.what, number) || why == errc::shutting_down;
    counted_.interrupts += number == EINTR ? 1 : 0;
    counted_.failures += expected ? 0 : 1;
    const auto level = expected ? spdlog::level::debug : spdlog::level::warn;
    if (!journal_.enabled(level)) {
        return;
    }
    const auto path = path_of(about);
    const auto milliseconds = ask.age().count() / 1000;
    if (expected) {
        journal_.debug("{} {}: {}: {}, {} ms", about.verb, path, name_of(number), to_string(why), milliseconds);
    } else {
        journal_.warning("{} {}: {}: {}, {} ms", about.verb, path, name_of(number), to_string(why), milliseconds);
    }
}

std::string operations::path_of(const subject& about) const
{
    auto path = files_.describe(about.inode);
    if (!about.name.empty()) {
        path.append(path.ends_with('/') ? "" : "/").append(about.name);
    }
    return printable(path);
}

// The operations. Where the kernel did not take an answer, what it would own is given back.

operations::job operations::look_up(request& ask, fs::inode_id parent, file_name name)
{
    FTPFS_CO_TRY(const auto found, co_await files_.lookup(parent, std::move(name)));
    if (found.inode == fs::inode_id{}) {
        if (found.valid_for.count() == 0) {
            co_return errc::not_found;
        }
        ask.entry(found);
        co_return result<>{};
    }
    ++counted_.references;
    if (!ask.entry(found)) {
        forget(found.inode, 1);
    }
    co_return result<>{};
}

operations::job operations::get_attributes(request& ask, fs::inode_id inode)
{
    FTPFS_CO_TRY(const auto status, co_await files_.get_attributes(inode));
    ask.attributes(status);
    co_return result<>{};
}

operations::job operations::read_link(request& ask, fs::inode_id inode)
{
    FTPFS_CO_TRY(const auto target, co_await files_.read_link(inode));
    ask.link(target);
    co_return result<>{};
}

operations::job operations::open_directory(request& ask, fs::inode_id inode)
{
    FTPFS_CO_TRY(const auto directory, co_await files_.open_directory(inode));
    if (!ask.opened_directory(directory)) {
        files_.release_directory(directory);
    }
    co_return result<>{};
}

operations::job operations::open(request& ask, fs::inode_id inode, int flags)
{
    if ((flags & O_ACCMODE) != O_RDONLY) {
        co_return errc::read_only;
    }
    FTPFS_CO_TRY(const auto file, co_await files_.open(inode, flags));
    if (!ask.opened(file)) {
        files_.release(file.handle);
    }
    co_return result<>{};
}

operations::job operations::read(request& ask, fs::handle_id file, std::uint64_t offset, std::size_t size)
{
    FTPFS_CO_TRY(const auto pieces, co_await files_.read(file, offset, size));
    for (const auto& piece : pieces) {
        counted_.bytes_read += piece.size();
    }
    ask.bytes(pieces);
    co_return result<>{};
}

operations::job operations::get_extended_attribute(request& ask, fs::inode_id inode, std::string name, std::size_t room)
{
    FTPFS_CO_TRY(const auto value, co_await files_.get_extended_attribute(inode, std::move(name)));
    ask.attribute_value(value, room);
    co_return result<>{};
}

void operations::forget(fs::inode_id inode, std::uint64_t count)
{
    counted_.references -= static_cast<std::int64_t>(count);
    files_.forget(inode, count);
}

// Positions: 0 is ".", 1 is "..", then the entries in order; a reply's `next` is the position behind an entry.

void operations::read_directory(request& ask, fs::handle_id directory, off_t position, std::size_t room)
{
    entries_.clear(room);
    struct stat dots {};
    dots.st_mode = S_IFDIR;
    const auto self = files_.inode_of(directory);
    dots.st_ino = static_cast<ino_t>(self);
    bool fits = position > 0 || entries_.add(".", dots, 1);
    dots.st_ino = static_cast<ino_t>(files_.parent_of(self));
    fits = fits && (position > 1 || entries_.add("..", dots, 2));

    const auto all = files_.entries(directory);
    for (auto i = static_cast<std::size_t>(std::max<off_t>(position - 2, 0)); fits && i < all.size(); ++i) {
        fits = entries_.add(all[i].name.str().c_str(), files_.summary(directory, all[i]), static_cast<off_t>(i + 3));
    }
    ask.directory(entries_.bytes());
}

void operations::read_directory_plus(request& ask, fs::handle_id directory, off_t position, std::size_t room)
{
    entries_.clear(room);
    references_.clear();
    // The kernel takes no reference of the dots: they carry no inode, only a number to show.
    fuse_entry_param dots{};
    dots.attr.st_mode = S_IFDIR;
    const auto self = files_.inode_of(directory);
    const auto add_dots = [&](const char* name, fs::inode_id inode, off_t at) {
        if (position > at) {
            return true;
        }
        dots.attr.st_ino = static_cast<ino_t>(inode);
        const bool fits = entries_.fits_plus(name);
        if (fits) {
            entries_.add_plus(name, dots, at + 1);
        }
        return fits;
    };
    bool fits = add_dots(".", self, 0) && add_dots("..", files_.parent_of(self), 1);

    const auto all = files_.entries(directory);
    for (auto i = static_cast<std::size_t>(std::max<off_t>(position - 2, 0)); fits && i < all.size(); ++i) {
        const char* name = all[i].name.str().c_str();
        fits = entries_.fits_plus(name);
        if (fits) {
            const auto found = files_.remember(directory, all[i]);
            entries_.add_plus(name, to_entry(found), static_cast<off_t>(i + 3));
            if (found.inode != fs::inode_id{}) {
                references_.push_back(found.inode);
            }
        }
    }
    counted_.references += static_cast<std::int64_t>(references_.size());
    if (!ask.directory(entries_.bytes())) {
        for (const auto inode : references_) {
            forget(inode, 1);
        }
    }
}

// What libfuse calls. Pointers other than the request die when an entry returns: everything is copied here.
struct operations::handlers {
    static void init(void* self, fuse_conn_info* connection)
    {
        negotiate(*connection);
        static_cast<operations*>(self)->initialised_ = true;
    }

    static void lookup(fuse_req_t raw, fuse_ino_t parent, const char* name)
    {
        auto& self = owner(raw);
        auto valid = file_name::make(name);
        if (!valid) {  // a name that FTP can't carry exists nowhere
            fuse_reply_err(raw, std::strlen(name) > NAME_MAX ? ENAMETOOLONG : ENOENT);
            return;
        }
        self.serve(raw, subject{operation::lookup, "lookup", inode(parent), name},
                   [&](request& ask) { return self.look_up(ask, inode(parent), *std::move(valid)); });
    }

    static void forget(fuse_req_t raw, fuse_ino_t number, std::uint64_t count)
    {
        owner(raw).forget(inode(number), count);
        fuse_reply_none(raw);
    }

    static void forget_multi(fuse_req_t raw, std::size_t count, fuse_forget_data* forgotten)
    {
        for (const auto& one : std::span{forgotten, count}) {
            owner(raw).forget(inode(one.ino), one.nlookup);
        }
        fuse_reply_none(raw);
    }

    static void getattr(fuse_req_t raw, fuse_ino_t number, fuse_file_info* /*info*/)
    {
        auto& self = owner(raw);
        self.serve(raw, subject{operation::stat, "getattr", inode(number)},
                   [&](request& ask) { return self.get_attributes(ask, inode(number)); });
    }

    static void readlink(fuse_req_t raw, fuse_ino_t number)
    {
        auto& self = owner(raw);
        self.serve(raw, subject{operation::read_link, "readlink", inode(number)},
                   [&](request& ask) { return self.read_link(ask, inode(number)); });
    }

    static void opendir(fuse_req_t raw, fuse_ino_t number, fuse_file_info* /*info*/)
    {
        auto& self = owner(raw);
        self.serve(raw, subject{operation::list, "opendir", inode(number)},
                   [&](request& ask) { return self.open_directory(ask, inode(number)); });
    }

    static void readdir(fuse_req_t raw, fuse_ino_t number, std::size_t room, off_t position, fuse_file_info* info)
    {
        auto& self = owner(raw);
        ++self.counted_.requests;
        request ask{raw, subject{operation::list, "readdir", inode(number)}, self.where_, self.journal_};
        self.read_directory(ask, handle(info), position, room);
    }

    static void readdirplus(fuse_req_t raw, fuse_ino_t number, std::size_t room, off_t position, fuse_file_info* info)
    {
        auto& self = owner(raw);
        ++self.counted_.requests;
        request ask{raw, subject{operation::list, "readdirplus", inode(number)}, self.where_, self.journal_};
        self.read_directory_plus(ask, handle(info), position, room);
    }

    static void releasedir(fuse_req_t raw, fuse_ino_t /*number*/, fuse_file_info* info)
    {
        owner(raw).files_.release_directory(handle(info));
        fuse_reply_err(raw, 0);
    }

    static void open(fuse_req_t raw, fuse_ino_t number, fuse_file_info* info)
    {
        auto& self = owner(raw);
        self.serve(raw, subject{operation::open, "open", inode(number)},
                   [&](request& ask) { return self.open(ask, inode(number), info->flags); });
    }

    static void read(fuse_req_t raw, fuse_ino_t number, std::size_t size, off_t offset, fuse_file_info* info)
    {
        auto& self = owner(raw);
        self.serve(raw, subject{operation::read, "read", inode(number)}, [&](request& ask) {
            return self.read(ask, handle(info), static_cast<std::uint64_t>(offset), size);
        });
    }

    static void release(fuse_req_t raw, fuse_ino_t /*number*/, fuse_file_info* info)
    {
        owner(raw).files_.release(handle(info));
        fuse_reply_err(raw, 0);
    }

    static void statfs(fuse_req_t raw, fuse_ino_t /*number*/)
    {
        const auto numbers = owner(raw).files_.statistics();
        fuse_reply_statfs(raw, &numbers);
    }

    // "ls -l" and "cp" ask for ACLs and capabilities of every file; no server knows them.
    static void getxattr(fuse_req_t raw, fuse_ino_t number, const char* name, std::size_t room)
    {
        auto& self = owner(raw);
        if (!std::string_view{name}.starts_with("user.")) {
            fuse_reply_err(raw, EOPNOTSUPP);
            return;
        }
        self.serve(raw, subject{operation::extended_attributes, "getxattr", inode(number)},
                   [&](request& ask) { return self.get_extended_attribute(ask, inode(number), name, room); });
    }

    // Attributes can be read by name; listing them would make "cp -a" copy them.
    static void listxattr(fuse_req_t raw, fuse_ino_t /*number*/, std::size_t room)
    {
        if (room == 0) {
            fuse_reply_xattr(raw, 0);
        } else {
            fuse_reply_buf(raw, nullptr, 0);
        }
    }
};

// Left out on purpose, so that the kernel hears ENOSYS once and never asks again: access (it then decides by
// open and lookup, or with default_permissions by the mode bits), flush, fsync, fsyncdir (nothing to write),
// locks (kept locally by the kernel), bmap, ioctl, poll, lseek.
const fuse_lowlevel_ops& operations::table()
{
    static const fuse_lowlevel_ops entries = [] {
        fuse_lowlevel_ops table{};
        table.init = &handlers::init;
        table.lookup = &handlers::lookup;
        table.forget = &handlers::forget;
        table.forget_multi = &handlers::forget_multi;
        table.getattr = &handlers::getattr;
        table.readlink = &handlers::readlink;
        table.opendir = &handlers::opendir;
        table.readdir = &handlers::readdir;
        table.readdirplus = &handlers::readdirplus;
        table.releasedir = &handlers::releasedir;
        table.open = &handlers::open;
        table.read = &handlers::read;
        table.release = &handlers::release;
        table.statfs = &handlers::statfs;
        table.getxattr = &handlers::getxattr;
        table.listxattr = &handlers::listxattr;
        // The mount is read-only and the kernel refuses these itself, until someone remounts it "rw".
        table.setattr = &refuse<EROFS>;
        table.mknod = &refuse<EROFS>;
        table.mkdir = &refuse<EROFS>;
        table.unlink = &refuse<EROFS>;
        table.rmdir = &refuse<EROFS>;
        table.symlink = &refuse<EROFS>;
        table.rename = &refuse<EROFS>;
        table.link = &refuse<EROFS>;
        table.create = &refuse<EROFS>;
        table.write = &refuse<EROFS>;
        table.fallocate = &refuse<EROFS>;
        table.setxattr = &refuse<EOPNOTSUPP>;
        table.removexattr = &refuse<EOPNOTSUPP>;
        return table;
    }();
    return entries;
}

}  // namespace ftpfs::fuse
