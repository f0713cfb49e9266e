// The files in which mounts keep what they have learned of servers: one for each host, port and user, in
// `ftpfs-profiles` below the cache folder, for their owner alone.
//
// A file is believed for 30 days, and only if it is whole: written beside its place and renamed, with a checksum. What
// is wrong with one costs a line in the log and what was learned, nothing else. Calls block. Several mounts may use one
// file: the last one that writes wins.
#pragma once

#include "ftpfs/core/log.hpp"
#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/kept_profile.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace ftpfs::cli {

class profile_store {
public:
    static constexpr std::chrono::days kept_for{30};

    // `folder`: that of the caches; empty: nothing is kept.
    profile_store(const std::string& folder, const ftp::config& who);

    struct entry {
        ftp::kept_profile profile;
        std::chrono::sys_seconds since{};  // learned, the oldest part of it
    };

    // Nothing if there is none, or none to be believed.
    std::optional<entry> load(std::chrono::sys_seconds now, const log& journal) const;
    bool save(const ftp::kept_profile& profile, std::chrono::sys_seconds since, const log& journal) const;
    // False if it is still there.
    bool forget() const;

    const std::string& file() const noexcept { return file_; }

private:
    std::string folder_;
    std::string server_;  // "ftp.example.org:21 alice"
    std::string file_;
};

}  // namespace ftpfs::cli
