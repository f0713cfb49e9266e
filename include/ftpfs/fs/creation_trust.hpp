// Where the server took a new file a moment ago: there the next one need not wait for the server's consent.
//
// A guess about permissions, never about contents: whoever creates a file on trust learns of a refusal at write(),
// fsync() or close(). Owned by the file system. Plain values; time is a parameter.
#pragma once

#include "ftpfs/core/remote_path.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string_view>

namespace ftpfs::fs {

class creation_trust {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // A program that copies many files comes back sooner. Longer, and rights may have been changed meanwhile.
    static constexpr std::chrono::seconds lasts{10};

    // The server created this file.
    void accepted(const remote_path& file, time_point now);
    // It refused one, or something was done to the directory.
    void refused(const remote_path& file) { revoke(file.parent()); }
    void revoke(const remote_path& directory) { accepted_.erase(directory); }

    bool holds(const remote_path& file, time_point now) const;

    // Names that no server is known to refuse, or to change, for their own sake.
    static bool is_plain(std::string_view name) noexcept;

private:
    std::map<remote_path, time_point> accepted_;  // directories
};

}  // namespace ftpfs::fs
