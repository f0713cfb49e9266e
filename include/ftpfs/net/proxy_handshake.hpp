// What is said to a proxy before it passes bytes on. No I/O:
//
//     take_output() ─► send ─► wanted() ─► read at most so many ─► feed() ─► … until done()
//
// Never wants a byte of what comes behind the handshake. What the proxy says is bounded. Plain object.
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/net/proxy.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ftpfs::net {

class proxy_handshake {
public:
    proxy_handshake() = default;
    proxy_handshake(const proxy_handshake&) = delete;
    proxy_handshake& operator=(const proxy_handshake&) = delete;
    virtual ~proxy_handshake() = default;

    // To be sent before anything else is read; empty if there is nothing. May hold the password.
    virtual secret take_output() = 0;
    // The most bytes that may be read now; 0 when done.
    virtual std::size_t wanted() const noexcept = 0;
    // Failures, which are final: connection_refused, timed_out and unreachable as the proxy says of the destination,
    // unreachable also where it refuses to serve us; protocol_violation. The details name no secret.
    virtual result<> feed(std::string_view bytes) = 0;

    bool done() const noexcept { return wanted() == 0; }
};

// For a connection to that port of a host, by name or numeric address: at most 255 bytes, no line breaks.
std::unique_ptr<proxy_handshake> make_handshake(const proxy& via, std::string host, std::uint16_t port);

}  // namespace ftpfs::net
