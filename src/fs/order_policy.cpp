#include "ftpfs/fs/order_policy.hpp"

#include <algorithm>

namespace ftpfs::fs {
namespace {

// Files handed out and not used yet: what all sessions have under way, and as much again that waits to be opened.
constexpr std::size_t first_reach = 4;
constexpr std::size_t longest_reach = 32;

// Directories read at the same time by different programs, and the parents of a walk.
constexpr std::size_t most_directories = 8;

// Files that may be left out (by their names, or because they are known) without breaking the order.
constexpr std::size_t most_left_out = 4;
// Several readers side by side (xargs -P, make -j) open a little out of order.
constexpr std::size_t disorder = 16;

// After wrong guesses: so many files in order, at most, before the next one.
constexpr std::size_t most_needed = 32;

// A program that has not come so far after this time does something else.
constexpr std::chrono::seconds keep{30};

bool is_worth_it(const file_attributes& known)
{
    return known.kind == file_kind::regular && known.size && *known.size > 0 && *known.size <= order_policy::small_file;
}

}  // namespace

void order_policy::listed(const remote_path& directory, cache::shared_snapshot entries)
{
    const bool goes_on = is_believed();
    std::erase_if(directories_, [&](const auto& one) { return one.path == directory; });
    if (coming_ && coming_->path == directory && coming_->entries == entries) {
        directories_.push_front(*std::exchange(coming_, std::nullopt));
    } else {
        directories_.push_front({directory, std::move(entries)});
        directories_.front().in_a_row = goes_on ? needed_ : 0;
    }
    if (directories_.size() > most_directories) {
        directories_.pop_back();
    }
}

// One wrong directory costs as much as all that was right before: so only after some files that were used.
bool order_policy::is_believed() const
{
    return !directories_.empty() && reach_ > first_reach && directories_.front().in_a_row >= needed_;
}

bool order_policy::is_exhausted(known_directory& directory)
{
    const auto& entries = *directory.entries;
    while (directory.cursor < entries.size() && !is_worth_it(entries.attributes(directory.cursor))) {
        ++directory.cursor;
    }
    return directory.cursor >= entries.size();
}

bool order_policy::wants_directory()
{
    return !coming_ && is_believed() && ahead_.size() < reach_ && is_exhausted(directories_.front());
}

void order_policy::foresee(const remote_path& directory, cache::shared_snapshot entries)
{
    const bool is_known = std::ranges::find(directories_, directory, &known_directory::path) != directories_.end();
    if (!is_known) {
        coming_ = known_directory{directory, std::move(entries)};
        coming_->in_a_row = needed_;
    }
}

void order_policy::opened(const remote_path& file, time_point now)
{
    expire(now);
    if (const auto found = find(file); found != ahead_.end()) {
        bytes_ahead_ -= found->size;
        ahead_.erase(found);
        ++used_;
        needed_ = 2;
        reach_ = std::min(std::max(reach_, first_reach / 2) * 2, longest_reach);
    }
    const auto directory = std::ranges::find(directories_, file.parent(), &known_directory::path);
    if (directory == directories_.end()) {
        return;
    }
    const auto index = directory->entries->find(file.name());
    if (!index) {
        return;
    }
    follow(*directory, *index);
    drop_passed(directory->path, *index);
    std::rotate(directories_.begin(), directory, directory + 1);
}

void order_policy::follow(known_directory& directory, std::size_t index)
{
    if (index + 1 == directory.last) {
        return;  // opened once more
    }
    const bool forward = index >= directory.last;
    std::size_t passed = 0;
    for (auto i = directory.last; i < index && passed <= most_left_out; ++i) {
        passed += is_worth_it(directory.entries->attributes(i)) ? 1U : 0U;
    }
    const bool was_read = directory.last > 0 || directory.in_a_row > 0;
    const bool late = !forward && directory.last - index <= disorder;
    if (!was_read || (!forward && !late) || passed > most_left_out) {
        directory.in_a_row = 1;
        directory.last = index + 1;
        directory.cursor = directory.last;
        reach_ = was_read ? reach_ / 2 : reach_;
        return;
    }
    ++directory.in_a_row;
    directory.last = std::max(directory.last, index + 1);
    directory.cursor = std::max(directory.cursor, directory.last);
    if (directory.in_a_row >= needed_) {
        reach_ = std::max(reach_, first_reach);
    }
}

std::optional<remote_path> order_policy::next(time_point now)
{
    expire(now);
    if (directories_.empty() || ahead_.size() >= reach_ || directories_.front().in_a_row < needed_) {
        return std::nullopt;
    }
    if (!is_exhausted(directories_.front())) {
        return hand_out(directories_.front(), now);
    }
    if (coming_ && !is_exhausted(*coming_)) {
        return hand_out(*coming_, now);
    }
    return std::nullopt;
}

std::optional<remote_path> order_policy::hand_out(known_directory& from, time_point now)
{
    const auto entry = (*from.entries)[from.cursor];
    const auto size = *entry.attributes.size;
    if (bytes_ahead_ + size > most_bytes_) {
        return std::nullopt;
    }
    auto path = from.path / entry.name;
    ahead_.push_back({path, from.cursor++, size, now});
    bytes_ahead_ += size;
    return path;
}

void order_policy::forget(const remote_path& file)
{
    if (const auto found = find(file); found != ahead_.end()) {
        bytes_ahead_ -= found->size;
        ahead_.erase(found);
    }
}

void order_policy::refused(const remote_path& file)
{
    const auto found = find(file);
    if (found == ahead_.end()) {
        return;
    }
    const auto directory = std::ranges::find(directories_, file.parent(), &known_directory::path);
    if (directory != directories_.end() && found->index >= directory->last) {
        directory->cursor = std::min(directory->cursor, found->index);
    }
    if (coming_ && coming_->path == file.parent()) {
        coming_->cursor = std::min(coming_->cursor, found->index);
    }
    forget(file);
}

std::vector<remote_path> order_policy::take_wasted()
{
    return std::exchange(wasted_, {});
}

void order_policy::drop_passed(const remote_path& directory, std::size_t index)
{
    for (std::size_t i = 0; i < ahead_.size();) {
        const bool passed = ahead_[i].index + disorder < index && ahead_[i].path.parent() == directory;
        passed ? waste(ahead_.begin() + static_cast<std::ptrdiff_t>(i)) : void(++i);
    }
}

void order_policy::expire(time_point now)
{
    // In the order of their time.
    while (!ahead_.empty() && ahead_.front().since + keep <= now) {
        waste(ahead_.begin());
    }
}

void order_policy::waste(std::vector<handed_out>::iterator which)
{
    wasted_.push_back(which->path);
    ++all_wasted_;
    bytes_ahead_ -= which->size;
    ahead_.erase(which);
    if (reach_ > 0) {
        reach_ = 0;
        needed_ = std::min(needed_ * 2, most_needed);
        coming_.reset();
        for (auto& directory : directories_) {
            directory.in_a_row = 0;
        }
    }
}

std::vector<order_policy::handed_out>::iterator order_policy::find(const remote_path& file)
{
    return std::ranges::find(ahead_, file, &handed_out::path);
}

}  // namespace ftpfs::fs
