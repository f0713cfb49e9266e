// Sizes and durations as people write them in options: "64M", "1.5G", "30s", "500ms", "2min", "off" is not one.
//
// Sizes: bytes, or with K, M, G, T (powers of 1024, an optional "iB" or "B" behind it, any case).
// Durations: seconds, or with ms, s, min (or m), h. Nothing negative, nothing that overflows.
#pragma once

#include "ftpfs/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace ftpfs {

result<std::uint64_t> parse_size(std::string_view text);
result<std::chrono::milliseconds> parse_duration(std::string_view text);

// "64 MiB", "1.5 GiB", "12 bytes"
std::string format_size(std::uint64_t bytes);

}  // namespace ftpfs
