#include "ftpfs/cache/directory_snapshot.hpp"

#include <bit>
#include <functional>
#include <limits>

namespace ftpfs::cache {
namespace {

// What a record can say of a name or a link's target: many times what a line of a listing may have.
constexpr std::size_t longest = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t all_text = std::numeric_limits<std::uint32_t>::max();

std::size_t hash_of(std::string_view name) noexcept
{
    return std::hash<std::string_view>{}(name);
}

}  // namespace

directory_snapshot::directory_snapshot(std::vector<directory_entry> entries, bool complete) : complete_{complete}
{
    std::size_t text = 0;
    for (const auto& entry : entries) {
        text += entry.name.str().size() + entry.attributes.link_target.size();
    }
    records_.reserve(entries.size());
    texts_.reserve(text);
    for (const auto& entry : entries) {
        pack(entry);
    }
    index();
}

void directory_snapshot::pack(const directory_entry& entry)
{
    const auto& known = entry.attributes;
    const auto& name = entry.name.str();
    const auto& target = known.link_target;
    if (name.size() > longest || target.size() > longest || texts_.size() > all_text) {
        complete_ = false;
        return;
    }
    record packed{};
    packed.size = known.size.value_or(0);
    packed.modified = known.modified.value;
    packed.text = static_cast<std::uint32_t>(texts_.size());
    packed.name_length = static_cast<std::uint16_t>(name.size());
    packed.target_length = static_cast<std::uint16_t>(target.size());
    packed.mode = known.mode.value_or(0);
    packed.kind = known.kind;
    packed.precision = known.modified.precision;
    packed.source = known.modified.source;
    packed.has_size = known.size.has_value();
    packed.size_is_exact = known.size_is_exact;
    packed.has_mode = known.mode.has_value();
    records_.push_back(packed);
    texts_ += name;
    texts_ += target;
}

void directory_snapshot::index()
{
    slots_.resize(std::bit_ceil(records_.size() * 2 + 1));
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t number = 0; number < records_.size(); ++number) {
        auto slot = hash_of(name(number)) & mask;
        while (slots_[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        slots_[slot] = static_cast<std::uint32_t>(number + 1);
    }
}

std::string_view directory_snapshot::name(std::size_t index) const noexcept
{
    const auto& packed = records_[index];
    return std::string_view{texts_}.substr(packed.text, packed.name_length);
}

file_attributes directory_snapshot::attributes(std::size_t index) const
{
    const auto& packed = records_[index];
    file_attributes known;
    known.kind = packed.kind;
    if (packed.has_size) {
        known.size = packed.size;
    }
    known.size_is_exact = packed.size_is_exact;
    if (packed.has_mode) {
        known.mode = packed.mode;
    }
    known.modified = {packed.modified, packed.precision, packed.source};
    known.link_target = texts_.substr(packed.text + packed.name_length, packed.target_length);
    return known;
}

directory_entry directory_snapshot::operator[](std::size_t index) const
{
    return {file_name::make(name(index)).value(), attributes(index)};  // it was one before it was packed
}

std::optional<std::size_t> directory_snapshot::find(std::string_view wanted) const noexcept
{
    const std::size_t mask = slots_.size() - 1;
    for (auto slot = hash_of(wanted) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const std::size_t number = slots_[slot] - 1;
        if (name(number) == wanted) {
            return number;
        }
    }
    return std::nullopt;
}

std::uint64_t directory_snapshot::charge() const noexcept
{
    return sizeof(*this) + records_.capacity() * sizeof(record) + texts_.capacity() +
           slots_.capacity() * sizeof(slots_[0]);
}

}  // namespace ftpfs::cache
