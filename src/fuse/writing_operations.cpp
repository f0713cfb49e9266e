// Operations that change names, attributes and bytes.
#include "handlers.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>

namespace ftpfs::fuse {
namespace {

using clock = std::chrono::system_clock;

clock::time_point to_time(const timespec& when)
{
    using std::chrono::seconds;
    // Programs may ask for any 64-bit time, while ours ends in the year 2262.
    constexpr auto limit = std::chrono::duration_cast<seconds>(clock::duration::max()) - seconds{1};
    const auto whole = std::clamp(seconds{when.tv_sec}, -limit, limit);
    return clock::time_point{whole + std::chrono::nanoseconds{when.tv_nsec}};
}

// The access time is not kept, and the status time cannot be set.
fs::attribute_request to_request(const struct stat& wanted, int what)
{
    fs::attribute_request asked;
    if ((what & FUSE_SET_ATTR_SIZE) != 0) {
        asked.size = unsigned_offset(wanted.st_size);
    }
    if ((what & FUSE_SET_ATTR_MODE) != 0) {
        asked.mode = wanted.st_mode & 07777U;
    }
    if ((what & FUSE_SET_ATTR_UID) != 0) {
        asked.uid = wanted.st_uid;
    }
    if ((what & FUSE_SET_ATTR_GID) != 0) {
        asked.gid = wanted.st_gid;
    }
    if ((what & FUSE_SET_ATTR_MTIME_NOW) != 0) {
        asked.modified = clock::now();
    } else if ((what & FUSE_SET_ATTR_MTIME) != 0) {
        asked.modified = to_time(wanted.st_mtim);
    }
    return asked;
}

// A name for something new; answers the request if FTP cannot carry it.
std::optional<file_name> new_name(fuse_req_t raw, const char* bytes)
{
    auto valid = file_name::make(bytes);
    if (!valid) {
        fuse_reply_err(raw, refusal_of(bytes, EINVAL));
        return std::nullopt;
    }
    return *std::move(valid);
}

// The name of something there is.
std::optional<file_name> known_name(fuse_req_t raw, const char* bytes)
{
    auto valid = file_name::make(bytes);
    if (!valid) {
        fuse_reply_err(raw, refusal_of(bytes, ENOENT));
        return std::nullopt;
    }
    return *std::move(valid);
}

}  // namespace

operations::job operations::create(request& ask, fs::inode_id parent, file_name name, int flags, mode_t mode)
{
    FTPFS_CO_TRY(const auto made, co_await files_.create(parent, std::move(name), flags, mode));
    ++counted_.references;
    if (!ask.created(made)) {
        files_.release(made.file.handle);
        forget(made.node.inode, 1);
    }
    co_return result<>{};
}

operations::job operations::make_file(request& ask, fs::inode_id parent, file_name name, mode_t mode)
{
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL;
    FTPFS_CO_TRY(const auto made, co_await files_.create(parent, std::move(name), flags, mode));
    const auto stored = co_await files_.sync(made.file.handle);
    files_.release(made.file.handle);
    if (!stored) {
        files_.forget(made.node.inode, 1);
        co_return stored.error();
    }
    answer_entry(ask, made.node);
    co_return result<>{};
}

operations::job operations::write(request& ask, fs::handle_id file, std::uint64_t offset, shared_bytes data,
                                  fs::write_origin origin)
{
    const auto size = data.size();
    FTPFS_CO_CHECK(co_await files_.write(file, offset, std::move(data), origin));
    counted_.bytes_written += size;
    ask.written(size);
    co_return result<>{};
}

operations::job operations::flush(request& ask, fs::handle_id file)
{
    FTPFS_CO_CHECK(co_await files_.flush(file));
    ask.done();
    co_return result<>{};
}

operations::job operations::sync(request& ask, fs::handle_id file)
{
    FTPFS_CO_CHECK(co_await files_.sync(file));
    ask.done();
    co_return result<>{};
}

operations::job operations::set_attributes(request& ask, fs::inode_id inode, fs::attribute_request wanted,
                                           std::optional<fs::handle_id> file)
{
    FTPFS_CO_TRY(const auto status, co_await files_.set_attributes(inode, std::move(wanted), file));
    ask.attributes(status);
    co_return result<>{};
}

operations::job operations::make_directory(request& ask, fs::inode_id parent, file_name name, mode_t mode)
{
    FTPFS_CO_TRY(const auto made, co_await files_.make_directory(parent, std::move(name), mode));
    answer_entry(ask, made);
    co_return result<>{};
}

operations::job operations::make_symlink(request& ask, fs::inode_id parent, file_name name, std::string target)
{
    const auto made = co_await files_.make_symlink(parent, std::move(name), std::move(target));
    if (!made && made.error() == errc::unsupported) {
        // As symlink(2) says it of file systems that have no links.
        co_return failure{error_code{EPERM, boost::system::system_category()}, made.error().detail};
    }
    if (!made) {
        co_return made.error();
    }
    answer_entry(ask, *made);
    co_return result<>{};
}

operations::job operations::remove(request& ask, fs::inode_id parent, file_name name)
{
    FTPFS_CO_CHECK(co_await files_.remove(parent, std::move(name)));
    ask.done();
    co_return result<>{};
}

operations::job operations::remove_directory(request& ask, fs::inode_id parent, file_name name)
{
    FTPFS_CO_CHECK(co_await files_.remove_directory(parent, std::move(name)));
    ask.done();
    co_return result<>{};
}

operations::job operations::rename(request& ask, fs::inode_id parent, file_name name, fs::inode_id new_parent,
                                   file_name new_name, unsigned flags)
{
    FTPFS_CO_CHECK(co_await files_.rename(parent, std::move(name), new_parent, std::move(new_name), flags));
    ask.done();
    co_return result<>{};
}

operations::job operations::allocate(request& ask, fs::handle_id file, int mode, std::uint64_t offset,
                                     std::uint64_t length)
{
    FTPFS_CO_CHECK(co_await files_.allocate(file, mode, offset, length));
    ask.done();
    co_return result<>{};
}

operations::job operations::copy_range(request& ask, fs::handle_id from, std::uint64_t offset, fs::handle_id to,
                                       std::uint64_t to_offset, std::uint64_t length)
{
    FTPFS_CO_TRY(const auto copied, co_await files_.copy_range(from, offset, to, to_offset, length));
    ask.written(copied);
    co_return result<>{};
}

struct operations::writing_handlers {
    static void create(fuse_req_t raw, fuse_ino_t parent, const char* name, mode_t mode, fuse_file_info* info)
    {
        auto& self = owner(raw);
        if (auto valid = new_name(raw, name)) {
            auto& ask = self.accept(raw, subject{operation::create, "create", inode(parent), name});
            self.run(ask, self.create(ask, inode(parent), *std::move(valid), info->flags, mode));
        }
    }

