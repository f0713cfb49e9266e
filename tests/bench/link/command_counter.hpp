// Counts what a client asks of an FTP server, from the packets it sends: lines on connections to the server's
// control port, by their first word, and new connections to any port. What is sent again counts once. Pure.
#pragma once

#include "tcp_segment.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

namespace ftpfs::bench {

class command_counter {
public:
    explicit command_counter(std::uint16_t control_port) : control_port_{control_port} {}

    // A segment on its way from the client to the server.
    void see(const tcp_segment& segment);

    std::uint64_t commands() const noexcept { return commands_; }
    std::uint64_t connections() const noexcept { return connections_; }
    const std::map<std::string, std::uint64_t>& by_verb() const noexcept { return by_verb_; }

private:
    struct conversation {
        std::uint32_t next = 0;  // sequence number of the first byte not seen yet
        std::string line;        // its first bytes, as far as they have come
    };

    void open(const tcp_segment& segment);
    void read(conversation& from, std::span<const std::byte> bytes);

    std::uint16_t control_port_;
    std::uint64_t commands_ = 0;
    std::uint64_t connections_ = 0;
    std::map<std::string, std::uint64_t> by_verb_;
    std::unordered_map<std::uint32_t, std::uint32_t> opened_;        // both ports → sequence number of the SYN
    std::unordered_map<std::uint16_t, conversation> conversations_;  // by the client's port
};

}  // namespace ftpfs::bench
