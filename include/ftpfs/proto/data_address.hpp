// Where to connect for data: the answer to EPSV (229, RFC 2428) or PASV (227, RFC 959).
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/proto/reply.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace ftpfs::proto {

struct data_address {
    // What a 227 named, as the server sees itself: behind NAT it is wrong, from a hostile server it points at
    // others. Whether to believe it is the caller's policy; the safe choice is the control connection's peer.
    std::optional<std::array<std::uint8_t, 4>> host;
    std::uint16_t port = 0;  // never 0 in a result

    bool operator==(const data_address&) const = default;
};

// Reads by the code received, because some servers answer EPSV with 227 and PASV with 229. Any delimiter
// and missing parentheses are fine. errc::protocol_violation for numbers that make no address (port 0 is none);
// the reply itself as failure for any other code.
result<data_address> parse_data_address(const reply& answer);

}  // namespace ftpfs::proto
