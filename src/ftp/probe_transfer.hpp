// One transfer of a probe, on a data connection of a chosen kind, in whatever state it ends.
#pragma once

#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/net/byte_stream.hpp"
#include "ftpfs/proto/command.hpp"
#include "ftpfs/proto/reply.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::net {
class connector;
}

namespace ftpfs::ftp {

enum class probe_way : std::uint8_t { epsv, pasv, active };

std::string_view to_string(probe_way way) noexcept;

// A data connection: there, or in active mode, listened for.
struct probe_data_end {
    std::unique_ptr<net::byte_stream> stream;
    std::unique_ptr<boost::asio::ip::tcp::acceptor> listener;
    std::optional<boost::asio::ip::address> named;  // by a 227
};

// The `named` address is told also where the connection fails. Failures: the server's refusal (of reply_category), or
// why the connection did not come about.
awaitable<result<probe_data_end>> open_probe_data(control_channel& control, net::connector& connector,
                                                  const config& settings, probe_way way,
                                                  std::optional<boost::asio::ip::address>& named);

struct probe_transfer {
    explicit probe_transfer(proto::reply verdict_) : verdict{std::move(verdict_)} {}

    proto::reply verdict;  // of the command that was refused, or of the transfer
    std::string bytes;     // what came, or its beginning
    std::uint64_t received = 0;
};

// The commands one by one; the last one transfers to us. The channel is quiet afterwards, or broken.
awaitable<result<probe_transfer>> receive(control_channel& control, const config& settings, probe_data_end data,
                                          std::vector<proto::command> commands, std::size_t limit);
// The same, to the server.
awaitable<result<probe_transfer>> send(control_channel& control, const config& settings, probe_data_end data,
                                       std::vector<proto::command> commands, std::string bytes);

// In active mode: waits for the server's connection. Nothing to do in the others.
awaitable<result<>> meet_server(probe_data_end& data, const control_channel& control, const config& settings);

}  // namespace ftpfs::ftp
