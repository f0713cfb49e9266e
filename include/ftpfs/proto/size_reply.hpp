// The answer to SIZE (RFC 3659 §4).
#pragma once

#include "ftpfs/proto/reply.hpp"

#include <cstdint>
#include <optional>

namespace ftpfs::proto {

// Bytes. The last run of digits of the last line, because some servers print words before it. Nothing if the
// reply isn't a 213, has no digits, or has several lines (IIS answers SIZE of a directory so).
std::optional<std::uint64_t> parse_size_reply(const reply& answer);

}  // namespace ftpfs::proto
