// Opens the data connection of a transfer, passive mode.
//
// EPSV (RFC 2428) first, for it names no address that NAT could spoil; PASV (RFC 959) where EPSV is refused or
// its port can't be reached, which is remembered in the profile. Over IPv6 there is only EPSV. The connection
// always goes to the control connection's peer and comes from its local address: the address in a 227 is
// wrong behind NAT, and a hostile server would make us connect to others with it.
//
// The transfer's command may be sent while the connection is still on its way. If that then fails, most servers
// wait for it for minutes and do nothing else, so it is done only where a data connection came about before.
#pragma once

#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/net/connector.hpp"

#include <memory>

namespace ftpfs::ftp {

constexpr int no_data_connection = 425;  // what a server says that has none to use (RFC 959 §4.2.2)

// One data connection, on its way or there.
struct data_link {
    data_link(std::unique_ptr<net::connecting> connection_, bool extended_)
        : connection{std::move(connection_)}, extended{extended_}
    {
    }

    std::unique_ptr<net::connecting> connection;
    bool extended;       // asked for with EPSV
    bool armed = false;  // opened ahead of need
};

// Asks for a port and begins to connect to it. For this and the next: the channel must be quiet, and is so again
// unless it broke; all arguments outlive the operation; a failure's detail begins with "data connection:".
awaitable<result<data_link>> begin_data_connection(control_channel& control, net::connector& connector,
                                                   const config& settings, server_profile& profile);

// The same, and waits for the connection.
awaitable<result<data_link>> open_data_connection(control_channel& control, net::connector& connector,
                                                  const config& settings, server_profile& profile);

// The connection of a transfer whose commands were sent, unless their replies say why there is none. Otherwise the
// channel is given up and the failure is connection_lost; next time the commands wait for the connection.
awaitable<result<std::unique_ptr<net::byte_stream>>> await_connection(data_link& link, control_channel& control,
                                                                      server_profile& profile);

}  // namespace ftpfs::ftp
