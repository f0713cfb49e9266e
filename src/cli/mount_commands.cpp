#include "ftpfs/cli/mount_commands.hpp"

#include "ftpfs/cli/daemon.hpp"
#include "ftpfs/cli/running_mount.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/core/units.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <ostream>

namespace ftpfs::cli {
namespace {

using namespace std::chrono_literals;

// Longer than an operation may go without progress before it fails, with the default of timeout=, and a second try.
constexpr auto patience = 90s;

exit_status report(const problem& why, environment& world)
{
    print(why, world.err);
    return why.status;
}

std::string unsent_files(const upload_progress& progress)
{
    return fmt::format("{} file{}", progress.unsent_files, progress.unsent_files == 1 ? "" : "s");
}

// Returns when nothing is left, or fails.
outcome<void> wait_for_uploads(const running_mount& mount, environment& world, const std::function<void()>& pause)
{
    std::optional<upload_progress> before;
    std::uint64_t sent_before = 0;
    auto moved = std::chrono::steady_clock::now();
    for (;; pause()) {
        const auto status = mount.status();
        if (!status) {
            return status.error();
        }
        const auto progress = progress_in(*status);
        if (progress.unsent_files == 0) {
            return {};
        }
        if (progress != before) {
            sent_before = before ? sent_before : progress.bytes_uploaded;
            world.err << fmt::format("ftpfs: waiting for {} to be sent, {} since you asked\n", unsent_files(progress),
                                     format_size(progress.bytes_uploaded - sent_before))
                      << std::flush;
            before = progress;
            moved = std::chrono::steady_clock::now();
        } else if (std::chrono::steady_clock::now() - moved > patience) {
            return problem{exit_status::other,
                           fmt::format("{0} not sent, and nothing has moved for {1} s: {2} stays mounted; "
                                       "\"fusermount3 -u {2}\" unmounts all the same, and the log then says what was "
                                       "kept where",
                                       unsent_files(progress), patience.count(), printable(mount.place()))};
        }
    }
}

}  // namespace

exit_status show_status(const command_line& line, environment& world)
{
    std::vector<running_mount> mounts;
    if (line.mount_point.empty()) {
        mounts = running_mount::all();
    } else {
        auto found = running_mount::at(line.mount_point);
        if (!found) {
            return report(found.error(), world);
        }
        mounts.push_back(*std::move(found));
    }
    auto result = exit_status::ok;
    for (const auto& mount : mounts) {
        const auto status = mount.status();
        if (!status) {
            result = report(status.error(), world);
        } else if (line.json) {
            world.out << *status << '\n';
        } else {
            world.out << printable(mount.source()) << " on " << printable(mount.place()) << '\n'
                      << describe_status(*status);
        }
    }
    world.out << std::flush;
    return result;
}

exit_status unmount(const command_line& line, environment& world, const std::function<void()>& pause)
{
    const auto mount = running_mount::at(line.mount_point);
    if (!mount) {
        return report(mount.error(), world);
    }
    if (const auto sent = wait_for_uploads(*mount, world, pause); !sent) {
        return report(sent.error(), world);
    }
    if (const auto done = mount->unmount(); !done) {
        return report(done.error(), world);
    }
    return exit_status::ok;
}

}  // namespace ftpfs::cli
