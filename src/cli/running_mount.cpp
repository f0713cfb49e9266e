#include "ftpfs/cli/running_mount.hpp"

#include "ftpfs/core/error.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/fuse/mount_table.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace ftpfs::cli {
namespace {

namespace json = boost::json;

constexpr auto our_type = "fuse.ftpfs";

std::string mount_table()
{
    std::ifstream file{"/proc/self/mountinfo"};
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

// Without symbolic links, except that the last part is not asked for: a mount whose program has died would fail.
std::string real_place(const std::string& place)
{
    std::error_code ignored;
    auto path = std::filesystem::absolute(place, ignored).lexically_normal();
    if (!path.has_filename()) {
        path = path.parent_path();
    }
    if (const auto whole = std::filesystem::canonical(path, ignored); !ignored) {
        return whole.string();
    }
    const auto folder = std::filesystem::canonical(path.parent_path(), ignored);
    return (ignored ? path : folder / path.filename()).string();
}

problem refused(const running_mount& mount, int number)
{
    if (number == EBUSY) {
        return {exit_status::other,
                fmt::format("{0} is in use: end the programs that have files open there or work in it "
                            "(\"fuser -vm {0}\" lists them)",
                            printable(mount.place()))};
    }
    return {exit_status::other, fmt::format("cannot unmount {}: {}", printable(mount.place()), std::strerror(number))};
}

// fusermount3 says by itself, on standard error, what is wrong.
outcome<void> run_fusermount(const running_mount& mount)
{
    std::string program = "fusermount3";
    std::string flag = "-u";
    std::string place = mount.place();
    std::array<char*, 4> arguments{program.data(), flag.data(), place.data(), nullptr};
    pid_t process = 0;
    if (const int why = ::posix_spawnp(&process, program.c_str(), nullptr, nullptr, arguments.data(), environ)) {
        return problem{exit_status::other, fmt::format("cannot run fusermount3: {}", std::strerror(why))};
    }
    int status = 0;
    ::waitpid(process, &status, 0);
    if (status != 0) {
        return problem{exit_status::other, fmt::format("{} is still mounted", printable(mount.place()))};
    }
    return {};
}

std::uint64_t number_in(const json::object& object, std::string_view name)
{
    const auto* member = object.if_contains(name);
    error_code wrong;
    return member != nullptr ? member->to_number<std::uint64_t>(wrong) : 0;
}

std::string line_of(std::string_view name, const json::value& value)
{
    const auto* object = value.if_object();
    if (object == nullptr) {
        return fmt::format("  {}: {}\n", name, json::serialize(value));
    }
    std::string members;
    for (const auto& [key, member] : *object) {
        members += fmt::format("{}{} {}", members.empty() ? "" : ", ", std::string_view{key}, json::serialize(member));
    }
    return members.empty() ? "" : fmt::format("  {}: {}\n", name, members);
}

}  // namespace

outcome<running_mount> running_mount::at(const std::string& place)
{
    const auto real = real_place(place);
    const auto found = fuse::find_mount(mount_table(), real);
    if (!found || found->type != our_type) {
        return problem{exit_status::no_mount_point,
                       fmt::format("no ftpfs is mounted on {}: \"ftpfs status\" lists the mounts", printable(place))};
    }
    return running_mount{real, found->source};
}

std::vector<running_mount> running_mount::all()
{
    std::vector<running_mount> mounts;
    std::istringstream lines{mount_table()};
    for (std::string line; std::getline(lines, line);) {
        if (auto found = fuse::parse_mount_line(line); found && found->type == our_type) {
            mounts.push_back(running_mount{std::move(found->mount_point), std::move(found->source)});
        }
    }
    return mounts;
}

outcome<std::string> running_mount::status() const
{
    // The status has a few kilobytes; more than the kernel's limit of 64 KiB there never is.
    std::string value(std::size_t{64} << 10, '\0');
    const auto size = ::getxattr(place_.c_str(), "user.ftpfs.status", value.data(), value.size());
    if (size >= 0) {
        value.resize(static_cast<std::size_t>(size));
        return value;
    }
    if (errno == ENOTCONN) {
        return problem{exit_status::other, fmt::format("the program behind {0} has died: \"fusermount3 -u {0}\" "
                                                       "detaches what is left",
                                                       printable(place_))};
    }
    return problem{exit_status::other,
                   fmt::format("{} does not tell its status: {}", printable(place_), std::strerror(errno))};
}

outcome<void> running_mount::unmount() const
{
    if (::geteuid() != 0) {
        return run_fusermount(*this);
    }
    if (::umount2(place_.c_str(), UMOUNT_NOFOLLOW) != 0) {
        return refused(*this, errno);
    }
    return {};
}

upload_progress progress_in(const std::string& status)
{
    error_code wrong;
    const auto parsed = json::parse(status, wrong);
    const auto* whole = wrong ? nullptr : parsed.if_object();
    const auto* member = whole != nullptr ? whole->if_contains("writing") : nullptr;
    const auto* writing = member != nullptr ? member->if_object() : nullptr;
    if (writing == nullptr) {
        return {};
    }
    return {number_in(*writing, "unsent_files"), number_in(*writing, "bytes_uploaded")};
}

std::string describe_status(const std::string& status)
{
    error_code wrong;
    const auto parsed = json::parse(status, wrong);
    const auto* whole = wrong ? nullptr : parsed.if_object();
    if (whole == nullptr) {
        return fmt::format("  {}\n", printable(status));
    }
    std::string lines;
    for (const auto& [name, value] : *whole) {
        lines += line_of(std::string_view{name}, value);
    }
    return lines;
}

}  // namespace ftpfs::cli
