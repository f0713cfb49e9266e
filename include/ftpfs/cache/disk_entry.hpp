// What one file of the disk cache looks like: header, one record per block, blocks.
//
//   0               header: magic, checksum, identity of the entry, version, whose server and which path
//   records_begin   32 bytes per block: checksum of the block, length, when fetched, checksum of the record
//   blocks_begin    block i at blocks_begin + i * block_size, sparse
//
// Nothing in such a file is believed before its checksum is right: a crash may leave any part of it unwritten, and
// anybody's bytes may lie there. Each entry has a random identity that goes into all its checksums, so that old bytes
// of another entry, which a file system may show after a power failure, are never taken for those of this one. A record
// is written after its block; zeros mean that there is no block. In the byte order of this machine: on another the
// magic does not fit. Decides and computes only. Plain values.
#pragma once

#include "ftpfs/cache/block_cache.hpp"
#include "ftpfs/cache/disk_version.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ftpfs::cache {

struct entry_key {
    std::string server;  // whose tree: who logs in where, and which directory is the root
    std::string path;    // in it

    bool operator==(const entry_key&) const = default;
};

// 32 hexadecimal digits. Two keys may have the same name, by accident or malice: the header tells them apart.
std::string entry_name(const entry_key& key);
bool is_entry_name(std::string_view name) noexcept;

struct entry_header {
    entry_key key;
    disk_version version;
    std::uint64_t identity = 0;

    // The longest header; server and path together are at most max_key bytes.
    static constexpr std::size_t max_key = 8192;
    static constexpr std::size_t max_size = max_key + 128;

    std::uint64_t blocks() const noexcept { return (version.size + block_size - 1) / block_size; }
    std::size_t block_length(std::uint64_t index) const noexcept;
    std::uint64_t record_offset(std::uint64_t index) const noexcept;
    std::uint64_t block_offset(std::uint64_t index) const noexcept;
    // Of the whole file, if it were complete.
    std::uint64_t full_size() const noexcept { return block_offset(0) + version.size; }

    bool operator==(const entry_header&) const = default;
};

// Nothing if the key is too long, or the file too large for a file system.
std::optional<std::vector<std::byte>> encode(const entry_header& header);
// `bytes` is the beginning of a file. Nothing unless it is a header with the right checksum.
std::optional<entry_header> decode(std::span<const std::byte> bytes);

constexpr std::size_t record_size = 32;

struct block_record {
    std::uint64_t checksum = 0;  // of the block's bytes
    std::chrono::sys_seconds fetched{};

    bool operator==(const block_record&) const = default;
};

enum class record_state : std::uint8_t { absent, valid, broken };

std::uint64_t block_checksum(const entry_header& header, std::uint64_t index,
                             std::span<const std::byte> block) noexcept;
void encode(const entry_header& header, std::uint64_t index, const block_record& record,
            std::span<std::byte, record_size> into) noexcept;
record_state decode(const entry_header& header, std::uint64_t index, std::span<const std::byte, record_size> bytes,
                    block_record& into) noexcept;

}  // namespace ftpfs::cache
