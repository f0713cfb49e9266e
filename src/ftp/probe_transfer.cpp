#include "probe_transfer.hpp"

#include "ftpfs/net/byte_stream.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace ftpfs::ftp {
namespace {

using clock = std::chrono::steady_clock;

// Replies between a command and its end; two are usual.
constexpr int most_preliminary = 4;

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

// In active mode: that the server did not come, if that is why.
failure explained(const data_opening& data, failure why)
{
    return data.offer && data.offer->explains(why) ? data.offer->explain(std::move(why)) : why;
}

}  // namespace

config only_by(data_way way, config settings)
{
    switch (way) {
    case data_way::epsv: settings.data = data_mode::epsv; break;
    case data_way::pasv: settings.data = data_mode::pasv; break;
    case data_way::active: settings.data = data_mode::active; break;
    }
    return settings;
}

awaitable<result<data_opening>> open_probe_data(const data_context& with, std::string use, probe_address& told)
{
    const bool told_in_steps = with.settings.data != data_mode::active && with.profile.pret != support::works;
    if (!told_in_steps) {
        co_return co_await open_data_connection(with, std::move(use));
    }
    FTPFS_CO_TRY(auto link, co_await begin_data_connection(with));
    told.agreed = true;
    told.named = link.named;
    FTPFS_CO_TRY(auto stream, co_await await_data_connection(link, with));
    co_return data_opening{std::move(stream), std::nullopt};
}

awaitable<result<probe_transfer>> receive(control_channel& control, const config& settings, data_opening data,
                                          std::vector<proto::command> commands, std::size_t limit,
                                          data_preparation preparation)
{
    FTPFS_CO_TRY(auto refused, co_await begin(control, std::move(commands)));
    if (refused) {
        co_return probe_transfer{*std::move(refused)};
    }
    probe_transfer done{proto::reply{226, {}}};
    if (preparation) {
        auto prepared = co_await preparation(data.stream);
        if (!prepared) {
            data.stream->close(net::close_mode::abortive);
            FTPFS_CO_TRY(done.verdict, co_await verdict(control));
            if (done.verdict.is_negative()) {
                co_return done;
            }
            co_return std::move(prepared).error();
        }
    }
    // Whoever drips bytes for ever is given up, too.
    const auto latest = clock::now() + 2 * settings.timeout;
    std::array<std::byte, 16384> buffer{};
    for (bool more = true; more;) {
        data.stream->expires_after(std::min<clock::duration>(settings.timeout, latest - clock::now()));
        const auto count = co_await data.stream->read_some(buffer);
        if (!count) {
            co_return lost(control, explained(data, count.error()));
        }
        more = *count > 0;
        done.received += *count;
        const auto kept = std::min(*count, limit - std::min(limit, done.bytes.size()));
        done.bytes.append(reinterpret_cast<const char*>(buffer.data()), kept);
    }
    if (preparation) {
        co_await data.stream->shutdown_send();  // the farewell that vsftpd's verdict waits for
    }
    data.stream->close(net::close_mode::orderly);
    if (!control.quiet()) {
        FTPFS_CO_TRY(done.verdict, co_await verdict(control));
    }
    co_return done;
}

awaitable<result<probe_transfer>> send(control_channel& control, const config& settings, data_opening data,
                                       std::vector<proto::command> commands, std::string bytes)
{
    FTPFS_CO_TRY(auto refused, co_await begin(control, std::move(commands)));
    if (refused) {
        co_return probe_transfer{*std::move(refused)};
    }
    data.stream->expires_after(settings.timeout);
    auto sent = co_await data.stream->write_all(std::as_bytes(std::span{bytes.data(), bytes.size()}));
    if (!sent) {
        co_return lost(control, explained(data, std::move(sent).error()));
    }
    data.stream->close(net::close_mode::orderly);
    probe_transfer done{proto::reply{226, {}}};
    if (!control.quiet()) {
        FTPFS_CO_TRY(done.verdict, co_await verdict(control));
    }
    co_return done;
}

}  // namespace ftpfs::ftp
