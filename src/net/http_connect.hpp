// HTTP CONNECT (RFC 9110 §9.3.6), with user and password (RFC 7617) where there are some. Internal to proxy_handshake.
#pragma once

#include "ftpfs/net/proxy_handshake.hpp"

namespace ftpfs::net {

class http_connect final : public proxy_handshake {
public:
    http_connect(const proxy& via, std::string_view host, std::uint16_t port);

    secret take_output() override;
    std::size_t wanted() const noexcept override;
    result<> feed(std::string_view bytes) override;

private:
    result<> judge();

    secret output_;
    bool has_login_;
    std::string head_;  // of the answer, so far
    bool done_ = false;
};

}  // namespace ftpfs::net
