#include "ftpfs/ftp/data_connection.hpp"

#include "ftpfs/net/accepting_stream.hpp"
#include "ftpfs/proto/active_command.hpp"
#include "ftpfs/proto/data_address.hpp"
#include "ftpfs/proto/server_words.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace ftpfs::ftp {

namespace {

using stream_ptr = std::unique_ptr<net::byte_stream>;

// How long to wait for a connection while there is another way: three SYNs were lost by then (after 0, 1 and 3 s).
constexpr std::chrono::milliseconds patience_with_another{5'000};

constexpr auto closed_ports =
    "; a firewall may close the server's passive ports: its administrator can open them, or mount "
    "with data=active if the server can reach this machine";

// A refusal of EPSV, PASV or PORT says nothing about a file, whose commands end with the same codes.
failure in_data_connection(failure why)
{
    if (why.code.category() == reply_category() && why.code.value() >= 500) {
        why.code = make_error_code(errc::unreachable);
    }
    why.detail = fmt::format("{}{}", data_connection_failure, why.detail);
    return why;
}

// The server's address; absent when it is known only to the proxy.
data_host peer_of(const data_context& with)
{
    if (!with.settings.proxy) {
        return with.control.stream().remote_endpoint().address();
    }
    error_code not_numeric;
    const auto address = boost::asio::ip::make_address(with.settings.host, not_numeric);
    return not_numeric ? data_host{} : data_host{address};
}

bool is_ipv6(const data_context& with)
{
    const auto peer = peer_of(with);
    return peer && peer->is_v6();
}

std::unique_ptr<net::connecting> begin_connect(const data_context& with, const std::vector<data_host>& hosts,
                                               std::uint16_t port, std::chrono::milliseconds timeout)
{
    const auto& control = with.control.stream();
    if (with.settings.proxy) {
        net::tunnel_request request{with.settings.proxy, control.remote_endpoint()};
        request.local = control.local_endpoint().address();
        request.timeout = timeout;
        for (const auto& host : hosts) {
            request.destinations.emplace_back(host ? host->to_string() : with.settings.host, port);
        }
        return with.connector.begin_connect(std::move(request));
    }
    std::vector<net::endpoint> remotes;
    for (const auto& host : hosts) {
        remotes.emplace_back(host.value_or(control.remote_endpoint().address()), port);
    }
    return with.connector.begin_connect(control.local_endpoint().address(), std::move(remotes), timeout);
}

std::chrono::milliseconds patience(const data_context& with, const data_ladder& ladder)
{
    const auto all = std::min(with.settings.connect_timeout, with.settings.timeout);
    return ladder.has_another() ? std::min(all, patience_with_another) : all;
}

// Asks for a port by one way.
awaitable<result<data_link>> begin_with(const data_context& with, data_ladder ladder)
{
    auto& control = with.control;
    auto question = proto::command::bare(to_string(ladder.way()));
    FTPFS_CO_TRY(const auto answer, co_await control.exchange(std::move(question)));
    if (answer.is_preliminary()) {
        control.give_up();
        co_return failure{errc::protocol_violation, answer.as_failure().detail};
    }
    co_return follow_data_address(answer, with, std::move(ladder));
}

// What each way came to, as one failure: the last one's code, and the words of all.
class attempts {
public:
    void add(data_way way, const failure& why)
    {
        words_ += fmt::format("{}{}: {}", words_.empty() ? "" : "; ", to_string(way), why.detail);
        code_ = why.code;
        ++count_;
    }

    failure as_failure(const failure& last) const
    {
        return count_ > 1 ? in_data_connection(failure{code_, words_}) : in_data_connection(last);
    }

private:
    std::string words_;
    error_code code_;
    int count_ = 0;
};

bool ends_the_climb(const data_context& with, const failure& why)
{
    return !with.control.quiet() || why == errc::cancelled;
}

void report_climb(const data_context& with, const data_ladder& ladder, const failure& why)
{
    if (ladder.has_another()) {
        with.logger.info("no data connection by {} ({}): trying another way", to_string(ladder.way()), why.detail);
    }
}

}  // namespace

data_ladder ladder_for(const data_context& with)
{
    return {with.settings, with.profile, is_ipv6(with)};
}

std::optional<proto::command> data_question(const data_context& with)
{
    const auto ladder = ladder_for(with);
    if (ladder.way() == data_way::active || with.profile.pret == support::works) {
        return std::nullopt;
    }
    return proto::command::bare(to_string(ladder.way()));
}

result<data_link> follow_data_address(const proto::reply& answer, const data_context& with, data_ladder ladder)
{
    if (answer.is_negative()) {
        return answer.as_failure();
    }
    FTPFS_TRY(const auto address, proto::parse_data_address(answer));
    if (address.port == with.settings.port) {
        return failure{errc::protocol_violation, fmt::format("{} names the control port", to_string(ladder.way()))};
    }
    data_host named;
    if (address.host) {
        named = boost::asio::ip::address_v4{*address.host};
    }
    auto hosts = data_hosts(with.settings.pasv_address, peer_of(with), named, with.profile.named_address);
    auto connection = begin_connect(with, hosts, address.port, patience(with, ladder));
    return data_link{std::move(connection), std::move(ladder), named, std::move(hosts)};
}

awaitable<result<data_link>> begin_data_connection(const data_context& with)
{
    auto ladder = ladder_for(with);
    for (;; ladder.climb()) {
        auto begun = co_await begin_with(with, ladder);
        if (begun) {
            co_return begun;
        }
        if (ends_the_climb(with, begun.error()) || !ladder.has_another() || ladder.next() == data_way::active) {
            co_return in_data_connection(std::move(begun).error());
        }
    }
}

namespace {

bool tries_named(const data_link& link, const data_context& with)
{
    return with.settings.pasv_address == pasv_address::automatic && link.named && link.named != peer_of(with);
}

failure unreached(failure why, const data_link& link, const data_context& with)
{
    if (why == errc::cancelled) {
        return why;
    }
    if (tries_named(link, with)) {
        // What has worked before may do so again: a server that was away for a moment refuses everything.
        auto& known = with.profile.named_address;
        known = known == support::works ? support::unknown : support::refused;
    }
    const auto advice = advice_about(with.settings.pasv_address, peer_of(with), link.named);
    if (!advice.empty()) {
        why.detail += "; " + advice;
    } else if (!link.ladder.has_another() && !with.settings.proxy) {
        why.detail += closed_ports;
    }
    return why;
}

awaitable<result<stream_ptr>> await_link(data_link& link, const data_context& with)
{
    auto stream = co_await link.connection->get();
    if (!stream) {
        co_return unreached(std::move(stream).error(), link, with);
    }
    with.profile.data = support::works;
    link.ladder.note_success(with.profile);
    if (tries_named(link, with) && link.hosts[link.connection->reached()] == link.named) {
        with.profile.named_address = support::works;
    }
    co_return stream;
}

}  // namespace

awaitable<result<stream_ptr>> await_data_connection(data_link& link, const data_context& with)
{
    auto stream = co_await await_link(link, with);
    if (!stream) {
        co_return in_data_connection(std::move(stream).error());
    }
    co_return stream;
}

namespace {

// DrFTPD chooses the machine for a transfer before it names a port of it.
awaitable<result<>> announce(const data_context& with, std::string use)
{
    auto& known = with.profile.pret;
    if (known != support::works) {
        co_return result<>{};
    }
    FTPFS_CO_TRY(auto announcement, proto::command::make("PRET", use));
    FTPFS_CO_TRY(const auto answer, co_await with.control.exchange(std::move(announcement)));
    if (answer.is_preliminary()) {
        with.control.give_up();
        co_return failure{errc::protocol_violation, answer.as_failure().detail};
    }
    if (answer.is_unknown_command()) {
        known = support::refused;
    } else if (answer.is_negative()) {
        co_return proto::explain(answer);
    }
    co_return result<>{};
}

proto::command offer_command(const net::endpoint& where, bool extended)
{
    if (extended) {
        auto host = where.address();
        if (host.is_v6()) {
            host = boost::asio::ip::address_v6{host.to_v6().to_bytes()};  // without the zone, which is ours alone
        }
        return proto::eprt_command(host.to_string(), where.port());
    }
    return proto::port_command(where.address().to_v4().to_bytes(), where.port());
}

// Over IPv4 first PORT, which every server has and every firewall reads.
awaitable<result<>> tell(const data_context& with, net::endpoint where)
{
    auto& known = with.profile.port;
    bool extended = where.address().is_v6() || known == support::refused;
    for (;;) {
        FTPFS_CO_TRY(const auto answer, co_await with.control.exchange(offer_command(where, extended)));
        if (answer.is_completion()) {
            co_return result<>{};
        }
        if (answer.is_preliminary()) {
            with.control.give_up();
        }
        if (extended || !answer.is_unknown_command()) {
            co_return answer.as_failure();
        }
        known = support::refused;
        extended = true;
    }
}

awaitable<result<data_opening>> offer(const data_context& with, const data_ladder& ladder)
{
    const auto local = with.control.stream().local_endpoint().address();
    const auto peer = with.control.stream().remote_endpoint().address();
    const auto told = with.settings.active_address.value_or(local);
    if (told.is_v4() != local.is_v4()) {
        co_return failure{
            errc::unsupported,
            fmt::format("active_address={} is not of the family that the server is reached by", told.to_string())};
    }
    const auto& ports = with.settings.active_ports;
    FTPFS_CO_TRY(auto waiting,
                 net::acceptor::listen(with.connector.get_executor(), local, ports.low, ports.high, peer));
    active_offer made{ladder, net::endpoint{told, waiting->local_endpoint().port()}, waiting->witness()};
    const auto agreed = co_await tell(with, made.where());
    if (!agreed) {
        co_return made.explain_refusal(agreed.error());
    }
    co_return data_opening{std::make_unique<net::accepting_stream>(std::move(waiting), peer), std::move(made)};
}

// By one way.
awaitable<result<data_opening>> open_with(const data_context& with, const data_ladder& ladder)
{
    if (ladder.way() == data_way::active) {
        co_return co_await offer(with, ladder);
    }
    FTPFS_CO_TRY(auto link, co_await begin_with(with, ladder));
    FTPFS_CO_TRY(auto stream, co_await await_link(link, with));
    co_return data_opening{std::move(stream), std::nullopt};
}

}  // namespace

awaitable<result<data_opening>> open_data_connection(const data_context& with, std::string use)
{
    FTPFS_CO_CHECK(co_await announce(with, std::move(use)));
    auto ladder = ladder_for(with);
    attempts so_far;
    for (;; ladder.climb()) {
        auto opened = co_await open_with(with, ladder);
        if (opened) {
            co_return opened;
        }
        auto why = std::move(opened).error();
        if (ends_the_climb(with, why)) {
            co_return in_data_connection(std::move(why));
        }
        so_far.add(ladder.way(), why);
        report_climb(with, ladder, why);
        if (!ladder.has_another()) {
            ladder.note_failure(with.profile);
            co_return so_far.as_failure(why);
        }
    }
}

}  // namespace ftpfs::ftp
