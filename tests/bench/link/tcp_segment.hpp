// What is of interest in an IP packet that carries TCP. Pure; views into the packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace ftpfs::bench {

struct tcp_segment {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t sequence = 0;  // of the SYN, or else of the first byte of `payload`
    bool syn = false;
    std::span<const std::byte> payload;
};

// From an IPv4 packet that is not a fragment; none for anything else.
std::optional<tcp_segment> parse_tcp_segment(std::span<const std::byte> packet);

}  // namespace ftpfs::bench
