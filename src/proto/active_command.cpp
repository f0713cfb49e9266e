#include "ftpfs/proto/active_command.hpp"

#include <string>

namespace ftpfs::proto {

command port_command(std::array<std::uint8_t, 4> host, std::uint16_t port)
{
    std::string argument;
    for (const auto number : host) {
        argument += std::to_string(number) + ",";
    }
    argument += std::to_string(port / 256) + "," + std::to_string(port % 256);
    return command::bare("PORT " + argument);
}

command eprt_command(std::string_view host, std::uint16_t port)
{
    const bool is_ipv6 = host.find(':') != host.npos;
    return command::bare((is_ipv6 ? "EPRT |2|" : "EPRT |1|") + std::string{host} + "|" + std::to_string(port) + "|");
}

}  // namespace ftpfs::proto
