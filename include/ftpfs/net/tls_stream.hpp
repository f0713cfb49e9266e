// The client's end of a TLS connection, over another stream (RFC 8446, RFC 5246).
//
//     tls_stream::make(context, host) ─► put_over(below), offer()?, use_session()? ─► handshake() ─► read, write ─►
//     shutdown_send()
//
// OpenSSL does the work in memory; what it wants sent or read goes through the stream below, whose deadline is that of
// everything here. Used as every byte_stream; look() and peek() know only what is decrypted already. An end without
// TLS's own farewell reads as an end: ended_cleanly() tells the difference, which matters where no length is known.
// What fails is told as protocol_violation with OpenSSL's words, or as the failure of the stream below.
#pragma once

#include "ftpfs/net/byte_stream.hpp"
#include "ftpfs/net/certificate.hpp"
#include "ftpfs/net/tls_context.hpp"
#include "ftpfs/net/tls_version.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>

struct ssl_session_st;  // SSL_SESSION of OpenSSL
struct ssl_st;          // SSL of OpenSSL

namespace ftpfs::net {

// What a server needs to know a client again. It may be used for several connections.
using tls_session = std::shared_ptr<ssl_session_st>;

class tls_stream final : public byte_stream {
public:
    // `host`: a name or address, as the user wrote it; the certificate has to be for that.
    static result<std::unique_ptr<tls_stream>> make(std::shared_ptr<tls_context> context, const std::string& host);
    ~tls_stream() override;

    // Before anything else.
    void put_over(std::unique_ptr<byte_stream> below) noexcept { below_ = std::move(below); }

    // Before the handshake: other versions than 1.2 and 1.3. Ciphers and signatures that go with the old ones are
    // allowed then. False where OpenSSL was built without them.
    bool offer(tls_version oldest, tls_version newest) noexcept;
    // Before the handshake: begin where another connection to the same server is.
    void use_session(const tls_session& session);
    awaitable<result<>> handshake();

    // After the handshake.
    tls_version version() const noexcept;
    std::string cipher() const;
    bool was_resumed() const noexcept;
    std::optional<certificate> peer_certificate() const;
    // Why the certificate proves nothing; empty if it does.
    std::string distrust() const;
    // The newest one the server gave. With TLS 1.3 it comes with the first bytes that are read.
    const tls_session& session() const noexcept { return session_; }

    awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer) override;
    awaitable<result<>> write_all(std::span<const std::byte> bytes) override;
    awaitable<result<>> shutdown_send() override;
    void close(close_mode mode) noexcept override { below_->close(mode); }
    idle_state look() noexcept override;
    std::optional<std::byte> peek() noexcept override;
    void when_readable(std::function<void()> what) override { below_->when_readable(std::move(what)); }
    std::size_t unsent() const noexcept override { return below_->unsent(); }
    void expires_after(std::chrono::steady_clock::duration time) override { below_->expires_after(time); }
    void never_expires() noexcept override { below_->never_expires(); }
    const endpoint& local_endpoint() const noexcept override { return below_->local_endpoint(); }
    const endpoint& remote_endpoint() const noexcept override { return below_->remote_endpoint(); }

    bool ended_cleanly() const noexcept;

private:
    enum class step { handshake, read, write, shut_down };
    struct turn {  // one call of OpenSSL
        step what;
        std::span<std::byte> into{};
        std::span<const std::byte> from{};
    };

    tls_stream(std::shared_ptr<tls_context> context, ssl_st* tls) noexcept;
    static int remember(ssl_st* tls, ssl_session_st* session);
    int take(turn now);
    // Until the call has succeeded; 0: the peer has ended.
    awaitable<result<std::size_t>> complete(turn now);
    awaitable<result<>> send_pending();
    // False at the end of the stream below.
    awaitable<result<bool>> receive();
    failure broken(step during) const;

    std::unique_ptr<byte_stream> below_;
    std::shared_ptr<tls_context> context_;
    ssl_st* tls_;
    tls_session session_;
    bool sending_ = false;
    std::array<std::byte, 16 * 1024> input_{};  // bytes of a TLS record, at most
    std::array<std::byte, 16 * 1024> output_{};
};

}  // namespace ftpfs::net
