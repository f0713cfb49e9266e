// Which bytes of a file something is true of: disjoint ranges [begin, end) in order, neighbours joined. Plain value.
//
// Logarithmic in the number of ranges, for files that are written in a million places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace ftpfs::fs {

struct byte_range {
    std::uint64_t begin;
    std::uint64_t end;

    bool operator==(const byte_range&) const = default;
};

class interval_set {
public:
    // Nothing happens if the range is empty.
    void add(std::uint64_t begin, std::uint64_t end);
    // Takes everything from `begin` on out.
    void remove_from(std::uint64_t begin);

    // The first stretch of [begin, end) that is not in the set.
    std::optional<byte_range> first_gap(std::uint64_t begin, std::uint64_t end) const;

    bool empty() const noexcept { return ranges_.empty(); }
    std::size_t count() const noexcept { return ranges_.size(); }
    // Bytes in all ranges.
    std::uint64_t total() const noexcept;
    // begin → end.
    const std::map<std::uint64_t, std::uint64_t>& ranges() const noexcept { return ranges_; }

private:
    std::map<std::uint64_t, std::uint64_t> ranges_;
};

}  // namespace ftpfs::fs
