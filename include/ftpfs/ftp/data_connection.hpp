// Opens the data connection of a transfer.
//
// Which way is data_ladder's decision, to which host data_target's. The connection comes from the control connection's
// local address, for servers refuse others; the control connection's port is never connected to. In active mode the
// server connects to us, after the command: only its control connection's host may.
#pragma once

#include "ftpfs/core/log.hpp"
#include "ftpfs/ftp/active_offer.hpp"
#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/data_ladder.hpp"
#include "ftpfs/ftp/data_target.hpp"
#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/net/connector.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::ftp {

// How the detail of a failure begins that concerns the data connection, and neither the file nor the session.
constexpr std::string_view data_connection_failure = "data connection: ";

constexpr int no_data_connection = 425;  // what a server says that has none to use (RFC 959 §4.2.2)

// What the opening of data connections needs of its session. Everything outlives it.
struct data_context {
    control_channel& control;
    net::connector& connector;
    const config& settings;
    server_profile& profile;
    const log& logger;
};

// A data connection on its way.
struct data_link {
    data_link(std::unique_ptr<net::connecting> connection_, data_ladder ladder_, data_host named_,
              std::vector<data_host> hosts_)
        : connection{std::move(connection_)}, ladder{std::move(ladder_)}, named{std::move(named_)}, hosts{std::move(
                                                                                                        hosts_)}
    {
    }

    std::unique_ptr<net::connecting> connection;
    data_ladder ladder;            // at the way it was asked for
    data_host named;               // by the server
    std::vector<data_host> hosts;  // where it goes to, in order
};

// A data connection, ready for the command that uses it.
struct data_opening {
    data_opening(std::unique_ptr<net::byte_stream> stream_, std::optional<active_offer> offer_)
        : stream{std::move(stream_)}, offer{std::move(offer_)}
    {
    }

    std::unique_ptr<net::byte_stream> stream;
    std::optional<active_offer> offer;  // active mode: the server is still to connect
};

// The ways that are left to try on this session.
data_ladder ladder_for(const data_context& with);

// Asks for a port and begins to connect to it, by the next passive way if one is refused. For all of these: the channel
// must be quiet, and is so again unless it broke; a failure's detail begins with data_connection_failure.
awaitable<result<data_link>> begin_data_connection(const data_context& with);

// Waits for it, and takes down what that proves. (Sending the command meanwhile would gain nothing: the server has its
// end of the connection a round trip and a half after the client began, just when a command that was sent afterwards
// arrives.)
awaitable<result<std::unique_ptr<net::byte_stream>>> await_data_connection(data_link& link, const data_context& with);

// The two halves of begin_data_connection(), for whoever sends the question behind other commands: EPSV or PASV, absent
// where a data connection can't be asked for ahead of need; and what the final reply to it leads to. Failures: the
// refusal, or protocol_violation.
std::optional<proto::command> data_question(const data_context& with);
result<data_link> follow_data_address(const proto::reply& answer, const data_context& with, data_ladder ladder);

// Both, and by the next way also if a port can't be reached. `use`: the command it is for, for servers that want to
// know (PRET); their refusal of it is a failure like one of the command.
awaitable<result<data_opening>> open_data_connection(const data_context& with, std::string use);

}  // namespace ftpfs::ftp
