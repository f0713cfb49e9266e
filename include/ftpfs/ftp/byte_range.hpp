// Which part of a file is wanted.
#pragma once

#include <cstdint>
#include <optional>

namespace ftpfs::ftp {

struct byte_range {
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> until =
        std::nullopt;  // behind the last byte, greater than `offset`; absent: to the end of the file
};

}  // namespace ftpfs::ftp
