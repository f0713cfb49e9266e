#include "ftpfs/cache/disk_folder.hpp"

#include "ftpfs/cache/disk_entry.hpp"

#include <xxhash.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <thread>

namespace ftpfs::cache {
namespace {

constexpr const char* folder_name = "ftpfs-blocks-1";
constexpr const char* lock_name = "lock";
constexpr mode_t for_all_but_us = 077;

constexpr std::chrono::milliseconds lock_pause{10};

// Of a name that is not a directory of ours there is no use.
constexpr int safely = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

bool is_ours(const struct stat& seen)
{
    return S_ISREG(seen.st_mode) && seen.st_uid == ::geteuid() && seen.st_nlink == 1 &&
           (seen.st_mode & for_all_but_us) == 0;
}

result<descriptor> open_folder(const std::string& directory)
{
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
        return failure_from_errno(directory);
    }
    const descriptor parent{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!parent) {
        return failure_from_errno(directory);
    }
    if (::mkdirat(parent.get(), folder_name, 0700) != 0 && errno != EEXIST) {
        return failure_from_errno(directory);
    }
    const auto path = directory + "/" + folder_name;
    descriptor folder{::openat(parent.get(), folder_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    struct stat seen {};
    if (!folder || ::fstat(folder.get(), &seen) != 0) {
        return failure_from_errno(path);
    }
    if (seen.st_uid != ::geteuid()) {
        return failure{errc::permission_denied, path + " belongs to another user"};
    }
    if ((seen.st_mode & for_all_but_us) != 0 && ::fchmod(folder.get(), 0700) != 0) {
        return failure_from_errno(path);
    }
    return folder;
}

result<descriptor> open_lock(int folder)
{
    descriptor file{::openat(folder, lock_name, O_RDWR | O_CREAT | safely, 0600)};
    struct stat seen {};
    if (!file || ::fstat(file.get(), &seen) != 0) {
        return failure_from_errno(std::string{folder_name} + "/" + lock_name);
    }
    if (!is_ours(seen)) {
        return failure{errc::permission_denied, std::string{folder_name} + "/" + lock_name + " is no file of ours"};
    }
    return file;
}

struct raw_usage {
    std::uint64_t bytes;
    std::uint64_t checksum;
};

}  // namespace

failure failure_from_errno(std::string what)
{
    const int number = errno;
    if (number == ENOSPC || number == EDQUOT) {
        return {errc::no_space, what + ": no space left on this machine"};
    }
    return {error_code{number, boost::system::system_category()}, std::move(what)};
}

result<std::size_t> read_at(int file, std::uint64_t offset, std::span<std::byte> into)
{
    std::size_t done = 0;
    while (done < into.size()) {
        const auto count = ::pread(file, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return failure_from_errno("reading the disk cache");
        }
        if (count == 0) {
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    return done;
}

result<> write_at(int file, std::uint64_t offset, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return failure_from_errno("writing to the disk cache");
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

std::vector<entry_info> choose_leaving(std::vector<entry_info> entries, std::uint64_t bytes, std::string_view keep,
                                       std::chrono::sys_seconds now)
{
    for (auto& entry : entries) {
        if (entry.used > now + std::chrono::days{1}) {
            entry.used = {};
        }
    }
    std::ranges::sort(entries, [](const entry_info& a, const entry_info& b) {
        return std::tie(a.used, a.name) < std::tie(b.used, b.name);
    });
    std::vector<entry_info> leaving;
    std::uint64_t freed = 0;
    for (auto& entry : entries) {
        if (freed >= bytes) {
            break;
        }
        if (entry.name != keep) {
            freed += entry.bytes;
            leaving.push_back(std::move(entry));
        }
    }
    return leaving;
}

result<disk_folder> disk_folder::open(const std::string& directory)
{
    FTPFS_TRY(auto folder, open_folder(directory));
    FTPFS_TRY(auto lock, open_lock(folder.get()));
    return disk_folder{std::move(folder), std::move(lock)};
}

result<descriptor> disk_folder::open_entry(const std::string& name, int flags) const
{
    descriptor file{::openat(folder_.get(), name.c_str(), flags | safely)};
    if (!file) {
        if (errno == ENOENT) {
            return descriptor{};
        }
        if (errno == ELOOP || errno == EISDIR || errno == ENXIO || errno == EACCES) {
            FTPFS_CHECK(remove(name));
            return descriptor{};
        }
        return failure_from_errno(name);
    }
    struct stat seen {};
    if (::fstat(file.get(), &seen) != 0) {
        return failure_from_errno(name);
    }
    if (!is_ours(seen)) {
        if (seen.st_nlink > 0) {
            FTPFS_CHECK(remove(name));
        }
        return descriptor{};
    }
    return file;
}

result<descriptor> disk_folder::create_entry(const std::string& name) const
{
    descriptor file{::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | safely, 0600)};
    if (!file && errno != EEXIST) {
        return failure_from_errno(name);
    }
    return file;
}

// A directory under the name of an entry is not ours, and stays: then there is no entry of this name.
result<> disk_folder::remove(const std::string& name) const
{
    if (::unlinkat(folder_.get(), name.c_str(), 0) != 0 && errno != ENOENT && errno != EISDIR && errno != EPERM) {
        return failure_from_errno(name);
    }
    return {};
}

result<std::vector<entry_info>> disk_folder::list() const
{
    const int again = ::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (again < 0) {
        return failure_from_errno(folder_name);
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> names{::fdopendir(again), ::closedir};
    if (!names) {
        const auto why = failure_from_errno(folder_name);
        ::close(again);
        return why;
    }
    std::vector<entry_info> found;
    for (errno = 0; const auto* entry = ::readdir(names.get()); errno = 0) {
        entry_info one;
        one.name = entry->d_name;
        struct stat seen {};
        if (!is_entry_name(one.name) || ::fstatat(folder_.get(), entry->d_name, &seen, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (!is_ours(seen)) {
            FTPFS_CHECK(remove(one.name));
            continue;
        }
        constexpr std::uint64_t unit = 512;  // of st_blocks, stat(2)
        one.bytes = static_cast<std::uint64_t>(seen.st_blocks) * unit;
        one.used = std::chrono::sys_seconds{std::chrono::seconds{seen.st_mtim.tv_sec}};
        found.push_back(std::move(one));
    }
    if (errno != 0) {
        return failure_from_errno(folder_name);
    }
    return found;
}

result<folder_space> disk_folder::space() const
{
    struct statvfs seen {};
    if (::fstatvfs(folder_.get(), &seen) != 0) {
        return failure_from_errno(folder_name);
    }
    return folder_space{std::uint64_t{seen.f_blocks} * seen.f_frsize, std::uint64_t{seen.f_bavail} * seen.f_frsize};
}

// --- the lock ---

result<std::optional<disk_folder::held_lock>> disk_folder::take_lock(std::chrono::milliseconds patience) const
{
    for (;;) {
        if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) {
            return std::optional<held_lock>{held_lock{lock_.get()}};
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return failure_from_errno(lock_name);
        }
        if (patience < lock_pause) {
            return std::optional<held_lock>{};
        }
        std::this_thread::sleep_for(lock_pause);
        patience -= lock_pause;
    }
}

disk_folder::held_lock::~held_lock()
{
    if (descriptor_ >= 0) {
        ::flock(descriptor_, LOCK_UN);
    }
}

std::optional<std::uint64_t> disk_folder::held_lock::used() const
{
    raw_usage raw{};
    const auto got = read_at(descriptor_, 0, std::as_writable_bytes(std::span{&raw, 1}));
    if (!got || *got != sizeof raw || raw.checksum != XXH3_64bits(&raw.bytes, sizeof raw.bytes)) {
        return std::nullopt;
    }
    return raw.bytes;
}

result<> disk_folder::held_lock::set_used(std::uint64_t bytes) const
{
    raw_usage raw{};
    raw.bytes = bytes;
    raw.checksum = XXH3_64bits(&raw.bytes, sizeof raw.bytes);
    return write_at(descriptor_, 0, std::as_bytes(std::span{&raw, 1}));
}

}  // namespace ftpfs::cache
