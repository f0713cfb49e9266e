// What TLS connections of a program share: whose signatures are believed.
//
// Certificates are judged by the system's authorities, and the judgement is told (tls_stream::distrust); a handshake
// does not fail over it. Reading the authorities takes tens of milliseconds, so one is made when it is needed, and
// kept. One thread; shared by the streams that use it.
#pragma once

#include "ftpfs/core/result.hpp"

#include <memory>

struct ssl_ctx_st;  // SSL_CTX of OpenSSL

namespace ftpfs::net {

class tls_context {
public:
    static result<std::shared_ptr<tls_context>> make();
    tls_context(const tls_context&) = delete;
    tls_context& operator=(const tls_context&) = delete;
    ~tls_context();

    ssl_ctx_st* native() const noexcept { return context_; }

private:
    explicit tls_context(ssl_ctx_st* context) noexcept : context_{context} {}

    ssl_ctx_st* context_;
};

}  // namespace ftpfs::net