    static void mknod(fuse_req_t raw, fuse_ino_t parent, const char* name, mode_t mode, dev_t /*device*/)
    {
        auto& self = owner(raw);
        if (!S_ISREG(mode)) {
            fuse_reply_err(raw, EPERM);
            return;
        }
        if (auto valid = new_name(raw, name)) {
            auto& ask = self.accept(raw, subject{operation::create, "mknod", inode(parent), name});
            self.run(ask, self.make_file(ask, inode(parent), *std::move(valid), mode));
        }
    }

    static void write(fuse_req_t raw, fuse_ino_t number, const char* data, std::size_t size, off_t offset,
                      fuse_file_info* info)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::write, "write", inode(number)});
        const auto origin = info->writepage != 0 ? fs::write_origin::page_cache : fs::write_origin::program;
        self.run(ask, self.write(ask, handle(info), unsigned_offset(offset), self.received_.keep(data, size), origin));
    }

    static void flush(fuse_req_t raw, fuse_ino_t number, fuse_file_info* info)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::write, "flush", inode(number), {}, true});
        self.run(ask, self.flush(ask, handle(info)));
    }

    static void fsync(fuse_req_t raw, fuse_ino_t number, int /*only_data*/, fuse_file_info* info)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::write, "fsync", inode(number), {}, true});
        self.run(ask, self.sync(ask, handle(info)));
    }

    // Changes of names are on the server when they are answered.
    static void fsyncdir(fuse_req_t raw, fuse_ino_t /*number*/, int /*only_data*/, fuse_file_info* /*info*/)
    {
        fuse_reply_err(raw, 0);
    }

    static void setattr(fuse_req_t raw, fuse_ino_t number, struct stat* wanted, int what, fuse_file_info* info)
    {
        auto& self = owner(raw);
        const auto file = info != nullptr ? std::optional{handle(info)} : std::nullopt;
        auto& ask = self.accept(raw, subject{operation::set_attributes, "setattr", inode(number)});
        self.run(ask, self.set_attributes(ask, inode(number), to_request(*wanted, what), file));
    }

    static void mkdir(fuse_req_t raw, fuse_ino_t parent, const char* name, mode_t mode)
    {
        auto& self = owner(raw);
        if (auto valid = new_name(raw, name)) {
            auto& ask = self.accept(raw, subject{operation::make_directory, "mkdir", inode(parent), name});
            self.run(ask, self.make_directory(ask, inode(parent), *std::move(valid), mode));
        }
    }

    static void symlink(fuse_req_t raw, const char* target, fuse_ino_t parent, const char* name)
    {
        auto& self = owner(raw);
        if (auto valid = new_name(raw, name)) {
            auto& ask = self.accept(raw, subject{operation::create, "symlink", inode(parent), name});
            self.run(ask, self.make_symlink(ask, inode(parent), *std::move(valid), target));
        }
    }

    // FTP has no command for it.
    static void link(fuse_req_t raw, fuse_ino_t /*number*/, fuse_ino_t /*parent*/, const char* /*name*/)
    {
        fuse_reply_err(raw, EPERM);
    }

    static void unlink(fuse_req_t raw, fuse_ino_t parent, const char* name)
    {
        auto& self = owner(raw);
        if (auto valid = known_name(raw, name)) {
            auto& ask = self.accept(raw, subject{operation::remove, "unlink", inode(parent), name});
            self.run(ask, self.remove(ask, inode(parent), *std::move(valid)));
        }
    }

    static void rmdir(fuse_req_t raw, fuse_ino_t parent, const char* name)
    {
        auto& self = owner(raw);
        if (auto valid = known_name(raw, name)) {
            auto& ask = self.accept(raw, subject{operation::remove_directory, "rmdir", inode(parent), name});
            self.run(ask, self.remove_directory(ask, inode(parent), *std::move(valid)));
        }
    }

    static void rename(fuse_req_t raw, fuse_ino_t parent, const char* name, fuse_ino_t new_parent, const char* target,
                       unsigned flags)
    {
        auto& self = owner(raw);
        if ((flags & ~unsigned{RENAME_NOREPLACE}) != 0) {
            fuse_reply_err(raw, EINVAL);
            return;
        }
        auto valid = known_name(raw, name);
        if (!valid) {
            return;
        }
        if (auto valid_target = new_name(raw, target)) {
            auto& ask = self.accept(raw, subject{operation::rename, "rename", inode(parent), name});
            self.run(ask, self.rename(ask, inode(parent), *std::move(valid), inode(new_parent),
                                      *std::move(valid_target), flags));
        }
    }

    static void fallocate(fuse_req_t raw, fuse_ino_t number, int mode, off_t offset, off_t length, fuse_file_info* info)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::write, "fallocate", inode(number)});
        self.run(ask, self.allocate(ask, handle(info), mode, unsigned_offset(offset), unsigned_offset(length)));
    }

    static void copy_file_range(fuse_req_t raw, fuse_ino_t /*from*/, off_t offset, fuse_file_info* from_info,
                                fuse_ino_t to, off_t to_offset, fuse_file_info* to_info, std::size_t length,
                                int /*flags*/)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::write, "copy_file_range", inode(to)});
        self.run(ask, self.copy_range(ask, handle(from_info), unsigned_offset(offset), handle(to_info),
                                      unsigned_offset(to_offset), length));
    }

    // No server keeps extended attributes.
    static void setxattr(fuse_req_t raw, fuse_ino_t /*number*/, const char* /*name*/, const char* /*value*/,
                         std::size_t /*size*/, int /*flags*/)
    {
        fuse_reply_err(raw, EOPNOTSUPP);
    }

    static void removexattr(fuse_req_t raw, fuse_ino_t /*number*/, const char* /*name*/)
    {
        fuse_reply_err(raw, EOPNOTSUPP);
    }
};

void operations::add_writing(fuse_lowlevel_ops& table)
{
    using handlers = writing_handlers;
    table.create = &handlers::create;
    table.mknod = &handlers::mknod;
    table.write = &handlers::write;
    table.flush = &handlers::flush;
    table.fsync = &handlers::fsync;
    table.fsyncdir = &handlers::fsyncdir;
    table.setattr = &handlers::setattr;
    table.mkdir = &handlers::mkdir;
    table.symlink = &handlers::symlink;
    table.link = &handlers::link;
    table.unlink = &handlers::unlink;
    table.rmdir = &handlers::rmdir;
    table.rename = &handlers::rename;
    table.fallocate = &handlers::fallocate;
    table.copy_file_range = &handlers::copy_file_range;
    table.setxattr = &handlers::setxattr;
    table.removexattr = &handlers::removexattr;
}

}  // namespace ftpfs::fuse
