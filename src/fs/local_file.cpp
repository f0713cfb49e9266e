#include "ftpfs/fs/local_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <limits>

namespace ftpfs::fs {
namespace {

constexpr mode_t only_for_us = 0700;

failure from_errno(const std::string& what)
{
    const int number = errno;
    if (number == ENOSPC) {
        return {errc::no_space, what + ": no space left on this machine"};
    }
    return {error_code{number, boost::system::system_category()}, what};
}

std::string default_directory()
{
    const char* const chosen = std::getenv("TMPDIR");
    const std::string parent = chosen != nullptr && *chosen == '/' ? chosen : "/var/tmp";
    return fmt::format("{}/ftpfs-{}", parent, ::geteuid());
}

result<> make_directory(const std::string& path)
{
    if (::mkdir(path.c_str(), only_for_us) != 0 && errno != EEXIST) {
        return from_errno(path);
    }
    return {};
}

// In a directory that everybody may write to, another user could have made it first.
result<> check_ours(const std::string& path)
{
    struct stat seen {};
    if (::lstat(path.c_str(), &seen) != 0) {
        return from_errno(path);
    }
    if (!S_ISDIR(seen.st_mode) || seen.st_uid != ::geteuid()) {
        return failure{errc::permission_denied, path + " is not a directory of this user; choose another staging_dir"};
    }
    return {};
}

result<int> open_unnamed(const std::string& directory)
{
    int descriptor = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor >= 0) {
        return descriptor;
    }
    // Not every file system knows files without a name.
    std::string name = directory + "/staged-XXXXXX";
    descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) {
        return from_errno(directory);
    }
    ::unlink(name.c_str());
    return descriptor;
}

result<> write_all(int descriptor, const std::byte* data, std::size_t size, std::uint64_t offset)
{
    while (size > 0) {
        const auto count = ::pwrite(descriptor, data, size, static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return from_errno("staging_dir");
        }
        data += count;
        size -= static_cast<std::size_t>(count);
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

}  // namespace

result<std::shared_ptr<local_file>> local_file::make(const std::string& directory)
{
    const auto where = directory.empty() ? default_directory() : directory;
    FTPFS_CHECK(make_directory(where));
    if (directory.empty()) {
        FTPFS_CHECK(check_ours(where));
    }
    FTPFS_TRY(const int descriptor, open_unnamed(where));
    return std::make_shared<local_file>(descriptor, where);
}

local_file::~local_file()
{
    ::close(descriptor_);
}

result<> local_file::write(std::uint64_t offset, const std::vector<shared_bytes>& pieces)
{
    for (const auto& piece : pieces) {
        FTPFS_CHECK(write_all(descriptor_, piece.data(), piece.size(), offset));
        offset += piece.size();
    }
    return {};
}

result<shared_bytes> local_file::read(std::uint64_t offset, std::size_t size) const
{
    const auto block = std::make_shared_for_overwrite<std::byte[]>(size);
    std::size_t done = 0;
    while (done < size) {
        const auto count = ::pread(descriptor_, block.get() + done, size - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return from_errno("staging_dir");
        }
        if (count == 0) {
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    return shared_bytes{block, 0, done};
}

result<> local_file::resize(std::uint64_t size)
{
    if (size > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) {
        return failure{error_code{EFBIG, boost::system::system_category()}, "staging_dir"};
    }
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
        return from_errno("staging_dir");
    }
    return {};
}

namespace {

result<> copy_to(int from, const std::string& path)
{
    const int to = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (to < 0) {
        return from_errno(path);
    }
    constexpr std::size_t step = std::size_t{1} << 20;
    std::vector<std::byte> buffer(step);
    off_t at = 0;
    result<> done{};
    while (done) {
        const auto count = ::pread(from, buffer.data(), buffer.size(), at);
        if (count == 0) {
            break;
        }
        if (count < 0) {
            done = from_errno(path);
        } else {
            done = write_all(to, buffer.data(), static_cast<std::size_t>(count), static_cast<std::uint64_t>(at));
            at += count;
        }
    }
    ::close(to);
    return done;
}

}  // namespace

result<std::string> local_file::keep(const std::string& name, const std::string& note) const
{
    const auto recovery = directory_ + "/recovery";
    FTPFS_CHECK(make_directory(recovery));
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    for (int number = 0;; ++number) {
        // Leaves room for the time within the 255 bytes of a name.
        const auto path = fmt::format("{}/{}-{:%Y%m%dT%H%M%SZ}-{}", recovery, name.substr(0, 200), now, number);
        const auto self = fmt::format("/proc/self/fd/{}", descriptor_);
        if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
            if (errno == EEXIST) {
                continue;
            }
            FTPFS_CHECK(copy_to(descriptor_, path));
        }
        const int beside = ::open((path + ".txt").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (beside >= 0) {
            const auto written = write_all(beside, reinterpret_cast<const std::byte*>(note.data()), note.size(), 0);
            ::close(beside);
        }
        return path;
    }
}

}  // namespace ftpfs::fs
