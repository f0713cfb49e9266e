#include "ftpfs/fuse/kernel_options.hpp"

#include "ftpfs/fuse/mount_options.hpp"
#include "ftpfs/fuse/mount_table.hpp"

#include "proc_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace ftpfs::fuse {
namespace {

// Read-ahead requests under way at the same time, over all files. The kernel's 12 would leave a slow path idle
// when several files are read at once: each stream alone wants some MiB in flight.
constexpr unsigned background_requests = 64;

}  // namespace

void negotiate(fuse_conn_info& connection)
{
    constexpr unsigned wanted = FUSE_CAP_ASYNC_READ | FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_READDIRPLUS |
                                FUSE_CAP_READDIRPLUS_AUTO | FUSE_CAP_AUTO_INVAL_DATA | FUSE_CAP_ATOMIC_O_TRUNC;
    // Splicing moves pages through a pipe: slower than one copy from memory that is warm anyway. And while the
    // pieces of a direct read are under way asynchronously, not even SIGKILL ends the reader.
    constexpr unsigned slow = FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE | FUSE_CAP_ASYNC_DIO;
    // A write-back cache would tell programs that data is written which no server has seen, and would keep us from
    // the size of files that grow on the server. Locks that are not asked for here are kept by the kernel, for the
    // programs of this machine. And the kernel, not we, takes the set-user-id bit from a file that is changed.
    constexpr unsigned harmful =
        FUSE_CAP_WRITEBACK_CACHE | FUSE_CAP_POSIX_LOCKS | FUSE_CAP_FLOCK_LOCKS | FUSE_CAP_HANDLE_KILLPRIV;
    connection.want |= connection.capable & wanted;
    connection.want &= ~(slow | harmful);
    connection.max_read = max_read;
    connection.max_write = max_write;
    connection.max_background = background_requests;
    connection.congestion_threshold = background_requests * 3 / 4;
}

result<> raise_read_ahead(std::string_view mount_point, unsigned kib)
{
    const auto mounted = find_mount(read_file("/proc/self/mountinfo"), mount_point);
    if (!mounted) {
        return failure{errc::not_found, fmt::format("{} is not in /proc/self/mountinfo", mount_point)};
    }
    const auto knob = fmt::format("/sys/class/bdi/{}:{}/read_ahead_kb", mounted->major, mounted->minor);
    const int file = ::open(knob.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) {
        return failure{error_code{errno, boost::system::system_category()}, knob};
    }
    const auto text = std::to_string(kib);
    const auto written = ::write(file, text.data(), text.size());
    const int problem = written < 0 ? errno : 0;
    ::close(file);
    if (problem != 0) {
        return failure{error_code{problem, boost::system::system_category()}, knob};
    }
    return {};
}

}  // namespace ftpfs::fuse
