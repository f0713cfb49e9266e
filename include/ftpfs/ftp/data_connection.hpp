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

constexpr int no_data_connection = 425;  // what a server says that has none to use (RFC 959 §4.2.2)

// A data connection on its way.
struct data_link {
    data_link(std::unique_ptr<net::connecting> connection_, bool extended_)
        : connection{std::move(connection_)}, extended{extended_}
    {
    }

    std::unique_ptr<net::connecting> connection;
    bool extended;  // asked for with EPSV
};

// Asks for a port and begins to connect to it. For all of these: the channel must be quiet, and is so again unless it
// broke; all arguments outlive the operation; a failure's detail begins with "data connection:".
awaitable<result<data_link>> begin_data_connection(control_channel& control, net::connector& connector,
                                                   const config& settings, server_profile& profile);

// Waits for it. (Sending the command meanwhile would gain nothing: the server has its end of the connection a round
// trip and a half after the client began, just when a command that was sent afterwards arrives.)
awaitable<result<std::unique_ptr<net::byte_stream>>> await_data_connection(data_link& link, server_profile& profile);

// The two halves of begin_data_connection(), for whoever sends the question behind other commands: EPSV or PASV, and
// what the final reply to it (`extended`: to EPSV) leads to. Failures: the refusal, or protocol_violation.
proto::command data_question(const control_channel& control, const config& settings, const server_profile& profile);
result<data_link> follow_data_address(const proto::reply& answer, bool extended, control_channel& control,
                                      net::connector& connector, const config& settings);

// Both, and with PASV if a port named by EPSV can't be reached.
awaitable<result<std::unique_ptr<net::byte_stream>>> open_data_connection(control_channel& control,
                                                                          net::connector& connector,
                                                                          const config& settings,
                                                                          server_profile& profile);

}  // namespace ftpfs::ftp
