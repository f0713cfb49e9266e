#include "ftpfs/net/endpoint_text.hpp"

#include <fmt/format.h>

namespace ftpfs::net {

std::string to_string(const endpoint& where)
{
    const auto address = where.address().to_string();
    return where.address().is_v6() ? fmt::format("[{}]:{}", address, where.port())
                                   : fmt::format("{}:{}", address, where.port());
}

}  // namespace ftpfs::net
