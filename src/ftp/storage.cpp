#include "ftpfs/ftp/storage.hpp"

#include "ftpfs/proto/server_words.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace ftpfs::ftp {

namespace asio = boost::asio;

namespace {

// The deadline is per slice: a line of 10 kB/s moves one within the usual 30 s.
constexpr std::size_t slice_size = std::size_t{256} * 1024;

// How long a server may take to notice that its data connection is gone.
constexpr std::chrono::seconds least_patience{1};

// Replies between the command and the end; one is usual.
constexpr int most_preliminary = 4;

// What the kernel still holds when the last byte was written: below this it leaves within any timeout.
constexpr std::size_t small_backlog = std::size_t{64} * 1024;
constexpr std::chrono::milliseconds backlog_interval{50};

}  // namespace

storage::storage(control_channel& control, std::unique_ptr<net::byte_stream> data)
    : control_{control}, data_{std::move(data)}
{
}

storage::~storage()
{
    control_.watch({});
}

awaitable<result<std::optional<proto::reply>>> storage::begin(order given)
{
    std::vector<proto::command> packet;
    if (given.rest) {
        packet.push_back(proto::command::with_number("REST", *given.rest));
    }
    // A REST to a place must be accepted before STOR is sent: without it STOR empties the file.
    if (given.rest && (*given.rest > 0 || !given.pipelined)) {
        FTPFS_CO_CHECK(co_await control_.send_all(std::exchange(packet, {})));
        FTPFS_CO_TRY(auto answer, co_await hear_rest());
        if (answer.is_negative() && *given.rest > 0) {
            co_return std::optional{std::move(answer)};
        }
        given.rest.reset();
    }
    rest_is_due_ = given.rest.has_value();
    packet.push_back(std::move(given.what));
    behind_ = given.behind.size();
    std::move(given.behind.begin(), given.behind.end(), std::back_inserter(packet));
    FTPFS_CO_CHECK(co_await control_.send_all(std::move(packet)));
    if (given.unheard) {
        if (!rest_is_due_) {
            watch();
        }
        co_return std::nullopt;
    }
    FTPFS_CO_TRY(auto answer, co_await hear_first());
    co_return std::optional{std::move(answer)};
}

// The server's answer to the command, whatever it is.
awaitable<result<proto::reply>> storage::hear_first()
{
    if (std::exchange(rest_is_due_, false)) {
        FTPFS_CO_CHECK(co_await hear_rest());
    }
    FTPFS_CO_TRY(auto answer, co_await control_.read_reply());
    first_code_ = answer.code;
    if (control_.broken()) {
        co_return answer.as_failure();
    }
    if (!answer.is_preliminary()) {  // a refusal; or a success, as some servers say at once for RETR
        control_.watch({});
        final_ = answer;
        if (answer.is_negative()) {
            data_->close(net::close_mode::abortive);
        }
        co_return answer;
    }
    FTPFS_CO_CHECK(co_await hear());
    if (!final_) {
        watch();
    }
    co_return answer;
}

void storage::watch()
{
    control_.watch([this] {
        alarmed_ = true;
        data_->close(ending_ ? net::close_mode::orderly : net::close_mode::abortive);
    });
}

awaitable<result<proto::reply>> storage::hear_rest()
{
    FTPFS_CO_TRY(auto answer, co_await control_.read_reply());
    if (answer.is_preliminary()) {
        control_.give_up();
    }
    if (control_.broken()) {
        co_return answer.as_failure();
    }
    co_return answer;
}

// Takes what the server has said already, without waiting for more than the rest of a line.
awaitable<result<>> storage::hear()
{
    if (first_code_ == 0 && control_.has_word()) {
        FTPFS_CO_CHECK(co_await hear_first());
        co_return result<>{};
    }
    for (int i = 0; !final_ && control_.has_word(); ++i) {
        if (i == most_preliminary) {
            control_.give_up();
            co_return failure{errc::protocol_violation, "too many preliminary replies to an upload"};
        }
        FTPFS_CO_TRY(auto answer, co_await control_.read_reply());
        if (!answer.is_preliminary()) {
            final_ = std::move(answer);
        }
    }
    co_return result<>{};
}

failure storage::ended_early() const
{
    if (final_->is_negative()) {
        return proto::explain(*final_);
    }
    return {errc::protocol_violation, "the server ended the upload early: " + final_->as_failure().detail};
}

awaitable<result<>> storage::write(std::vector<shared_bytes> pieces)
{
    for (auto& piece : pieces) {
        FTPFS_CO_CHECK(co_await write_piece(std::move(piece)));
    }
    data_->never_expires();
    co_return result<>{};
}

