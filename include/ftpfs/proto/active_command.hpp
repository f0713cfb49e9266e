// Tells the server where to connect to for data: PORT (RFC 959 §4.1.2) and EPRT (RFC 2428 §2).
#pragma once

#include "ftpfs/proto/command.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace ftpfs::proto {

// PORT 192,0,2,1,156,64
command port_command(std::array<std::uint8_t, 4> host, std::uint16_t port);

// EPRT |1|192.0.2.1|40000| and EPRT |2|2001:db8::1|40000|. `host`: numeric, without a zone.
command eprt_command(std::string_view host, std::uint16_t port);

}  // namespace ftpfs::proto
