// Which host a passive data connection goes to, and what to say when it does not come about.
//
// A 227 names an address as the server sees itself: behind NAT it is wrong, and a hostile server would make us connect
// to others with it (CVE-2020-8284). A 229 names none. Pure functions.
#pragma once

#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/server_profile.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::ftp {

// From where an address means the same host, from nowhere (0.0.0.0, multicast, reserved) to everywhere. Ordered.
enum class address_scope : std::uint8_t { none, loopback, link_local, private_network, global };

address_scope scope_of(const boost::asio::ip::address& address);

// Absent: the server itself, whatever address it has.
using data_host = std::optional<boost::asio::ip::address>;

// The hosts to try, one after the other; never empty. `peer`: the control connection's, absent when only a proxy knows
// it. `named`: what the 227 said. `known`: what was learned about addresses named by this server. With
// pasv_address=auto the named one is tried after the server itself, unless it can't be right: a private address of a
// server that is reached by a public one is its own, behind NAT.
std::vector<data_host> data_hosts(pasv_address policy, const data_host& peer, const data_host& named, support known);

// What `named` has to do with the failure, and which option might help; empty if nothing.
std::string advice_about(pasv_address policy, const data_host& peer, const data_host& named);

}  // namespace ftpfs::ftp
