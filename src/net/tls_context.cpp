#include "ftpfs/net/tls_context.hpp"

#include "openssl_ptr.hpp"

#include <openssl/ssl.h>

namespace ftpfs::net {
namespace {

int number_of(tls_version version) noexcept
{
    switch (version) {
    case tls_version::tls_1_0: return TLS1_VERSION;
    case tls_version::tls_1_1: return TLS1_1_VERSION;
    case tls_version::tls_1_2: return TLS1_2_VERSION;
    case tls_version::tls_1_3: break;
    }
    return TLS1_3_VERSION;
}

}  // namespace

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

result<std::shared_ptr<tls_context>> tls_context::make(tls_version oldest, tls_version newest)
{
    openssl_ptr<SSL_CTX, SSL_CTX_free> context{SSL_CTX_new(TLS_client_method())};
    // Level 0: otherwise OpenSSL 3 has no cipher for TLS 1.0 and 1.1, whose signatures use SHA-1.
    const bool usable =
        context && SSL_CTX_set_min_proto_version(context.get(), number_of(oldest)) == 1 &&
        SSL_CTX_set_max_proto_version(context.get(), number_of(newest)) == 1 &&
        (oldest > tls_version::tls_1_1 || SSL_CTX_set_cipher_list(context.get(), "DEFAULT@SECLEVEL=0") == 1) &&
        SSL_CTX_set_default_verify_paths(context.get()) == 1;
    if (!usable) {
        return failure{errc::io_failure, "OpenSSL cannot be set up"};
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // the result is there all the same
    // Each control connection has sessions of its own, which are handed on by hand: servers refuse those of others.
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    return std::shared_ptr<tls_context>{new tls_context{context.release()}};
}

tls_context::~tls_context()
{
    SSL_CTX_free(context_);
}

}  // namespace ftpfs::net
