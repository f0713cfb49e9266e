// The steps of a probe, in the order in which they are taken. Each tells what it found; none fails.
//
// A step whose needs aren't met (no data connection, no file to try it with) says so, or nothing.
#pragma once

#include "probe_context.hpp"

namespace ftpfs::ftp {

// Connection, greeting, login; the directory of the mount; the time of a round trip.
awaitable<> probe_login(probe_context& with);
awaitable<> probe_directory(probe_context& with);
awaitable<> probe_round_trip(probe_context& with);

// Each way to a data connection.
awaitable<> probe_data(probe_context& with);
// Connections that are opened ahead of need.
awaitable<> probe_armed(probe_context& with);

// MLSD, LIST, LIST -a, and what the names and times are like.
awaitable<> probe_listings(probe_context& with);

// SIZE, MDTM, REST, RANG, and how a transfer can be ended early.
awaitable<> probe_files(probe_context& with);

// Several commands in a packet, several sessions.
awaitable<> probe_pipelining(probe_context& with);
awaitable<> probe_sessions(probe_context& with);

// TLS, on connections of its own, and a login over it.
awaitable<> probe_tls(probe_context& with);

// Everything that changes something, in a directory of its own.
awaitable<> probe_writing(probe_context& with);
awaitable<> remove_scratch(probe_context& with);

}  // namespace ftpfs::ftp
