#include "ftpfs/net/proxy_handshake.hpp"

#include "http_connect.hpp"
#include "socks5_handshake.hpp"

namespace ftpfs::net {

std::unique_ptr<proxy_handshake> make_handshake(const proxy& via, std::string host, std::uint16_t port)
{
    if (via.kind == proxy_kind::http) {
        return std::make_unique<http_connect>(via, host, port);
    }
    return std::make_unique<socks5_handshake>(via, std::move(host), port);
}

}  // namespace ftpfs::net
