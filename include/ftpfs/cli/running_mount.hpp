// A mount that another process serves, as seen by the commands "ftpfs status" and "ftpfs umount".
//
// The mount answers through the extended attribute user.ftpfs.status of its root, so no socket or magic file is
// needed. The calls may block for as long as the mount takes to answer.
#pragma once

#include "ftpfs/cli/problem.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ftpfs::cli {

class running_mount {
public:
    // The ftpfs mounted at `place`, or why there is none.
    static outcome<running_mount> at(const std::string& place);
    // All that are mounted on this machine, as far as this process sees them.
    static std::vector<running_mount> all();

    const std::string& place() const noexcept { return place_; }
    const std::string& source() const noexcept { return source_; }

    // A JSON object. Fails if the program behind the mount has died, or this user may not look.
    outcome<std::string> status() const;

    // As umount(8), or by fusermount3 for ordinary users.
    outcome<void> unmount() const;

private:
    running_mount(std::string place, std::string source) : place_{std::move(place)}, source_{std::move(source)} {}

    std::string place_;
    std::string source_;
};

// What a status says of changes on their way to the server.
struct upload_progress {
    std::uint64_t unsent_files = 0;    // with changes that the server does not have yet
    std::uint64_t bytes_uploaded = 0;  // since the mount was made

    bool operator==(const upload_progress&) const = default;
};

upload_progress progress_in(const std::string& status);

// A status in lines for people: "  reading: reads 12, bytes 34567".
std::string describe_status(const std::string& status);

}  // namespace ftpfs::cli
