#include "ftpfs/fs/exact_times.hpp"

namespace ftpfs::fs {

using std::chrono::sys_seconds;

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
    const bool is_coarse = listed.source == time_source::listing &&
                           (listed.precision == time_precision::minute || listed.precision == time_precision::day);
    const auto exact = is_coarse ? times_.find(path) : times_.end();
    if (exact == times_.end()) {
        return listed.value;
    }
    const auto beginning = listed.precision == time_precision::day
                               ? sys_seconds{std::chrono::floor<std::chrono::days>(exact->second)}
                               : sys_seconds{std::chrono::floor<std::chrono::minutes>(exact->second)};
    return beginning == listed.value ? exact->second : listed.value;
}

}  // namespace ftpfs::fs
