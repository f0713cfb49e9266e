// Small readers of ASCII inside bytes of unknown charset. Nothing here depends on the locale.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace ftpfs::proto {

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

constexpr bool is_ascii(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x80;
}

constexpr char to_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char to_upper(char c) noexcept
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

inline std::string lower(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(), to_lower);
    return result;
}

constexpr bool same_word(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

constexpr bool starts_with_word(std::string_view text, std::string_view prefix) noexcept
{
    return text.size() >= prefix.size() && same_word(text.substr(0, prefix.size()), prefix);
}

constexpr std::string_view trim(std::string_view text, std::string_view what = " \t") noexcept
{
    const auto first = text.find_first_not_of(what);
    if (first == text.npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(what) - first + 1);
}

// All of `text` as a number in range; no sign, no space.
template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) noexcept
{
    Number value{};
    if (text.empty() || text[0] == '-') {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

// The digits at the start.
constexpr std::string_view leading_digits(std::string_view text) noexcept
{
    const auto end = std::ranges::find_if_not(text, is_digit);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// The last run of digits anywhere; empty if there is none.
constexpr std::string_view last_digits(std::string_view text) noexcept
{
    const auto last = text.find_last_of("0123456789");
    if (last == text.npos) {
        return {};
    }
    auto first = last;
    while (first > 0 && is_digit(text[first - 1])) {
        --first;
    }
    return text.substr(first, last - first + 1);
}

}  // namespace ftpfs::proto
