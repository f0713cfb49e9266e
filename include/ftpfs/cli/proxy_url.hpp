// The URL of a proxy: socks5://user:password@host:1080, http://user:password@host:port.
//
// "socks5h" means the same: names are always looked up by the proxy. Pure function; no message holds the password.
#pragma once

#include "ftpfs/cli/problem.hpp"
#include "ftpfs/net/proxy.hpp"

#include <string_view>

namespace ftpfs::cli {

outcome<net::proxy> parse_proxy(std::string_view url);

}  // namespace ftpfs::cli
