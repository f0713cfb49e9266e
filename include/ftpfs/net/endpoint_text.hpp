// "192.0.2.1:21" and "[2001:db8::1]:21": endpoints as people write them.
#pragma once

#include "ftpfs/net/byte_stream.hpp"

#include <string>

namespace ftpfs::net {

std::string to_string(const endpoint& where);

}  // namespace ftpfs::net
