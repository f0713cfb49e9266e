// What the two halves of probe_tls() share.
#pragma once

#include "ftpfs/net/tls_stream.hpp"
#include "probe_context.hpp"

#include <memory>

namespace ftpfs::ftp {

// A control connection over TLS; nothing is said on it yet.
struct secured_session {
    std::unique_ptr<control_channel> control;
    net::tls_stream* tls = nullptr;  // owned by `control`
    std::shared_ptr<net::tls_context> context;
    proto::reply greeting;  // from before
};

awaitable<result<>> shake_hands(net::tls_stream& tls, const config& settings);

// Logs in, if that can do no harm, and tells about encrypted data connections.
awaitable<> probe_tls_session(probe_context& with, secured_session& by);

}  // namespace ftpfs::ftp
