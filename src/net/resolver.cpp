#include "ftpfs/net/resolver.hpp"

#include "ftpfs/async/condition.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include <netdb.h>

#include <cstring>
#include <memory>
#include <optional>

namespace ftpfs::net {

namespace asio = boost::asio;
using asio::ip::address;
using addresses = std::vector<address>;

namespace {

bool fits(const address& one, address_family family)
{
    return family == address_family::any || one.is_v6() == (family == address_family::ipv6);
}

address from_system(const addrinfo& info)
{
    asio::ip::tcp::endpoint where;
    const auto size = std::min<std::size_t>(info.ai_addrlen, where.capacity());
    std::memcpy(where.data(), info.ai_addr, size);
    where.resize(size);
    return where.address();
}

// Runs on the helper thread.
result<addresses> ask_system(const std::string& host, address_family family)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_family = family == address_family::ipv4 ? AF_INET : family == address_family::ipv6 ? AF_INET6 : AF_UNSPEC;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
        return failure{errc::host_not_found, fmt::format("look up {}: {}", host, ::gai_strerror(error))};
    }
    addresses all;
    for (const auto* one = found; one != nullptr; one = one->ai_next) {
        if (one->ai_family == AF_INET || one->ai_family == AF_INET6) {
            all.push_back(from_system(*one));
        }
    }
    ::freeaddrinfo(found);
    if (all.empty()) {
        return failure{errc::host_not_found, fmt::format("look up {}: no address", host)};
    }
    return all;
}

// Shared by the one who waits and the look-up, whichever lives longer.
struct pending_lookup {
    explicit pending_lookup(const executor& where) : done{where} {}
    async::condition done;
    std::optional<result<addresses>> answer;
};

awaitable<> run_lookup(std::shared_ptr<pending_lookup> lookup, async::helper_thread& helper, std::string host,
                       address_family family)
{
    auto work = [host = std::move(host), family] {
        return std::make_shared<result<addresses>>(ask_system(host, family));
    };
    auto answer = co_await helper.run<std::shared_ptr<result<addresses>>>(std::move(work));
    lookup->answer = std::move(*answer);
    lookup->done.notify_all();
}

}  // namespace

awaitable<result<addresses>> resolver::look_up(std::string host, address_family family, std::chrono::milliseconds limit)
{
    error_code not_numeric;
    const auto numeric = asio::ip::make_address(host, not_numeric);
    if (!not_numeric) {
        if (!fits(numeric, family)) {
            co_return failure{errc::host_not_found, fmt::format("{} is not an address of the wanted family", host)};
        }
        co_return addresses(1, numeric);
    }
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const auto lookup = std::make_shared<pending_lookup>(where_);
    asio::co_spawn(where_, run_lookup(lookup, helper_, host, family), asio::detached);
    while (!lookup->answer) {
        const auto woken = co_await lookup->done.wait_until(deadline);
        if (woken == async::wake::cancelled) {
            co_return failure{errc::cancelled, fmt::format("look up {}", host)};
        }
        if (woken == async::wake::deadline && !lookup->answer) {
            co_return failure{errc::timed_out, fmt::format("look up {}: no answer", host)};
        }
    }
    co_return *std::move(lookup->answer);
}

}  // namespace ftpfs::net
