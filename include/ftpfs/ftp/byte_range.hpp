// Which part of a file is wanted, as positions in the file. A plain value.
#pragma once

#include <cstdint>
#include <optional>

namespace ftpfs::ftp {

struct byte_range {
    std::uint64_t offset = 0;
    // Behind the last byte, so greater than `offset`. Absent: to the end of the file.
    std::optional<std::uint64_t> until = std::nullopt;
};

}  // namespace ftpfs::ftp
