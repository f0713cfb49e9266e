#include "ftpfs/cache/directory_cache.hpp"

#include <vector>

namespace ftpfs::cache {

std::optional<file_attributes> listed_directory::find(std::string_view name) const
{
    if (const auto changed = changes.find(name); changed != changes.end()) {
        return changed->second;
    }
    const auto entry = snapshot->find(name);
    return entry ? std::optional{snapshot->attributes(*entry)} : std::nullopt;
}

void directory_cache::store(const remote_path& directory, listed_directory listing)
{
    // The node of the map and its place in the table of buckets.
    constexpr std::uint64_t bookkeeping = 128;
    const auto charge = listing.snapshot->charge() + directory.str().size() + bookkeeping;
    listings_.put(directory, std::move(listing), charge);
}

void directory_cache::change(const remote_path& directory, std::string_view name,
                             std::optional<file_attributes> attributes)
{
    if (auto* listing = listings_.find(directory)) {
        listing->changes.insert_or_assign(std::string{name}, std::move(attributes));
    }
}

shared_snapshot directory_cache::merged(const remote_path& directory)
{
    auto* known = listings_.find(directory);
    if (known == nullptr) {
        return nullptr;
    }
    if (known->changes.empty()) {
        return known->snapshot;
    }
    listed_directory listing = std::move(*known);
    std::vector<directory_entry> entries;
    entries.reserve(listing.snapshot->size() + listing.changes.size());
    for (const auto& entry : *listing.snapshot) {
        const auto changed = listing.changes.find(entry.name.str());
        if (changed == listing.changes.end()) {
            entries.push_back(entry);
        } else if (changed->second) {
            entries.emplace_back(entry.name, std::move(*changed->second));
            changed->second.reset();
        }
    }
    for (auto& [name, attributes] : listing.changes) {
        if (auto valid = file_name::make(name); attributes && valid) {
            entries.emplace_back(*std::move(valid), std::move(*attributes));
        }
    }
    listing.changes.clear();
    listing.snapshot = std::make_shared<const directory_snapshot>(std::move(entries), listing.snapshot->complete());
    auto snapshot = listing.snapshot;
    store(directory, std::move(listing));
    return snapshot;
}

void directory_cache::erase_tree(const remote_path& directory)
{
    listings_.erase_if([&](const remote_path& path, const listed_directory&) { return path.is_within(directory); });
}

}  // namespace ftpfs::cache
