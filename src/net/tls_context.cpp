#include "ftpfs/net/tls_context.hpp"

#include "openssl_ptr.hpp"

#include <openssl/ssl.h>

namespace ftpfs::net {

result<std::shared_ptr<tls_context>> tls_context::make()
{
    openssl_ptr<SSL_CTX, SSL_CTX_free> context{SSL_CTX_new(TLS_client_method())};
    if (!context || SSL_CTX_set_default_verify_paths(context.get()) != 1) {
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
