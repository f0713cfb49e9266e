// One MLSD or LIST of the server's current directory, from behind the command to the final reply.
#pragma once

#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/data_connection.hpp"
#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/proto/listing_parser.hpp"

namespace ftpfs::ftp {

struct listing_answer {
    proto::reply verdict;           // final; a refusal is an answer, too
    proto::parsed_listing listing;  // what came before it
};

// `link`: the command's data connection; the command was sent, its replies are still to come. `known`: the dialect to
// expect. Everything outlives the operation; the channel is quiet afterwards, or broken. Failures are those of the
// connections.
awaitable<result<listing_answer>> transfer_listing(control_channel& control, data_link& link, server_profile& profile,
                                                   proto::dialect known);

}  // namespace ftpfs::ftp
