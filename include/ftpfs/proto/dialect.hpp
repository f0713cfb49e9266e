// The languages in which servers write listings. To teach ftpfs one more: its name here, its reader in a file of
// its own (unix_listing.cpp is the model), its row in the table of listing_parser.cpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace ftpfs::proto {

enum class dialect : std::uint8_t {
    unknown,
    mlsd,     // RFC 3659 facts; never guessed, the caller knows that it sent MLSD
    unix_ls,  // ls -l and what imitates it
    dos_dir,  // DIR, IIS
};

// For logs and status: "mlsd", "unix", "dos".
std::string_view to_string(dialect which) noexcept;

}  // namespace ftpfs::proto
