// One transfer of a probe, on a data connection of a chosen kind, in whatever state it ends.
#pragma once

#include "ftpfs/ftp/data_connection.hpp"
#include "ftpfs/proto/command.hpp"
#include "ftpfs/proto/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ftpfs::ftp {

// The settings of a mount that has only this way.
config only_by(data_way way, config settings);

// What the server said about the data connection, also where it then fails.
struct probe_address {
    bool agreed = false;  // it named a port
    data_host named;      // by a 227
};

// A data connection by the one way that the settings allow, for that command.
awaitable<result<data_opening>> open_probe_data(const data_context& with, std::string use, probe_address& told);

struct probe_transfer {
    explicit probe_transfer(proto::reply verdict_) : verdict{std::move(verdict_)} {}

    proto::reply verdict;  // of the command that was refused, or of the transfer
    std::string bytes;     // what came, or its beginning
    std::uint64_t received = 0;
};

// What is done with a data connection when the server has agreed to the transfer.
using data_preparation = std::function<awaitable<result<>>(std::unique_ptr<net::byte_stream>&)>;

// The commands one by one; the last one transfers to us. The channel is quiet afterwards, or broken. Where
// `preparation` fails and the server then says why, that is the verdict.
awaitable<result<probe_transfer>> receive(control_channel& control, const config& settings, data_opening data,
                                          std::vector<proto::command> commands, std::size_t limit,
                                          data_preparation preparation = {});
// The same, to the server.
awaitable<result<probe_transfer>> send(control_channel& control, const config& settings, data_opening data,
                                       std::vector<proto::command> commands, std::string bytes);

}  // namespace ftpfs::ftp
