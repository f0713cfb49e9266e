#include "ftpfs/cache/disk_entry.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

namespace ftpfs::cache {
namespace {

// The version of the format is its last digit.
constexpr std::array<char, 8> magic{'f', 't', 'p', 'f', 's', 'D', 'C', '1'};

constexpr std::uint64_t page = 4096;
// Larger ones no file system of ours holds; sums stay far from overflow.
constexpr std::uint64_t largest_file = std::uint64_t{1} << 50;

struct raw_header {
    std::array<char, 8> magic;
    std::uint64_t checksum;  // of all that follows, server and path included
    std::uint64_t identity;
    std::uint64_t size;
    std::int64_t listed;
    std::int64_t fact;
    std::int64_t listed_seen;
    std::int64_t fact_seen;
    std::uint32_t listed_precision;
    std::uint32_t fact_precision;
    std::uint32_t server_length;
    std::uint32_t path_length;
};
static_assert(std::is_trivially_copyable_v<raw_header> && std::has_unique_object_representations_v<raw_header>);
static_assert(sizeof(raw_header) + entry_header::max_key <= entry_header::max_size);
constexpr std::size_t checked_from = sizeof(raw_header::magic) + sizeof(raw_header::checksum);

struct raw_record {
    std::uint64_t block_checksum;
    std::int64_t fetched;
    std::uint64_t length;
    std::uint64_t checksum;  // of the three, with the place
};
static_assert(sizeof(raw_record) == record_size && std::has_unique_object_representations_v<raw_record>);

constexpr std::uint64_t rounded_up(std::uint64_t value, std::uint64_t step)
{
    return (value + step - 1) / step * step;
}

std::uint64_t seed_of(const entry_header& header, std::uint64_t index) noexcept
{
    return header.identity + index * 0x9E3779B97F4A7C15U;
}

std::uint64_t record_checksum(const entry_header& header, std::uint64_t index, const raw_record& raw) noexcept
{
    // Never that of a hole.
    return XXH3_64bits_withSeed(&raw, offsetof(raw_record, checksum), ~seed_of(header, index)) | 1U;
}

constexpr std::int64_t number_of(std::chrono::sys_seconds time)
{
    return time.time_since_epoch().count();
}

constexpr std::chrono::sys_seconds time_of(std::int64_t number)
{
    return std::chrono::sys_seconds{std::chrono::seconds{number}};
}

std::optional<time_stamp> stamp_of(std::int64_t value, std::uint32_t precision, std::int64_t seen, time_source source)
{
    if (precision > static_cast<std::uint32_t>(time_precision::second)) {
        return std::nullopt;
    }
    time_stamp stamp;
    stamp.time.precision = static_cast<time_precision>(precision);
    stamp.time.value = time_of(value);
    stamp.time.source = source;
    stamp.seen = time_of(seen);
    return stamp;
}

}  // namespace

std::string entry_name(const entry_key& key)
{
    std::string both = key.server;
    both += '\0';
    both += key.path;
    XXH128_canonical_t bytes;
    XXH128_canonicalFromHash(&bytes, XXH3_128bits(both.data(), both.size()));
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string name;
    for (const unsigned char byte : bytes.digest) {
        name += digits[byte >> 4U];
        name += digits[byte & 15U];
    }
    return name;
}

bool is_entry_name(std::string_view name) noexcept
{
    return name.size() == 32 && name.find_first_not_of("0123456789abcdef") == name.npos;
}

std::size_t entry_header::block_length(std::uint64_t index) const noexcept
{
    const auto begin = index * block_size;
    return begin >= version.size ? 0
                                 : static_cast<std::size_t>(std::min<std::uint64_t>(version.size - begin, block_size));
}

std::uint64_t entry_header::record_offset(std::uint64_t index) const noexcept
{
    return rounded_up(sizeof(raw_header) + key.server.size() + key.path.size(), record_size) + index * record_size;
}

std::uint64_t entry_header::block_offset(std::uint64_t index) const noexcept
{
    return rounded_up(record_offset(blocks()), page) + index * block_size;
}

std::optional<std::vector<std::byte>> encode(const entry_header& header)
{
    const auto& [server, path] = header.key;
    if (server.size() + path.size() > entry_header::max_key || header.version.size > largest_file) {
        return std::nullopt;
    }
    raw_header raw{};
    raw.magic = magic;
    raw.identity = header.identity;
    const auto& [size, listed, fact] = header.version;
    raw.size = size;
    raw.listed = number_of(listed.time.value);
    raw.fact = number_of(fact.time.value);
    raw.listed_seen = number_of(listed.seen);
    raw.fact_seen = number_of(fact.seen);
    raw.listed_precision = static_cast<std::uint32_t>(listed.time.precision);
    raw.fact_precision = static_cast<std::uint32_t>(fact.time.precision);
    raw.server_length = static_cast<std::uint32_t>(server.size());
    raw.path_length = static_cast<std::uint32_t>(path.size());
    std::vector<std::byte> bytes(sizeof(raw) + server.size() + path.size());
    std::memcpy(bytes.data(), &raw, sizeof raw);
    std::memcpy(bytes.data() + sizeof raw, server.data(), server.size());
    std::memcpy(bytes.data() + sizeof raw + server.size(), path.data(), path.size());
    raw.checksum = XXH3_64bits(bytes.data() + checked_from, bytes.size() - checked_from);
    std::memcpy(bytes.data(), &raw, sizeof raw);
    return bytes;
}

std::optional<entry_header> decode(std::span<const std::byte> bytes)
{
    raw_header raw{};
    if (bytes.size() < sizeof raw) {
        return std::nullopt;
    }
    std::memcpy(&raw, bytes.data(), sizeof raw);
    const auto key_size = std::uint64_t{raw.server_length} + raw.path_length;
    if (raw.magic != magic || key_size > entry_header::max_key || bytes.size() - sizeof raw < key_size ||
        raw.size > largest_file) {
        return std::nullopt;
    }
    const auto size = sizeof raw + static_cast<std::size_t>(key_size);
    if (XXH3_64bits(bytes.data() + checked_from, size - checked_from) != raw.checksum) {
        return std::nullopt;
    }
    const auto listed = stamp_of(raw.listed, raw.listed_precision, raw.listed_seen, time_source::listing);
    const auto fact = stamp_of(raw.fact, raw.fact_precision, raw.fact_seen, time_source::fact);
    if (!listed || !fact) {
        return std::nullopt;
    }
    const auto* const text = reinterpret_cast<const char*>(bytes.data()) + sizeof raw;
    entry_header header;
    header.key.server.assign(text, raw.server_length);
    header.key.path.assign(text + raw.server_length, raw.path_length);
    header.version.size = raw.size;
    header.version.listed = *listed;
    header.version.fact = *fact;
    header.identity = raw.identity;
    return header;
}

std::uint64_t block_checksum(const entry_header& header, std::uint64_t index, std::span<const std::byte> block) noexcept
{
    return XXH3_64bits_withSeed(block.data(), block.size(), seed_of(header, index));
}

void encode(const entry_header& header, std::uint64_t index, const block_record& record,
            std::span<std::byte, record_size> into) noexcept
{
    raw_record raw{};
    raw.block_checksum = record.checksum;
    raw.fetched = number_of(record.fetched);
    raw.length = header.block_length(index);
    raw.checksum = record_checksum(header, index, raw);
    std::memcpy(into.data(), &raw, sizeof raw);
}

record_state decode(const entry_header& header, std::uint64_t index, std::span<const std::byte, record_size> bytes,
                    block_record& into) noexcept
{
    raw_record raw{};
    std::memcpy(&raw, bytes.data(), sizeof raw);
    if (std::ranges::all_of(bytes, [](std::byte one) { return one == std::byte{0}; })) {
        return record_state::absent;
    }
    if (raw.checksum != record_checksum(header, index, raw) || raw.length == 0 ||
        raw.length != header.block_length(index)) {
        return record_state::broken;
    }
    into.checksum = raw.block_checksum;
    into.fetched = time_of(raw.fetched);
    return record_state::valid;
}

}  // namespace ftpfs::cache
