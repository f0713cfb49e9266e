#include "tcp_segment.hpp"

#include <algorithm>

namespace ftpfs::bench {

namespace {

// RFC 791, RFC 9293; offsets in bytes.
constexpr std::size_t least_ip_header = 20;
constexpr std::size_t least_tcp_header = 20;
constexpr unsigned protocol_tcp = 6;
constexpr unsigned flag_syn = 0x02;
constexpr unsigned fragment_bits = 0x3FFF;  // "more fragments" and the offset

unsigned byte_at(std::span<const std::byte> bytes, std::size_t at)
{
    return std::to_integer<unsigned>(bytes[at]);
}

unsigned short_at(std::span<const std::byte> bytes, std::size_t at)
{
    return byte_at(bytes, at) << 8U | byte_at(bytes, at + 1);
}

}  // namespace

std::optional<tcp_segment> parse_tcp_segment(std::span<const std::byte> packet)
{
    if (packet.size() < least_ip_header || byte_at(packet, 0) >> 4U != 4 || byte_at(packet, 9) != protocol_tcp ||
        (short_at(packet, 6) & fragment_bits) != 0) {
        return std::nullopt;
    }
    const std::size_t ip_header = (byte_at(packet, 0) & 0xFU) * 4U;
    const std::size_t total = std::min<std::size_t>(short_at(packet, 2), packet.size());
    if (ip_header < least_ip_header || total < ip_header + least_tcp_header) {
        return std::nullopt;
    }
    const auto tcp = packet.subspan(ip_header, total - ip_header);
    const std::size_t tcp_header = (byte_at(tcp, 12) >> 4U) * 4U;
    if (tcp_header < least_tcp_header || tcp_header > tcp.size()) {
        return std::nullopt;
    }
    return tcp_segment{.source_port = static_cast<std::uint16_t>(short_at(tcp, 0)),
                       .destination_port = static_cast<std::uint16_t>(short_at(tcp, 2)),
                       .sequence = short_at(tcp, 4) << 16U | short_at(tcp, 6),
                       .syn = (byte_at(tcp, 13) & flag_syn) != 0,
                       .payload = tcp.subspan(tcp_header)};
}

}  // namespace ftpfs::bench
