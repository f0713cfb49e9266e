// The versions of TLS (RFC 2246, RFC 4346, RFC 5246, RFC 8446). The first two are not safe any more (RFC 8996).
#pragma once

#include <cstdint>
#include <string_view>

namespace ftpfs::net {

enum class tls_version : std::uint8_t { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

std::string_view to_string(tls_version version) noexcept;  // "TLS 1.3"

}  // namespace ftpfs::net
