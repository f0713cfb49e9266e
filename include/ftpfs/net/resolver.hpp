// Looks up the addresses of a host name.
//
// getaddrinfo blocks and can't be interrupted, so it runs on the helper thread and whoever waits may leave
// early: a dead DNS server delays an answer, never the loop. The helper must outlive the resolver's use.
#pragma once

#include "ftpfs/async/blocking.hpp"
#include "ftpfs/core/result.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace ftpfs::net {

enum class address_family { any, ipv4, ipv6 };

class resolver {
public:
    resolver(executor where, async::helper_thread& helper) : where_{std::move(where)}, helper_{helper} {}

    // In the system's order of preference, never empty. Numeric addresses need no look-up. Failures:
    // host_not_found, timed_out, cancelled.
    awaitable<result<std::vector<boost::asio::ip::address>>> look_up(std::string host, address_family family,
                                                                     std::chrono::milliseconds limit);

private:
    executor where_;
    async::helper_thread& helper_;
};

}  // namespace ftpfs::net
