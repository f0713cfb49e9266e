// The answer to AVBL, the free space below a directory (draft-peterson-streamlined-ftp-command-extensions §4).
#pragma once

#include "ftpfs/proto/reply.hpp"

#include <cstdint>
#include <optional>

namespace ftpfs::proto {

// Bytes. The last run of digits of the last line of a 213; nothing for any other reply and for negative numbers.
std::optional<std::uint64_t> parse_space_reply(const reply& answer);

}  // namespace ftpfs::proto
