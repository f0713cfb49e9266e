#include "ftpfs/core/secret.hpp"

#include <string.h>

namespace ftpfs {

secret& secret::operator=(const secret& other)
{
    if (this != &other) {
        wipe();
        bytes_ = other.bytes_;
    }
    return *this;
}

// A moved-from std::string may keep its bytes in the small buffer, so both ends are wiped by hand.
secret::secret(secret&& other) noexcept
{
    bytes_ = other.bytes_;
    other.wipe();
}

secret& secret::operator=(secret&& other) noexcept
{
    if (this != &other) {
        wipe();
        bytes_ = other.bytes_;
        other.wipe();
    }
    return *this;
}

secret::~secret()
{
    wipe();
}

void secret::wipe() noexcept
{
    explicit_bzero(bytes_.data(), bytes_.size());
    bytes_.clear();
}

namespace {

bool is_in_word(char c)
{
    const auto small = static_cast<char>(c | 0x20);
    return (c >= '0' && c <= '9') || (small >= 'a' && small <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end)
{
    return (begin == 0 || !is_in_word(text[begin - 1])) && (end == text.size() || !is_in_word(text[end]));
}

}  // namespace

std::string without_secret(std::string text, const secret& hidden)
{
    constexpr std::string_view mask = "****";
    constexpr std::size_t shortest_found_everywhere = 4;
    const auto& word = hidden.reveal();
    for (auto at = text.find(word); !word.empty() && at != text.npos;) {
        const bool counts = word.size() >= shortest_found_everywhere || stands_alone(text, at, at + word.size());
        if (counts) {
            text.replace(at, word.size(), mask);
        }
        at = text.find(word, at + (counts ? mask.size() : 1));
    }
    return text;
}

}  // namespace ftpfs
