// Times that were shown better than a listing tells them: LIST says minutes or days, and what was set or stored here is
// known to the second. They go on being shown, since programs take another time for another file: vim asks before it
// saves, rsync copies anew, tar warns. For the same reason nothing that is merely read is shown better than before,
// though the server tells its second then.
//
// Only shown: what a file's version is decided by stays as it was listed. Plain values, bounded; one thread.
#pragma once

#include "ftpfs/core/attributes.hpp"

#include <chrono>
#include <unordered_map>

namespace ftpfs::fs {

// Is the time of a listing, to the minute or the day, the one that a fact tells to the second?
bool is_beginning_of(const file_time& listed, std::chrono::sys_seconds exact) noexcept;

class exact_times {
public:
    void note(const remote_path& path, const file_time& fact);
    void move(const remote_path& from, const remote_path& to);
    void forget(const remote_path& path) { times_.erase(path); }

    // `listed`, or the exact time it is the beginning of. Of another minute, or day, it says nothing: the file changed,
    // or the clocks differ.
    std::chrono::sys_seconds refined(const remote_path& path, const file_time& listed) const;

private:
    static constexpr std::size_t most = 10'000;  // some 2 MiB; beyond, some are shown as they are listed again

    std::unordered_map<remote_path, std::chrono::sys_seconds> times_;
};

}  // namespace ftpfs::fs
