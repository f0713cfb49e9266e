// What metadata asks of the server: one command for all who want to know the same.
#include "ftpfs/core/link_target.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/fs/metadata.hpp"
#include "ftpfs/fs/path_failure.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace ftpfs::fs {
namespace {

// Programs read a directory in the order of its listing (cp, tar, grep) or of its names (rsync, a shell's *): sorted,
// that is the same, and what they read next is known. Of equal names the first stays the first.
void sort_by_name(std::vector<directory_entry>& entries)
{
    // More would hold up the loop for tens of milliseconds.
    constexpr std::size_t most = 20'000;
    const auto earlier = [](const directory_entry& a, const directory_entry& b) { return a.name.str() < b.name.str(); };
    if (entries.size() <= most && !std::ranges::is_sorted(entries, earlier)) {
        std::ranges::stable_sort(entries, earlier);
    }
}

}  // namespace

awaitable<result<cache::shared_snapshot>> metadata::list(remote_path directory)
{
    if (const auto* listing = directories_.find(directory); listing != nullptr && is_fresh(*listing)) {
        co_return directories_.merged(directory);
    }
    co_return co_await fetch_listing(std::move(directory));
}

awaitable<result<cache::shared_snapshot>> metadata::fetch_listing(remote_path directory)
{
    if (const auto ahead = ahead_.find(directory); ahead != ahead_.end()) {
        ahead->second = true;
    }
    auto compute = [this, directory] { return list_now(directory); };
    return listings_.run(directory, std::move(compute));
}

bool metadata::has_fresh_listing(const remote_path& directory)
{
    const auto* listing = directories_.find(directory);
    return listing != nullptr && is_fresh(*listing);
}

cache::shared_snapshot metadata::peek_listing(const remote_path& directory)
{
    const auto* listing = directories_.find(directory);
    return listing != nullptr && is_fresh(*listing) ? listing->snapshot : nullptr;
}

awaitable<result<cache::shared_snapshot>> metadata::list_ahead(remote_path directory)
{
    if (!listings_.in_flight(directory)) {
        ahead_.insert_or_assign(directory, false);
    }
    auto compute = [this, directory] { return list_ahead_now(directory); };
    return listings_.run(directory, std::move(compute));
}

awaitable<result<cache::shared_snapshot>> metadata::list_ahead_now(remote_path directory)
{
    auto answer = co_await take_listing(directory, true);
    const auto ahead = ahead_.extract(directory);
    if (!answer && answer.error() == errc::busy && ahead && ahead.mapped()) {
        co_return co_await take_listing(std::move(directory), false);
    }
    co_return answer;
}

awaitable<result<cache::shared_snapshot>> metadata::list_now(remote_path directory)
{
    return take_listing(std::move(directory), false);
}

awaitable<result<cache::shared_snapshot>> metadata::take_listing(remote_path directory, bool ahead)
{
    const question_under_way asking{*this};
    cache::listed_directory listing;
    listing.asked = now_();
    ++counters_.listings;
    auto waiting = ahead ? remote_.list_ahead(directory) : remote_.list(directory);
    auto answer = co_await std::move(waiting);
    if (!answer) {
        counters_.listings -= ahead && answer.error() == errc::busy ? 1U : 0U;
        if (answer.error() == errc::not_found || answer.error() == errc::not_a_directory) {
            directories_.erase(directory);
            distrust(directory);
        }
        co_return about(directory, std::move(answer).error());
    }
    std::erase_if(answer->entries, [this](const directory_entry& entry) { return is_hidden(entry.attributes); });
    lists_facts_ = lists_facts_ || (!answer->entries.empty() &&
                                    answer->entries.front().attributes.modified.source == time_source::fact);
    sort_by_name(answer->entries);
    listing.took = now_() - listing.asked;
    listing.snapshot = std::make_shared<const cache::directory_snapshot>(std::move(answer->entries), answer->complete);
    auto snapshot = listing.snapshot;
    if (asking.is_overtaken(directory)) {
        co_return snapshot;
    }
    directories_.store(directory, std::move(listing));
    asking.amend(directory);
    for (const auto& [path, attributes] : overlays_) {
        if (path.parent() == directory) {
            directories_.change(directory, path.name(), attributes);
        }
    }
    co_return directories_.merged(directory);
}

awaitable<result<known_name>> metadata::fetch_attributes(remote_path path)
{
    auto compute = [this, path] { return stat_now(path); };
    return stats_.run(path, std::move(compute));
}

awaitable<result<known_name>> metadata::stat_now(remote_path path)
{
    const question_under_way asking{*this};
    cache::known_object object;
    object.asked = now_();
    ++counters_.stats;
    auto answer = co_await remote_.stat(path);
    if (!answer && answer.error() != errc::not_found) {
        co_return about(path, std::move(answer).error());
    }
    if (answer && !is_hidden(*answer)) {
        object.attributes = *std::move(answer);
    }
    if (asking.is_overtaken(path)) {
        if (auto known = latest(path.parent(), path, path.name()); known && !known->doubtful) {
            co_return std::move(known->what);
        }
    }
    known_name known;
    known.attributes = object.attributes;
    known.expires = object.asked + (object.attributes ? settings_.attr_ttl : settings_.negative_ttl);
    objects_.store(path, std::move(object));
    if (auto shown = latest(path.parent(), path, path.name())) {
        known.attributes = std::move(shown->what.attributes);  // with a time that is only remembered here
    }
    co_return known;
}

awaitable<result<std::string>> metadata::read_link(remote_path path)
{
    FTPFS_CO_TRY(auto known, co_await attributes_of(path));
    if (known.attributes->kind != file_kind::symlink) {
        co_return failure{errc::invalid_name, path.str() + " is not a symbolic link"};
    }
    if (!known.attributes->link_target.empty()) {
        co_return shown_target(path, std::move(known.attributes->link_target));
    }
    auto compute = [this, path] { return read_link_now(path); };
    auto waiting = links_.run(path, std::move(compute));
    FTPFS_CO_TRY(auto target, co_await std::move(waiting));
    co_return shown_target(path, std::move(target));
}

// Kept as the server says it, so that what is known does not depend on where the link is seen.
result<std::string> metadata::shown_target(const remote_path& link, std::string target) const
{
    if (settings_.symlinks != link_policy::contain) {
        return target;
    }
    auto inside = contained_target(link, target, remote_.root());
    if (!inside) {
        return failure{errc::permission_denied, fmt::format("{} leads out of the mount, to {}; symlinks=show lets it",
                                                            printable(link.str()), printable(target))};
    }
    return *std::move(inside);
}

bool metadata::is_hidden(const file_attributes& attributes) const noexcept
{
    return settings_.symlinks == link_policy::hide && attributes.kind == file_kind::symlink;
}

awaitable<result<std::string>> metadata::read_link_now(remote_path path)
{
    auto target = co_await remote_.read_link(path);
    if (!target) {
        co_return about(path, std::move(target).error());
    }
    if (auto answer = latest(path.parent(), path, path.name()); answer && answer->what.attributes) {
        cache::known_object object;
        object.attributes = std::move(answer->what.attributes);
        object.attributes->link_target = *target;
        object.asked = answer->asked;
        objects_.store(path, std::move(object));
    }
    co_return target;
}

}  // namespace ftpfs::fs
