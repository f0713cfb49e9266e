#include "ftpfs/fs/exact_times.hpp"

namespace ftpfs::fs {

using std::chrono::sys_seconds;

bool is_beginning_of(const file_time& listed, sys_seconds exact) noexcept
{
    if (listed.source != time_source::listing) {
        return false;
    }
    switch (listed.precision) {
    case time_precision::day: return sys_seconds{std::chrono::floor<std::chrono::days>(exact)} == listed.value;
    case time_precision::minute: return sys_seconds{std::chrono::floor<std::chrono::minutes>(exact)} == listed.value;
    case time_precision::second:
    case time_precision::unknown: break;
    }
    return false;
}

void exact_times::note(const remote_path& path, const file_time& fact)
{
    if (fact.source != time_source::fact || fact.precision != time_precision::second) {
        return;
    }
    if (times_.size() >= most && !times_.contains(path)) {
        times_.erase(times_.begin());
    }
    times_.insert_or_assign(path, fact.value);
}

void exact_times::move(const remote_path& from, const remote_path& to)
{
    auto moved = times_.extract(from);
    times_.erase(to);
    if (moved) {
        moved.key() = to;
        times_.insert(std::move(moved));
    }
}

sys_seconds exact_times::refined(const remote_path& path, const file_time& listed) const
{
    const auto exact = times_.find(path);
    return exact != times_.end() && is_beginning_of(listed, exact->second) ? exact->second : listed.value;
}

}  // namespace ftpfs::fs
