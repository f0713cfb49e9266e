// In which order the addresses of a host are tried (RFC 8305 §4).
#pragma once

#include <boost/asio/ip/address.hpp>

#include <vector>

namespace ftpfs::net {

// Keeps the resolver's order (RFC 6724) within each family and alternates between the families, beginning
// with the family of the first address: one broken family then costs one try, not all of its addresses.
// Duplicates are dropped.
std::vector<boost::asio::ip::address> alternate_families(const std::vector<boost::asio::ip::address>& addresses);

}  // namespace ftpfs::net
