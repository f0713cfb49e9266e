#include "ftpfs/cache/directory_snapshot.hpp"

#include <bit>
#include <functional>

namespace ftpfs::cache {
namespace {

// Short strings live inside the object; only longer ones have memory of their own.
std::uint64_t heap_of(const std::string& text)
{
    constexpr std::size_t inside = 15;
    return text.size() > inside ? text.capacity() + 1 : 0;
}

std::size_t hash_of(std::string_view name) noexcept
{
    return std::hash<std::string_view>{}(name);
}

}  // namespace

directory_snapshot::directory_snapshot(std::vector<directory_entry> entries, bool complete)
    : entries_{std::move(entries)}, slots_(std::bit_ceil(entries_.size() * 2 + 1)), complete_{complete}
{
    const std::size_t mask = slots_.size() - 1;
    charge_ = sizeof(*this) + entries_.capacity() * sizeof(directory_entry) + slots_.size() * sizeof(slots_[0]);
    for (std::size_t number = 0; number < entries_.size(); ++number) {
        const auto& entry = entries_[number];
        charge_ += heap_of(entry.name.str()) + heap_of(entry.attributes.link_target);
        auto slot = hash_of(entry.name.str()) & mask;
        while (slots_[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        slots_[slot] = static_cast<std::uint32_t>(number + 1);
    }
}

const directory_entry* directory_snapshot::find(std::string_view name) const noexcept
{
    const std::size_t mask = slots_.size() - 1;
    for (auto slot = hash_of(name) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const auto& entry = entries_[slots_[slot] - 1];
        if (entry.name.str() == name) {
            return &entry;
        }
    }
    return nullptr;
}

}  // namespace ftpfs::cache
