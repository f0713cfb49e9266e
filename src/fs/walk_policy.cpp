#include "ftpfs/fs/walk_policy.hpp"

#include <algorithm>

namespace ftpfs::fs {
namespace {

// The first time two listings may be in vain; they double from there.
constexpr std::size_t first_reach = 2;
// Some times what all sessions have under way, so that none waits for the program between two directories.
constexpr std::size_t longest_reach = 32;
// A walk that is further behind than this sees the listings expire.
constexpr std::size_t most_candidates = 1024;
// After wrong guesses: so many directories opened as foreseen, at most, before the next one.
constexpr std::size_t most_needed = 16;

}  // namespace

walk_policy::place walk_policy::find(const remote_path& directory)
{
    if (!known_.contains(directory)) {
        return candidates_.end();
    }
    return std::ranges::find(candidates_, directory, &candidate::path);
}

void walk_policy::opened(const remote_path& directory, const names& directories, time_point now)
{
    expire(now);
    const auto found = find(directory);
    if (found == candidates_.end() && !candidates_.empty() && last_.is_within(directory)) {
        return;  // back from where it was: find opens ".." and goes on from there
    }
    last_ = directory;
    if (found == candidates_.end()) {
        // Another walk may begin here, or a program looks around.
        in_a_row_ = 0;
        reach_ /= 2;
        insert(candidates_.begin(), directories, directory);
        return;
    }
    believe(found->ahead);
    const auto at = found - candidates_.begin();
    const bool expanded = found->expanded;
    remove(found);
    if (!expanded) {
        insert(candidates_.begin() + at, directories, directory);
    }
}

void walk_policy::believe(bool was_ahead)
{
    ++in_a_row_;
    if (was_ahead) {
        ++used_;
        needed_ = 1;
        reach_ = std::min(std::max(reach_ * 2, first_reach), longest_reach);
    } else if (reach_ == 0 && in_a_row_ >= needed_) {
        reach_ = first_reach;
    }
}

std::optional<remote_path> walk_policy::next(time_point now)
{
    expire(now);
    if (ahead_ >= reach_) {
        return std::nullopt;
    }
    const auto found = std::ranges::find(candidates_, false, &candidate::ahead);
    if (found == candidates_.end()) {
        return std::nullopt;
    }
    found->ahead = true;
    found->since = now;
    ++ahead_;
    return found->path;
}

void walk_policy::landed(const remote_path& directory, const names& directories)
{
    const auto found = find(directory);
    if (found == candidates_.end() || found->expanded) {
        return;
    }
    found->expanded = true;
    insert(found + 1, directories, directory);
}

std::optional<remote_path> walk_policy::upcoming() const
{
    const bool is_next = reach_ > 0 && !candidates_.empty() && candidates_.front().expanded;
    return is_next ? std::optional{candidates_.front().path} : std::nullopt;
}

void walk_policy::failed(const remote_path& directory)
{
    if (const auto found = find(directory); found != candidates_.end()) {
        remove(found);
    }
}

void walk_policy::refused(const remote_path& directory)
{
    if (const auto found = find(directory); found != candidates_.end() && found->ahead) {
        found->ahead = false;
        --ahead_;
    }
}

void walk_policy::insert(place before, const names& directories, const remote_path& directory)
{
    std::vector<candidate> fresh;
    for (const auto& name : directories) {
        if (fresh.size() == most_candidates) {
            break;
        }
        auto path = directory / name;
        if (known_.insert(path).second) {
            fresh.emplace_back(std::move(path));
        }
    }
    candidates_.insert(before, std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
    while (candidates_.size() > most_candidates) {
        remove(candidates_.end() - 1);
    }
}

void walk_policy::expire(time_point now)
{
    const auto is_late = [&](const candidate& one) { return one.ahead && one.since + keep_ <= now; };
    for (;;) {
        const auto late = std::ranges::find_if(candidates_, is_late);
        if (late == candidates_.end()) {
            return;
        }
        remove(late);
        ++wasted_;
        if (reach_ > 0) {
            give_up();
        }
    }
}

void walk_policy::give_up()
{
    reach_ = 0;
    in_a_row_ = 0;
    needed_ = std::min(needed_ * 2, most_needed);
}

void walk_policy::remove(place which)
{
    ahead_ -= which->ahead ? 1U : 0U;
    known_.erase(which->path);
    candidates_.erase(which);
}

}  // namespace ftpfs::fs
