// What TLS connections to one server share: the versions that are offered, and whose signatures are believed.
//
// Certificates are judged by the system's authorities, and the judgement is told (tls_stream::distrust); a handshake
// does not fail over it. The configuration of the system's OpenSSL does not narrow what is offered: old versions can
// be tried. One thread; shared by the streams that use it.
#pragma once

#include "ftpfs/core/result.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

struct ssl_ctx_st;  // SSL_CTX of OpenSSL

namespace ftpfs::net {

enum class tls_version : std::uint8_t { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

std::string_view to_string(tls_version version) noexcept;  // "TLS 1.3"

class tls_context {
public:
    static result<std::shared_ptr<tls_context>> make(tls_version oldest = tls_version::tls_1_0,
                                                     tls_version newest = tls_version::tls_1_3);
    tls_context(const tls_context&) = delete;
    tls_context& operator=(const tls_context&) = delete;
    ~tls_context();

    ssl_ctx_st* native() const noexcept { return context_; }

private:
    explicit tls_context(ssl_ctx_st* context) noexcept : context_{context} {}

    ssl_ctx_st* context_;
};

}  // namespace ftpfs::net
