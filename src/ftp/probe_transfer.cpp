#include "probe_transfer.hpp"

#include "ftpfs/net/connector.hpp"
#include "ftpfs/net/endpoint_text.hpp"
#include "ftpfs/net/tcp_stream.hpp"
#include "ftpfs/proto/data_address.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace ftpfs::ftp {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

// Replies between a command and its end; two are usual.
constexpr int most_preliminary = 4;

std::chrono::milliseconds patience(const config& settings)
{
    return std::min(settings.connect_timeout, settings.timeout);
}

awaitable<result<probe_data_end>> open_passive(control_channel& control, net::connector& connector,
                                               const config& settings, probe_way way,
                                               std::optional<asio::ip::address>& named)
{
    FTPFS_CO_TRY(const auto answer,
                 co_await control.exchange(proto::command::bare(way == probe_way::epsv ? "EPSV" : "PASV")));
    if (answer.is_preliminary()) {
        control.give_up();
    }
    if (!answer.is_completion()) {
        co_return answer.as_failure();
    }
    FTPFS_CO_TRY(const auto address, proto::parse_data_address(answer));
    if (address.host) {
        named = asio::ip::address_v4{*address.host};
    }
    const auto& server = control.stream().remote_endpoint();
    if (address.port == server.port()) {
        co_return failure{errc::protocol_violation, "it names its control port"};
    }
    const auto connection = connector.begin_connect(control.stream().local_endpoint().address(),
                                                    net::endpoint{server.address(), address.port}, patience(settings));
    probe_data_end opened;
    FTPFS_CO_TRY(opened.stream, co_await connection->get());
    opened.named = named;
    co_return opened;
}

// PORT (RFC 959), or EPRT (RFC 2428) over IPv6.
result<proto::command> invitation(const tcp::endpoint& here)
{
    const auto port = here.port();
    if (here.address().is_v6()) {
        return proto::command::make("EPRT", fmt::format("|2|{}|{}|", here.address().to_string(), port));
    }
    const auto ip = here.address().to_v4().to_bytes();
    return proto::command::make("PORT",
                                fmt::format("{},{},{},{},{},{}", ip[0], ip[1], ip[2], ip[3], port / 256, port % 256));
}

awaitable<result<probe_data_end>> open_active(control_channel& control)
{
    error_code error;
    auto listener = std::make_unique<tcp::acceptor>(co_await asio::this_coro::executor);
    const tcp::endpoint any_port{control.stream().local_endpoint().address(), 0};
    listener->open(any_port.protocol(), error);
    if (!error) {
        listener->bind(any_port, error);
    }
    if (!error) {
        listener->listen(1, error);
    }
    if (error) {
        co_return failure{errc::unreachable, "cannot listen for the server: " + error.message()};
    }
    FTPFS_CO_TRY(auto port, invitation(listener->local_endpoint(error)));
    FTPFS_CO_TRY(const auto answer, co_await control.exchange(std::move(port)));
    if (answer.is_preliminary()) {
        control.give_up();
    }
    if (!answer.is_completion()) {
        co_return answer.as_failure();
    }
    probe_data_end opened;
    opened.listener = std::move(listener);
    co_return opened;
}

// All commands but the last, and that one sent. A refusal is the answer; none: go on.
awaitable<result<std::optional<proto::reply>>> begin(control_channel& control, std::vector<proto::command> commands)
{
    for (std::size_t i = 0; i + 1 < commands.size(); ++i) {
        FTPFS_CO_TRY(auto answer, co_await control.exchange(commands[i]));
        if (answer.is_preliminary()) {
            control.give_up();
            co_return answer.as_failure();
        }
        if (answer.is_negative()) {
            co_return std::optional{std::move(answer)};
        }
    }
    FTPFS_CO_CHECK(co_await control.send(commands.back()));
    FTPFS_CO_TRY(auto answer, co_await control.read_reply());
    if (control.broken()) {
        co_return answer.as_failure();
    }
    co_return answer.is_negative() ? std::optional{std::move(answer)} : std::nullopt;
}

// The reply that ends the transfer. A server that said it at once, without a 150, has nothing more to say.
awaitable<result<proto::reply>> verdict(control_channel& control)
{
    for (int i = 0; i < most_preliminary; ++i) {
        FTPFS_CO_TRY(auto answer, co_await control.read_reply());
        if (control.broken()) {
            co_return answer.as_failure();
        }
        if (!answer.is_preliminary()) {
            co_return answer;
        }
    }
    control.give_up();
    co_return failure{errc::protocol_violation, "too many preliminary replies"};
}

