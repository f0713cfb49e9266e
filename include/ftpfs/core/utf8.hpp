// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ftpfs {

// The length of the valid sequence at the start of `bytes`; 0 if there is none, or no byte.
std::size_t utf8_sequence(std::string_view bytes) noexcept;

bool is_utf8(std::string_view bytes) noexcept;

// At most `limit` bytes, without a part of a character at the end.
std::string_view utf8_prefix(std::string_view text, std::size_t limit) noexcept;

// The character of one valid sequence.
char32_t utf8_character(std::string_view sequence) noexcept;

// Appends one character, which must not be a surrogate or beyond U+10FFFF.
void append_utf8(std::string& text, char32_t character);

}  // namespace ftpfs
