// Lines of a listing that list nothing.
#pragma once

#include <cstdint>
#include <string_view>

namespace ftpfs::proto {

// "total 123", "insgesamt 12", "合計 4.0K": a word without digits and a number.
bool is_total(std::string_view line) noexcept;

enum class message_kind : std::uint8_t { none, nothing_here, missing, denied };

// What a server says among the data instead of listing something.
message_kind message_in(std::string_view line) noexcept;

}  // namespace ftpfs::proto