awaitable<result<>> storage::write_piece(shared_bytes piece)
{
    for (std::size_t at = 0; at < piece.size(); at += slice_size) {
        if (alarmed_) {
            co_return co_await after_broken_data(failure{errc::connection_lost});
        }
        const auto slice = piece.slice(at, slice_size);
        if (first_code_ == 0 && (sent_unheard_ += slice.size()) > most_unheard) {
            FTPFS_CO_CHECK(co_await hear_first());
        }
        FTPFS_CO_CHECK(co_await hear());
        if (final_) {
            data_->close(net::close_mode::abortive);
            co_return ended_early();
        }
        data_->expires_after(control_.timeout());
        auto written = co_await data_->write_all(slice.span());
        if (!written) {
            co_return co_await after_broken_data(std::move(written).error());
        }
    }
    co_return result<>{};
}

// The reason may be on the control connection.
awaitable<failure> storage::after_broken_data(failure why)
{
    data_->close(net::close_mode::abortive);
    if (!alarmed_ && !(why == errc::connection_lost)) {
        control_.give_up();
        co_return why;
    }
    const auto verdict = co_await final_reply(patience());
    if (verdict) {
        co_return ended_early();
    }
    co_return alarmed_ ? verdict.error() : why;
}

// What ends the transfer on the control connection, unless it has come already.
awaitable<result<proto::reply>> storage::final_reply(clock::duration limit)
{
    for (int i = 0; !final_ && i < most_preliminary; ++i) {
        FTPFS_CO_TRY(auto answer, co_await control_.read_reply_within(limit));
        if (std::exchange(rest_is_due_, false)) {
            continue;
        }
        first_code_ = first_code_ == 0 ? answer.code : first_code_;
        if (!answer.is_preliminary()) {
            final_ = std::move(answer);
        }
    }
    if (!final_) {
        control_.give_up();
        co_return failure{errc::protocol_violation, "too many preliminary replies to an upload"};
    }
    co_return *final_;
}

awaitable<result<proto::reply>> storage::finish(std::optional<proto::command> last)
{
    ending_ = true;
    if (!final_ && !alarmed_) {
        data_->expires_after(control_.timeout());
        const auto ended = co_await data_->shutdown_send();
        // A server that still has much to read would meet it in the middle of the transfer.
        if (ended && last && data_->unsent() <= small_backlog) {
            sent_last_ = (co_await control_.send_behind(*std::move(last))).has_value();
            behind_ += sent_last_ ? 1 : 0;
        }
        if (ended && first_code_ == 0) {
            FTPFS_CO_CHECK(co_await hear_first());
        }
        if (ended && !final_) {
            FTPFS_CO_CHECK(co_await send_backlog());
            co_await drain();
        }
    }
    control_.watch({});
    data_->close(net::close_mode::orderly);
    co_return co_await final_reply(control_.timeout());
}

// Megabytes may still wait in the kernel: on a slow line they take longer than any answer may.
awaitable<result<>> storage::send_backlog()
{
    const auto where = co_await asio::this_coro::executor;
    asio::steady_timer pause{where};
    auto left = data_->unsent();
    auto progress = clock::now();
    while (left > small_backlog && !alarmed_) {
        pause.expires_after(backlog_interval);
        auto [aborted] = co_await pause.async_wait(as_result);
        if (aborted) {
            control_.give_up();
            co_return failure{errc::cancelled};
        }
        const auto now = clock::now();
        const auto still = data_->unsent();
        if (still < left) {
            progress = now;
        } else if (now - progress > control_.timeout()) {
            control_.give_up();
            co_return failure{errc::timed_out, "the last part of the file does not leave"};
        }
        left = still;
    }
    co_return result<>{};
}

// Until the server has read everything and closed, or speaks: closing first can destroy what it has not read yet.
awaitable<> storage::drain()
{
    std::array<std::byte, 512> unwanted{};
    data_->expires_after(control_.timeout());
    for (bool more = !alarmed_; more;) {
        const auto count = co_await data_->read_some(unwanted);
        more = count && *count > 0;
    }
}

awaitable<> storage::break_off()
{
    control_.watch({});
    data_->close(net::close_mode::abortive);
    bool heard = (co_await final_reply(patience())).has_value();
    for (; heard && behind_ > 0; --behind_) {
        const auto answer = co_await control_.read_reply_within(patience());
        heard = answer && !answer->is_preliminary();
    }
    if (heard) {
        co_await control_.synchronise(patience());
    }
}

storage::clock::duration storage::patience() const noexcept
{
    return std::max<clock::duration>(least_patience, 3 * control_.round_trip());
}

}  // namespace ftpfs::ftp
