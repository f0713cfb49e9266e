#include "ftpfs/net/address_order.hpp"

#include <algorithm>

namespace ftpfs::net {

using boost::asio::ip::address;

std::vector<address> alternate_families(const std::vector<address>& addresses)
{
    std::vector<address> first;
    std::vector<address> second;
    for (const auto& one : addresses) {
        auto& family = one.is_v6() == addresses.front().is_v6() ? first : second;
        if (std::find(family.begin(), family.end(), one) == family.end()) {
            family.push_back(one);
        }
    }
    std::vector<address> ordered;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) {
            ordered.push_back(first[i]);
        }
        if (i < second.size()) {
            ordered.push_back(second[i]);
        }
    }
    return ordered;
}

}  // namespace ftpfs::net
