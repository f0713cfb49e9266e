// What the FTP side needs to know: where, who, and the limits. Filled and validated once by `cli`, then constant.
#pragma once

#include "ftpfs/core/remote_path.hpp"
#include "ftpfs/core/secret.hpp"
#include "ftpfs/net/proxy.hpp"

#include "ftpfs/proto/server_zone.hpp"
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ftpfs::ftp {

enum class address_family { any, ipv4, ipv6 };
enum class data_mode { automatic, epsv, pasv, active };
// Where a PASV connection goes: to the control connection's peer, to what the server named, or to what works.
enum class pasv_address { control, server, automatic };
enum class listing_mode { automatic, mlsd, list, stat };
// The ports from low to high; 0: any that is free.
struct port_range {
    std::uint16_t low = 0;
    std::uint16_t high = 0;

    bool operator==(const port_range&) const = default;
};

enum class hidden_files { automatic, on, off };

struct config {
    std::string host;
    std::uint16_t port = 21;
    std::string user = "anonymous";  // RFC 1635
    secret password{"anonymous@"};
    std::string account;  // sent only when the server asks (332)
    // Of the names on the server, as proto::name_codec::make() takes it; checked already. The other strings here are
    // the server's bytes.
    std::string charset = "UTF-8";
    // Where the root of the mount lies. RFC 1738 §3.2.2: ftp://host/a is below the directory the login lands in
    // (PWD), ftp://host/%2Fa is absolute. So the root on the server is root_given ? root : root.below(PWD).
    remote_path root;
    bool root_given = false;  // true: `root` is absolute on the server

    // Opened only while there is work for them, and a server that allows fewer is believed (2 to 10 per user are
    // common). A small file occupies a session for three round trips, so these are what a walk's speed depends on.
    std::size_t connections = 8;
    address_family family = address_family::any;
    data_mode data = data_mode::automatic;
    ftp::pasv_address pasv_address = ftp::pasv_address::control;
    // All connections come from this address of ours. Data connections always come from the control connection's.
    std::optional<boost::asio::ip::address> bind;
    // Active mode: the address the server is told, if not the control connection's, and the ports listened on.
    std::optional<boost::asio::ip::address> active_address;
    port_range active_ports;
    std::shared_ptr<const net::proxy> proxy;  // all connections go through it; absent: none do
    listing_mode listing = listing_mode::automatic;
    hidden_files hidden = hidden_files::automatic;
    proto::server_zone zone;  // in which listings tell times; to be found out if nobody said
    bool pipelining = true;   // several commands in one packet, where the server is known to read on
    bool rang = true;         // a part of a file is asked for as such, where the server can do that
    bool armed = true;        // idle sessions open their next data connection ahead of need

    bool speaks_utf8() const noexcept { return charset == "UTF-8"; }

    std::chrono::milliseconds connect_timeout{10'000};  // each address: TCP handshake, then greeting
    std::chrono::milliseconds timeout{30'000};          // an operation without progress
    std::chrono::milliseconds keepalive{45'000};        // TCP keepalive on the control connection

    // May the server be asked to connect to us when everything else has failed? Only if somebody has prepared for it:
    // it may be the only way through a firewall, or a hole in one.
    bool allows_active() const noexcept { return !proxy && (active_address || active_ports.low != 0); }
};

}  // namespace ftpfs::ftp