failure lost(control_channel& control, failure why)
{
    control.give_up();
    return why;
}

}  // namespace

std::string_view to_string(probe_way way) noexcept
{
    switch (way) {
    case probe_way::epsv: return "EPSV";
    case probe_way::pasv: return "PASV";
    case probe_way::active: return "active mode";
    }
    return "";
}

awaitable<result<probe_data_end>> open_probe_data(control_channel& control, net::connector& connector,
                                                  const config& settings, probe_way way,
                                                  std::optional<asio::ip::address>& named)
{
    if (way == probe_way::active) {
        co_return co_await open_active(control);
    }
    co_return co_await open_passive(control, connector, settings, way, named);
}

awaitable<result<>> meet_server(probe_data_end& data, const control_channel& control, const config& settings)
{
    using namespace asio::experimental::awaitable_operators;
    if (data.stream) {
        co_return result<>{};
    }
    asio::steady_timer limit{co_await asio::this_coro::executor, patience(settings)};
    tcp::socket socket{co_await asio::this_coro::executor};
    auto came = co_await (data.listener->async_accept(socket, as_result) || limit.async_wait(as_result));
    data.listener.reset();
    if (came.index() == 1) {
        co_return failure{errc::timed_out, "the server did not connect"};
    }
    if (const auto error = std::get<0>(std::get<0>(came))) {
        co_return failure{errc::connection_lost, "the server did not connect: " + error.message()};
    }
    data.stream = std::make_unique<net::tcp_stream>(std::move(socket));
    if (data.stream->remote_endpoint().address() != control.stream().remote_endpoint().address()) {
        co_return failure{errc::protocol_violation,
                          "somebody else connected: " + net::to_string(data.stream->remote_endpoint())};
    }
    co_return result<>{};
}

awaitable<result<probe_transfer>> receive(control_channel& control, const config& settings, probe_data_end data,
                                          std::vector<proto::command> commands, std::size_t limit)
{
    FTPFS_CO_TRY(auto refused, co_await begin(control, std::move(commands)));
    if (refused) {
        co_return probe_transfer{*std::move(refused)};
    }
    auto met = co_await meet_server(data, control, settings);
    if (!met) {
        co_return lost(control, std::move(met).error());
    }
    probe_transfer done{proto::reply{226, {}}};
    // Whoever drips bytes for ever is given up, too.
    const auto latest = clock::now() + 2 * settings.timeout;
    std::array<std::byte, 16384> buffer{};
    for (bool more = true; more;) {
        data.stream->expires_after(std::min<clock::duration>(settings.timeout, latest - clock::now()));
        const auto count = co_await data.stream->read_some(buffer);
        if (!count) {
            co_return lost(control, count.error());
        }
        more = *count > 0;
        done.received += *count;
        const auto kept = std::min(*count, limit - std::min(limit, done.bytes.size()));
        done.bytes.append(reinterpret_cast<const char*>(buffer.data()), kept);
    }
    data.stream->close(net::close_mode::orderly);
    if (!control.quiet()) {
        FTPFS_CO_TRY(done.verdict, co_await verdict(control));
    }
    co_return done;
}

awaitable<result<probe_transfer>> send(control_channel& control, const config& settings, probe_data_end data,
                                       std::vector<proto::command> commands, std::string bytes)
{
    FTPFS_CO_TRY(auto refused, co_await begin(control, std::move(commands)));
    if (refused) {
        co_return probe_transfer{*std::move(refused)};
    }
    auto met = co_await meet_server(data, control, settings);
    if (!met) {
        co_return lost(control, std::move(met).error());
    }
    data.stream->expires_after(settings.timeout);
    auto sent = co_await data.stream->write_all(std::as_bytes(std::span{bytes.data(), bytes.size()}));
    if (!sent) {
        co_return lost(control, std::move(sent).error());
    }
    data.stream->close(net::close_mode::orderly);
    probe_transfer done{proto::reply{226, {}}};
    if (!control.quiet()) {
        FTPFS_CO_TRY(done.verdict, co_await verdict(control));
    }
    co_return done;
}

}  // namespace ftpfs::ftp
