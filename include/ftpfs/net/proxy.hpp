// A host that passes connections on: SOCKS5 (RFC 1928, RFC 1929) or HTTP with CONNECT (RFC 9110 §9.3.6).
//
// It resolves names itself. Plain value.
#pragma once

#include "ftpfs/core/secret.hpp"

#include <cstdint>
#include <string>

namespace ftpfs::net {

enum class proxy_kind { socks5, http };

struct proxy {
    proxy_kind kind = proxy_kind::socks5;
    std::string host;
    std::uint16_t port = 0;
    std::string user;  // empty: none is sent
    secret password;
};

}  // namespace ftpfs::net
