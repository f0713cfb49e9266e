#include "ftpfs/net/tls_stream.hpp"

#include "ftpfs/net/endpoint_text.hpp"
#include "openssl_ptr.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <limits>

namespace ftpfs::net {
namespace {

std::string_view name_of(bool is_handshake)
{
    return is_handshake ? "TLS handshake" : "TLS";
}

// What OpenSSL says about its last failure.
std::string last_words()
{
    const auto code = ERR_get_error();
    const auto* const words = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return words == nullptr ? "it ended without a reason" : words;
}

bool is_address(const std::string& host)
{
    error_code no_address;
    boost::asio::ip::make_address(host, no_address);
    return !no_address;
}

// What SSL_set_min_proto_version() and its sister are macros for.
bool set_limit(SSL& tls, int which, tls_version version) noexcept
{
    constexpr long numbers[]{TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
    return SSL_ctrl(&tls, which, numbers[static_cast<std::size_t>(version)], nullptr) == 1;
}

// The certificate has to be for that host, and the server is told which one is meant (RFC 6066 §3: names only).
bool expect(SSL& tls, const std::string& host)
{
    auto* const wanted = SSL_get0_param(&tls);
    if (is_address(host)) {
        return X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1;
    }
    // What SSL_set_tlsext_host_name() is a macro for.
    auto name = host;
    return X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size()) == 1 &&
           SSL_ctrl(&tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

}  // namespace

result<std::unique_ptr<tls_stream>> tls_stream::make(std::shared_ptr<tls_context> context, const std::string& host)
{
    openssl_ptr<SSL, SSL_free> tls{SSL_new(context->native())};
    openssl_ptr<BIO, BIO_free> in{BIO_new(BIO_s_mem())};
    openssl_ptr<BIO, BIO_free> out{BIO_new(BIO_s_mem())};
    if (!tls || !in || !out) {
        return failure{errc::io_failure, "OpenSSL has no memory"};
    }
    if (!expect(*tls, host)) {
        return failure{errc::io_failure, "a certificate cannot be for " + host};
    }
    SSL_set_bio(tls.get(), in.release(), out.release());
    SSL_set_connect_state(tls.get());
    return std::unique_ptr<tls_stream>{new tls_stream{std::move(context), tls.release()}};
}

tls_stream::tls_stream(std::shared_ptr<tls_context> context, ssl_st* tls) noexcept
    : context_{std::move(context)}, tls_{tls}
{
    SSL_set_app_data(tls_, this);
    // Whatever the system's configuration says.
    offer(tls_version::tls_1_2, tls_version::tls_1_3);
    SSL_CTX_sess_set_new_cb(context_->native(), &tls_stream::remember);
}

tls_stream::~tls_stream()
{
    SSL_free(tls_);
}

int tls_stream::remember(ssl_st* tls, ssl_session_st* session)
{
    static_cast<tls_stream*>(SSL_get_app_data(tls))->session_ = tls_session{session, SSL_SESSION_free};
    return 1;  // it is ours to free
}

bool tls_stream::offer(tls_version oldest, tls_version newest) noexcept
{
    // Level 0: otherwise OpenSSL 3 has no cipher for TLS 1.0 and 1.1, whose signatures use SHA-1.
    const bool allowed = oldest > tls_version::tls_1_1 || SSL_set_cipher_list(tls_, "DEFAULT@SECLEVEL=0") == 1;
    return allowed && set_limit(*tls_, SSL_CTRL_SET_MIN_PROTO_VERSION, oldest) &&
           set_limit(*tls_, SSL_CTRL_SET_MAX_PROTO_VERSION, newest);
}

void tls_stream::use_session(const tls_session& session)
{
    // A copy: OpenSSL takes a session off the list of those that are good when its connection ends badly.
    if (const openssl_ptr<SSL_SESSION, SSL_SESSION_free> own{SSL_SESSION_dup(session.get())}) {
        SSL_set_session(tls_, own.get());
    }
}

awaitable<result<>> tls_stream::handshake()
{
    FTPFS_CO_TRY(const auto done, co_await complete({step::handshake}));
    if (done == 0) {
        co_return failure{errc::connection_lost, fmt::format("{} closed the connection during the TLS handshake",
                                                             to_string(below_->remote_endpoint()))};
    }
    co_return result<>{};
}

tls_version tls_stream::version() const noexcept
{
    switch (SSL_version(tls_)) {
    case TLS1_VERSION: return tls_version::tls_1_0;
    case TLS1_1_VERSION: return tls_version::tls_1_1;
    case TLS1_2_VERSION: return tls_version::tls_1_2;
    default: return tls_version::tls_1_3;
    }
}

std::string tls_stream::cipher() const
{
    return SSL_CIPHER_get_name(SSL_get_current_cipher(tls_));
}

bool tls_stream::was_resumed() const noexcept
{
    return SSL_session_reused(tls_) == 1;
}

std::optional<certificate> tls_stream::peer_certificate() const
{
    const auto* const peer = SSL_get0_peer_certificate(tls_);
    return peer == nullptr ? std::nullopt : std::optional{describe(*peer)};
}

std::string tls_stream::distrust() const
{
    if (SSL_get0_peer_certificate(tls_) == nullptr) {
        return "the server shows no certificate";
    }
    const auto verdict = SSL_get_verify_result(tls_);
    return verdict == X509_V_OK ? std::string{} : X509_verify_cert_error_string(verdict);
}

awaitable<result<std::size_t>> tls_stream::read_some(std::span<std::byte> buffer)
{
    return complete({step::read, buffer});
}

awaitable<result<>> tls_stream::write_all(std::span<const std::byte> bytes)
{
    // An empty call is an error to OpenSSL.
    while (!bytes.empty()) {
        FTPFS_CO_TRY(const auto written, co_await complete({step::write, {}, bytes}));
        if (written == 0) {
            co_return failure{errc::connection_lost,
                              fmt::format("{} closed the connection", to_string(below_->remote_endpoint()))};
        }
        bytes = bytes.subspan(written);
    }
    co_return result<>{};
}

awaitable<result<>> tls_stream::shutdown_send()
{
    take({step::shut_down});
    FTPFS_CO_CHECK(co_await send_pending());
    co_return co_await below_->shutdown_send();
}

idle_state tls_stream::look() noexcept
{
    if (SSL_pending(tls_) > 0) {
        return idle_state::readable;
    }
    return below_->look() == idle_state::ended ? idle_state::ended : idle_state::quiet;
}

std::optional<std::byte> tls_stream::peek() noexcept
{
    std::byte first{};
    std::size_t count = 0;
    ERR_clear_error();
    const bool any = SSL_pending(tls_) > 0 && SSL_peek_ex(tls_, &first, 1, &count) == 1;
    return any ? std::optional{first} : std::nullopt;
}

bool tls_stream::ended_cleanly() const noexcept
{
    return (SSL_get_shutdown(tls_) & SSL_RECEIVED_SHUTDOWN) != 0;
}

int tls_stream::take(turn now)
{
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
    ERR_clear_error();
    switch (now.what) {
    case step::handshake: return SSL_do_handshake(tls_);
    case step::read: return SSL_read(tls_, now.into.data(), static_cast<int>(std::min(now.into.size(), most)));
    case step::write: return SSL_write(tls_, now.from.data(), static_cast<int>(std::min(now.from.size(), most)));
    case step::shut_down: break;
    }
    return SSL_shutdown(tls_);
}

awaitable<result<std::size_t>> tls_stream::complete(turn now)
{
    for (;;) {
        const int taken = take(now);
        const int state = SSL_get_error(tls_, taken);
        std::optional<failure> why;
        if (taken <= 0 && state != SSL_ERROR_WANT_READ && state != SSL_ERROR_ZERO_RETURN) {
            why = broken(now.what);
        }
        // Also what tells the peer of the failure.
        auto sent = co_await send_pending();
        if (why) {
            co_return *std::move(why);
        }
        if (!sent) {
            co_return std::move(sent).error();
        }
        if (taken > 0) {
            co_return static_cast<std::size_t>(taken);
        }
        if (state == SSL_ERROR_ZERO_RETURN) {
            co_return std::size_t{0};
        }
        FTPFS_CO_TRY(const bool more, co_await receive());
        if (!more) {
            co_return std::size_t{0};
        }
    }
}

// While one caller is at it, the others leave theirs to it.
awaitable<result<>> tls_stream::send_pending()
{
    if (sending_) {
        co_return result<>{};
    }
    result<> done;
    sending_ = true;
    for (bool more = true; more && done;) {
        const int count = BIO_read(SSL_get_wbio(tls_), output_.data(), static_cast<int>(output_.size()));
        more = count > 0;
        if (more) {
            done = co_await below_->write_all(std::span{output_}.first(static_cast<std::size_t>(count)));
        }
    }
    sending_ = false;
    co_return done;
}

awaitable<result<bool>> tls_stream::receive()
{
    FTPFS_CO_TRY(const auto count, co_await below_->read_some(input_));
    if (count > 0) {
        BIO_write(SSL_get_rbio(tls_), input_.data(), static_cast<int>(count));
    }
    co_return count > 0;
}

failure tls_stream::broken(step during) const
{
    return {errc::protocol_violation, fmt::format("{} with {}: {}", name_of(during == step::handshake),
                                                  to_string(below_->remote_endpoint()), last_words())};
}

}  // namespace ftpfs::net
