#include "ftpfs/net/tls_version.hpp"

namespace ftpfs::net {

std::string_view to_string(tls_version version) noexcept
{
    switch (version) {
    case tls_version::tls_1_0: return "TLS 1.0";
    case tls_version::tls_1_1: return "TLS 1.1";
    case tls_version::tls_1_2: return "TLS 1.2";
    case tls_version::tls_1_3: break;
    }
    return "TLS 1.3";
}

}  // namespace ftpfs::net
