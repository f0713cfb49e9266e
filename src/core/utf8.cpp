#include "ftpfs/core/utf8.hpp"

#include <cstdint>

namespace ftpfs {

std::size_t utf8_sequence(std::string_view bytes) noexcept
{
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    const auto first = bytes.empty() ? std::uint8_t{0xFF} : at(0);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    if (length == 0 || bytes.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xC0) != 0x80) {
            return 0;
        }
    }
    const bool overlong_or_surrogate = (first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F) ||
                                       (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F);
    return overlong_or_surrogate ? 0 : length;
}

bool is_utf8(std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        const auto length = utf8_sequence(bytes);
        if (length == 0) {
            return false;
        }
        bytes.remove_prefix(length);
    }
    return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t limit) noexcept
{
    if (text.size() <= limit) {
        return text;
    }
    constexpr std::size_t longest = 4;
    for (std::size_t back = 0; back < longest && back <= limit; ++back) {
        const auto next = static_cast<std::uint8_t>(text[limit - back]);
        if ((next & 0xC0) != 0x80) {
            return text.substr(0, limit - back);
        }
    }
    return text.substr(0, limit);  // no UTF-8
}

char32_t utf8_character(std::string_view sequence) noexcept
{
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(sequence[i]); };
    // The first byte gives what is left of it behind the ones that tell the length.
    char32_t character = sequence.size() == 1 ? at(0) : at(0) & (0x7FU >> sequence.size());
    for (std::size_t i = 1; i < sequence.size(); ++i) {
        character = (character << 6U) | (at(i) & 0x3FU);
    }
    return character;
}

void append_utf8(std::string& text, char32_t character)
{
    const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80U | ((character >> shift) & 0x3FU)); };
    if (character < 0x80) {
        text += static_cast<char>(character);
    } else if (character < 0x800) {
        text += static_cast<char>(0xC0U | (character >> 6U));
        tail(0);
    } else if (character < 0x10000) {
        text += static_cast<char>(0xE0U | (character >> 12U));
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0U | (character >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace ftpfs
