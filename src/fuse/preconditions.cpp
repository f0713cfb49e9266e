#include "ftpfs/fuse/preconditions.hpp"

#include "ftpfs/core/log.hpp"
#include "ftpfs/fuse/mount_table.hpp"

#include "proc_file.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>

namespace ftpfs::fuse {
namespace {

constexpr auto device = "/dev/fuse";

result<> check_device()
{
    if (::access(device, R_OK | W_OK) == 0) {
        return {};
    }
    switch (errno) {
    case ENOENT:
        return failure{errc::unsupported,
                       "there is no /dev/fuse: load the kernel module (\"modprobe fuse\"), or give the container that "
                       "device (docker: --device /dev/fuse --cap-add SYS_ADMIN)"};
    case EACCES:
    case EPERM:
        return failure{errc::permission_denied,
                       "/dev/fuse may not be opened by this user; it is usually open to all, or to the group \"fuse\""};
    default: return failure{errc::io_failure, fmt::format("/dev/fuse: {}", std::strerror(errno))};
    }
}

failure refused_mount_point(const std::string& mount_point, int why)
{
    switch (why) {
    case ENOENT:
        return failure{errc::not_found,
                       fmt::format("the mount point {} does not exist; create it with \"mkdir\"", mount_point)};
    case ENOTCONN:
        return failure{errc::busy, fmt::format("a file system whose program has died is still mounted on {0}; "
                                               "detach it with \"fusermount3 -u {0}\"",
                                               mount_point)};
    case EACCES:
        return failure{errc::permission_denied,
                       fmt::format("the mount point {} can't be reached by this user", mount_point)};
    default: return failure{errc::io_failure, fmt::format("the mount point {}: {}", mount_point, std::strerror(why))};
    }
}

result<std::string> check_mount_point(const std::string& mount_point)
{
    const std::unique_ptr<char, decltype(&std::free)> real{::realpath(mount_point.c_str(), nullptr), &std::free};
    struct stat status {};
    if (!real || ::stat(real.get(), &status) != 0) {
        return refused_mount_point(mount_point, errno);
    }
    if (!S_ISDIR(status.st_mode)) {
        return failure{errc::not_a_directory, fmt::format("the mount point {} is not a directory", mount_point)};
    }
    std::string found{real.get()};
    const auto below = find_mount(read_file("/proc/self/mountinfo"), found);
    if (below && below->type == "fuse.ftpfs") {
        return failure{errc::busy,
                       fmt::format("{} is already mounted on {}; unmount it first with \"fusermount3 -u {}\"",
                                   printable(below->source), mount_point, mount_point)};
    }
    return found;
}

bool fusermount_is_installed()
{
    const char* path = std::getenv("PATH");
    std::stringstream folders{std::string{path != nullptr ? path : ""} + ":/usr/bin:/bin"};
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (::access((folder + "/fusermount3").c_str(), X_OK) == 0) {
            return true;
        }
    }
    return false;
}

bool others_may_be_allowed()
{
    std::stringstream lines{read_file("/etc/fuse.conf")};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("user_allow_other")) {
            return true;
        }
    }
    return false;
}

// What only the setuid fusermount3 does for ordinary users.
result<> check_user_mount(const config& settings)
{
    if (!fusermount_is_installed()) {
        return failure{
            errc::unsupported,
            "the program fusermount3, by which users other than root mount, is not installed (package fuse3)"};
    }
    if ((settings.allow_other || settings.allow_root) && !others_may_be_allowed()) {
        return failure{errc::permission_denied,
                       fmt::format("the option {} is only allowed to ordinary users if /etc/fuse.conf has a line "
                                   "\"user_allow_other\"",
                                   settings.allow_root ? "allow_root" : "allow_other")};
    }
    return {};
}

}  // namespace

result<std::string> check_mountable(const config& settings)
{
    FTPFS_TRY(auto mount_point, check_mount_point(settings.mount_point));
    FTPFS_CHECK(check_device());
    if (::geteuid() != 0) {
        FTPFS_CHECK(check_user_mount(settings));
    }
    return mount_point;
}

}  // namespace ftpfs::fuse
