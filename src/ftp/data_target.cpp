#include "ftpfs/ftp/data_target.hpp"

#include <fmt/format.h>

namespace ftpfs::ftp {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;

bool within(std::uint32_t ip, std::uint32_t network, unsigned bits)
{
    return (ip ^ network) >> (32 - bits) == 0;
}

address_scope scope_of_ipv4(std::uint32_t ip)
{
    if (within(ip, 0x00000000, 8) || within(ip, 0xE0000000, 3)) {  // "this network"; multicast and reserved
        return address_scope::none;
    }
    if (within(ip, 0x7F000000, 8)) {
        return address_scope::loopback;
    }
    if (within(ip, 0xA9FE0000, 16)) {  // RFC 3927
        return address_scope::link_local;
    }
    // RFC 1918, and RFC 6598 between a provider and its customers.
    const bool is_private = within(ip, 0x0A000000, 8) || within(ip, 0xAC100000, 12) || within(ip, 0xC0A80000, 16) ||
                            within(ip, 0x64400000, 10);
    return is_private ? address_scope::private_network : address_scope::global;
}

// RFC 4291 §2.4, RFC 4193.
address_scope scope_of_ipv6(const boost::asio::ip::address_v6& ip)
{
    if (ip.is_unspecified() || ip.is_multicast()) {
        return address_scope::none;
    }
    if (ip.is_loopback()) {
        return address_scope::loopback;
    }
    if (ip.is_link_local()) {
        return address_scope::link_local;
    }
    return (ip.to_bytes()[0] & 0xFE) == 0xFC ? address_scope::private_network : address_scope::global;
}

address_scope scope_of_peer(const data_host& peer)
{
    return peer ? scope_of(*peer) : address_scope::global;
}

// Can it be another host's, as far as one can tell from here?
bool may_be_right(const data_host& peer, const address& named)
{
    const auto scope = scope_of(named);
    return scope != address_scope::none && scope >= scope_of_peer(peer);
}

std::string_view kind_of(const address& named)
{
    switch (scope_of(named)) {
    case address_scope::none: return ", which is no host's";
    case address_scope::loopback: return ", which means this machine";
    case address_scope::link_local: return ", which is valid only on its own link";
    case address_scope::private_network: return ", which is private";
    case address_scope::global: break;
    }
    return "";
}

}  // namespace

address_scope scope_of(const address& address)
{
    return address.is_v4() ? scope_of_ipv4(address.to_v4().to_uint()) : scope_of_ipv6(address.to_v6());
}

std::vector<data_host> data_hosts(pasv_address policy, const data_host& peer, const data_host& named, support known)
{
    const bool names_another = named && named != peer && !named->is_unspecified();
    if (!names_another || policy == pasv_address::control) {
        return std::vector(1, data_host{});
    }
    if (policy == pasv_address::server) {
        return std::vector(1, named);
    }
    std::vector<data_host> hosts(1, data_host{});
    if (known != support::refused && may_be_right(peer, *named)) {
        hosts.insert(known == support::works ? hosts.begin() : hosts.end(), named);
    }
    return hosts;
}

std::string advice_about(pasv_address policy, const data_host& peer, const data_host& named)
{
    if (!named || named == peer || named->is_unspecified()) {
        return {};
    }
    const auto address = named->to_string();
    const auto kind = kind_of(*named);
    if (policy == pasv_address::server) {
        return fmt::format("the server named the address {}{}, and pasv_address=server believes it: "
                           "pasv_address=control connects to the server's own address instead",
                           address, kind);
    }
    if (policy == pasv_address::control && may_be_right(peer, *named)) {
        return fmt::format("the server named another address, {}{}: if its data ports are there, mount with "
                           "pasv_address=auto",
                           address, kind);
    }
    return {};
}

}  // namespace ftpfs::ftp
