// Whether an upload is as it should be, from what the server said and what it has. Pure.
//
// Replies lie both ways: pyftpdlib says 226 after a connection was reset, vsftpd over TLS 426 when all is stored.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/result.hpp"

#include <cstdint>
#include <optional>

namespace ftpfs::ftp {

// `ended`: what the server said at the end. `found`: the file as it is now. `size`: what it must have. `before`: the
// file as it was known before, absent if it was not there or not known.
// A 426, a 425 and no reply at all are no verdict: the size decides, unless the file looks as it did before. A
// size that the server does not tell exactly decides nothing.
result<file_attributes> judge_upload(const result<>& ended, const file_attributes& found, std::uint64_t size,
                                     const std::optional<file_version>& before);

}  // namespace ftpfs::ftp
