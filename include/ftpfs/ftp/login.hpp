// From a connected control channel to a session that is logged in, in the order of proto::login_sequence.
#pragma once

#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/proto/login_sequence.hpp"

#include <functional>
#include <optional>
#include <string>

namespace ftpfs::ftp {

// For messages: a proxy's address says nothing about the server.
std::string peer_name(const net::endpoint& peer, const config& settings);

// What the server told. `heard` is called for each reply, the greeting first. `greeting`: if it has been read already,
// as before TLS. All arguments outlive the operation.
// Failures are those of proto::login_sequence and of the channel; server_busy, too, for a connection that closes
// without a greeting.
awaitable<result<proto::login_outcome>> log_in(control_channel& control, const config& settings,
                                               std::function<void(const proto::reply&)> heard = {},
                                               std::optional<proto::reply> greeting = std::nullopt);

}  // namespace ftpfs::ftp
