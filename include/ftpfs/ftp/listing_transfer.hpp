// One MLSD or LIST of the server's current directory, from behind the command to the final reply.
#pragma once

#include "ftpfs/ftp/arming_behind.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/proto/listing_parser.hpp"

#include <memory>

namespace ftpfs::ftp {

struct listing_answer {
    proto::reply verdict;           // final; a refusal is an answer, too
    proto::parsed_listing listing;  // what came before it
};

// `data`: just connected; the command was sent, its replies are still to come. `known`: the dialect to expect. The
// channel and what asks behind the listing outlive the operation; the channel is quiet afterwards, or broken. Failures
// are those of the connections.
awaitable<result<listing_answer>> transfer_listing(control_channel& control, std::unique_ptr<net::byte_stream> data,
                                                   proto::dialect known, arming_behind& behind);

}  // namespace ftpfs::ftp
