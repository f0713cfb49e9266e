// Times known better than a listing tells them: LIST says minutes or days, and the server tells the second when a file
// is opened. Only shown: what a file's version is decided by stays as it was listed.
//
// Plain values, bounded; one thread.
#pragma once

#include "ftpfs/core/attributes.hpp"

#include <chrono>
#include <unordered_map>

namespace ftpfs::fs {

class exact_times {
public:
    void note(const remote_path& path, const file_time& fact);

    // `listed`, or the exact time it is the beginning of. Of another minute, or day, it says nothing: the file changed,
    // or the clocks differ.
    std::chrono::sys_seconds refined(const remote_path& path, const file_time& listed) const;

private:
    static constexpr std::size_t most = 10'000;  // some 2 MiB; beyond, some are shown as they are listed again

    std::unordered_map<remote_path, std::chrono::sys_seconds> times_;
};

}  // namespace ftpfs::fs
