// Operations that change nothing.
#include "handlers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <string_view>

namespace ftpfs::fuse {

void operations::answer_entry(request& ask, const fs::lookup_reply& found)
{
    ++counted_.references;
    if (!ask.entry(found)) {
        forget(found.inode, 1);
    }
}

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
    answer_entry(ask, found);
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

// As the kernel does where modes are checked by it, but not by owner: whom the server takes us for, it does not tell.
operations::job operations::check_access(request& ask, fs::inode_id inode, int wanted)
{
    FTPFS_CO_TRY(const auto status, co_await files_.get_attributes(inode));
    const auto mode = status.attributes.st_mode;
    const bool all_powerful = ask.user() == 0;
    const bool may_read = all_powerful || (mode & 0444U) != 0;
    const bool may_write = all_powerful || (mode & 0222U) != 0;
    const bool may_execute = (mode & 0111U) != 0 || (all_powerful && S_ISDIR(mode));
    const bool refused = ((wanted & R_OK) != 0 && !may_read) || ((wanted & W_OK) != 0 && !may_write) ||
                         ((wanted & X_OK) != 0 && !may_execute);
    ask.error(refused ? EACCES : 0);
    co_return result<>{};
}

operations::job operations::open(request& ask, fs::inode_id inode, int flags)
{
    FTPFS_CO_TRY(const auto file, co_await files_.open(inode, flags));
    if (!ask.opened(file, flags)) {
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

operations::job operations::free_space(request& ask)
{
    FTPFS_CO_TRY(const auto numbers, co_await files_.free_space());
    ask.statistics(numbers);
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

    const auto& all = files_.entries(directory);
    for (auto i = static_cast<std::size_t>(std::max<off_t>(position - 2, 0)); fits && i < all.size(); ++i) {
        const auto entry = all[i];
        fits = entries_.add(entry.name.str().c_str(), files_.summary(directory, i), static_cast<off_t>(i + 3));
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

    const auto& all = files_.entries(directory);
    for (auto i = static_cast<std::size_t>(std::max<off_t>(position - 2, 0)); fits && i < all.size(); ++i) {
        const auto entry = all[i];
        const char* name = entry.name.str().c_str();
        fits = entries_.fits_plus(name);
        if (fits) {
            const auto found = files_.remember(directory, entry);
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

struct operations::reading_handlers {
    static void lookup(fuse_req_t raw, fuse_ino_t parent, const char* name)
    {
        auto& self = owner(raw);
        auto valid = file_name::make(name);
        if (!valid) {  // a name that FTP can't carry exists nowhere
            fuse_reply_err(raw, refusal_of(name, ENOENT));
            return;
        }
        auto& ask = self.accept(raw, subject{operation::lookup, "lookup", inode(parent), name});
        self.run(ask, self.look_up(ask, inode(parent), *std::move(valid)));
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
        auto& ask = self.accept(raw, subject{operation::stat, "getattr", inode(number)});
        self.run(ask, self.get_attributes(ask, inode(number)));
    }

    static void access(fuse_req_t raw, fuse_ino_t number, int wanted)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::stat, "access", inode(number)});
        self.run(ask, self.check_access(ask, inode(number), wanted));
    }

    static void readlink(fuse_req_t raw, fuse_ino_t number)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::read_link, "readlink", inode(number)});
        self.run(ask, self.read_link(ask, inode(number)));
    }

    static void opendir(fuse_req_t raw, fuse_ino_t number, fuse_file_info* /*info*/)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::list, "opendir", inode(number)});
        self.run(ask, self.open_directory(ask, inode(number)));
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
        auto& ask = self.accept(raw, subject{operation::open, "open", inode(number)});
        self.run(ask, self.open(ask, inode(number), info->flags));
    }

    static void read(fuse_req_t raw, fuse_ino_t number, std::size_t size, off_t offset, fuse_file_info* info)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::read, "read", inode(number)});
        self.run(ask, self.read(ask, handle(info), unsigned_offset(offset), size));
    }

    static void release(fuse_req_t raw, fuse_ino_t /*number*/, fuse_file_info* info)
    {
        owner(raw).files_.release(handle(info));
        fuse_reply_err(raw, 0);
    }

    static void statfs(fuse_req_t raw, fuse_ino_t /*number*/)
    {
        auto& self = owner(raw);
        auto& ask = self.accept(raw, subject{operation::stat, "statfs", fs::root_inode});
        self.run(ask, self.free_space(ask));
    }

    // "ls -l" and "cp" ask for ACLs and capabilities of every file; no server knows them.
    static void getxattr(fuse_req_t raw, fuse_ino_t number, const char* name, std::size_t room)
    {
        auto& self = owner(raw);
        if (!std::string_view{name}.starts_with("user.")) {
            fuse_reply_err(raw, EOPNOTSUPP);
            return;
        }
        auto& ask = self.accept(raw, subject{operation::extended_attributes, "getxattr", inode(number)});
        self.run(ask, self.get_extended_attribute(ask, inode(number), name, room));
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

void operations::add_reading(fuse_lowlevel_ops& table)
{
    using handlers = reading_handlers;
    table.lookup = &handlers::lookup;
    table.forget = &handlers::forget;
    table.forget_multi = &handlers::forget_multi;
    table.getattr = &handlers::getattr;
    table.access = &handlers::access;
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
}

}  // namespace ftpfs::fuse
