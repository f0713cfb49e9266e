// Opens the data connection of a transfer, passive mode.
//
// EPSV (RFC 2428) first, for it names no address that NAT could spoil; PASV (RFC 959) where EPSV is refused or
// its port can't be reached, which is remembered in the profile. Over IPv6 there is only EPSV. The connection
// always goes to the control connection's peer and comes from its local address: the address in a 227 is
// wrong behind NAT, and a hostile server would make us connect to others with it.
#pragma once

#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/net/connector.hpp"

#include <memory>

namespace ftpfs::ftp {

// The channel must be quiet, and is so again unless it broke. All arguments outlive the operation. A failure's
// detail begins with "data connection:".
awaitable<result<std::unique_ptr<net::byte_stream>>> open_data_connection(control_channel& control,
                                                                          net::connector& connector,
                                                                          const config& settings,
                                                                          server_profile& profile);

}  // namespace ftpfs::ftp
