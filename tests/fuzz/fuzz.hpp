// What the fuzz targets share.
#pragma once

#include "ftpfs/proto/reply.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace ftpfs::fuzz {

// A broken invariant, reported where it was found. Not assert: it must work in optimised builds.
inline void require(bool holds, const char* what)
{
    if (!holds) {
        std::fprintf(stderr, "broken invariant: %s\n", what);
        std::abort();
    }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

// Takes one byte off as a decision; 0 at the end.
inline std::uint8_t take_byte(std::string_view& input)
{
    if (input.empty()) {
        return 0;
    }
    const auto byte = static_cast<std::uint8_t>(input[0]);
    input.remove_prefix(1);
    return byte;
}

// The lines of `input` as the lines of a reply.
inline proto::reply reply_of(int code, std::string_view input)
{
    std::vector<std::string> lines;
    for (;;) {
        const auto end = input.find('\n');
        lines.emplace_back(input.substr(0, end));
        if (end == input.npos) {
            return {code, std::move(lines)};
        }
        input.remove_prefix(end + 1);
    }
}

// Free of what could steer a terminal or forge a line of a log.
inline bool is_printable(std::string_view text)
{
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x20 || byte == 0x7F) {
            return false;
        }
    }
    return true;
}

}  // namespace ftpfs::fuzz
