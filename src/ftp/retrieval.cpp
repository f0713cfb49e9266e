#include "ftpfs/ftp/retrieval.hpp"

#include "ftpfs/ftp/arming_behind.hpp"
#include "ftpfs/proto/server_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace ftpfs::ftp {

namespace {

// Below this, reading to the end is no dearer than the round trips of an abort, and leaves nothing to guess.
constexpr std::uint64_t small_rest = std::uint64_t{256} * 1024;

// How long a server may take to notice that its data connection is gone.
constexpr std::chrono::seconds least_patience{1};

// Replies to one RETR: Pure-FTPd sends two 150, nobody was seen to send more.
constexpr int most_preliminary = 4;

constexpr std::size_t scratch_size = std::size_t{64} * 1024;

}  // namespace

retrieval::retrieval(control_channel& control, server_profile& profile, std::unique_ptr<net::byte_stream> data,
                     arming_behind& behind)
    : control_{control}, profile_{profile}, behind_{behind}, data_{std::move(data)}
{
}

awaitable<result<>> retrieval::send(std::string file, range what, bool pipelined, std::vector<proto::command> questions)
{
    FTPFS_CO_TRY(auto command, proto::command::make("RETR", file));
    auto packet = std::move(questions);
    offset_ = what.offset;
    if (what.send_rest) {
        until_ = what.until;
        // Immediately before RETR: inetutils and linux-ftpd forget it with any command in between.
        auto rest = until_ ? proto::command::bare(fmt::format("RANG {} {}", offset_, *until_ - 1))
                           : proto::command::with_number("REST", offset_);
        if (pipelined) {
            rest_is_due_ = true;
            packet.push_back(std::move(rest));
        } else {
            FTPFS_CO_TRY(const auto answer, co_await control_.exchange(std::move(rest)));
            note_rest(answer);
        }
    }
    packet.push_back(std::move(command));
    co_return co_await control_.send_all(std::move(packet));
}

void retrieval::note_rest(const proto::reply& answer)
{
    if (answer.is_intermediate() || answer.is_completion()) {
        position_ = offset_;
    } else {
        (until_ ? profile_.rang : profile_.rest) = support::refused;
        until_.reset();
    }
}

// Where the transfer ends, if that is known.
std::optional<std::uint64_t> retrieval::last() const noexcept
{
    if (until_ && size_) {
        return std::min(*until_, *size_);
    }
    return until_ ? until_ : size_;
}

awaitable<result<>> retrieval::hear(std::optional<std::uint64_t> size)
{
    size_ = size;
    if (rest_is_due_) {
        FTPFS_CO_TRY(const auto answer, co_await control_.read_reply());
        if (control_.broken()) {
            co_return answer.as_failure();
        }
        note_rest(answer);
    }
    FTPFS_CO_TRY(auto answer, co_await control_.read_reply());
    if (control_.broken()) {
        co_return answer.as_failure();
    }
    first_code_ = answer.code;
    if (answer.is_preliminary()) {
        preliminary_seen_ = true;
    } else if (answer.is_completion()) {
        final_ = std::move(answer);
    } else if (answer.code == 554 && position_ > 0 && position_ >= size_.value_or(position_)) {
        // "Invalid REST parameter": beyond the end (ProFTPD, Pure-FTPd, pyftpdlib).
        data_->close(net::close_mode::abortive);
        at_end_ = true;
    } else {
        co_return proto::explain(answer);
    }
    co_return result<>{};
}

awaitable<result<std::size_t>> retrieval::read_some(std::span<std::byte> buffer)
{
    if (at_end_) {
        co_return std::size_t{0};
    }
    if (has_surplus_) {
        co_return co_await after_surplus();
    }
    for (;;) {
        data_->expires_after(control_.timeout());
        const auto count = co_await data_->read_some(buffer);
        if (!count) {
            co_return co_await after_broken_data(count.error());
        }
        if (*count == 0) {
            co_return co_await at_end_of_data();
        }
        const auto wanted = keep_wanted(buffer.first(*count));
        if (wanted > 0) {
            co_return wanted;
        }
        if (has_surplus_) {
            co_return co_await after_surplus();
        }
    }
}

// Drops what lies before the offset and what lies behind the known end; answers what is left, moved to the front.
std::size_t retrieval::keep_wanted(std::span<std::byte> bytes)
{
    const auto begin = position_;
    const auto end = begin + bytes.size();
    position_ = end;
    if (until_ && end > *until_) {
        profile_.rang = support::refused;
        until_.reset();
    }
    const auto last = size_ ? std::min(end, std::max(*size_, begin)) : end;
    has_surplus_ = last < end;
    const auto first = std::max(begin, offset_);
    if (first >= last) {
        return 0;
    }
    const auto count = static_cast<std::size_t>(last - first);
    if (first > begin) {
        std::memmove(bytes.data(), bytes.data() + (first - begin), count);
    }
    return count;
}

// The file has grown, or REST is not what it was: then prove it anew before it is used again.
awaitable<failure> retrieval::after_surplus()
{
    if (offset_ > 0 && profile_.rest == support::works) {
        profile_.rest = support::unknown;
    }
    co_await end_early();
    co_return failure{errc::version_changed, fmt::format("the server sent more than the {} bytes of the file", *size_)};
}

awaitable<result<std::size_t>> retrieval::at_end_of_data()
{
    data_->close(net::close_mode::orderly);
    const bool all_here = last() && position_ >= *last();
    if (!final_) {
        co_await behind_.ask();
    }
    auto verdict = co_await final_reply(control_.timeout());
    co_await behind_.hear();
    const bool was_cancelled = !verdict && verdict.error() == errc::cancelled;
    if (!verdict && control_.broken() && all_here && !was_cancelled) {
        co_return std::size_t{0};  // every byte has come; only the session is lost
    }
    if (!verdict) {
        co_return std::move(verdict).error();
    }
    if (!verdict->is_completion()) {
        co_return proto::explain(*verdict);
    }
    if (last() && position_ < *last()) {
        co_return failure{errc::truncated, fmt::format("the transfer ended at byte {} of {}", position_, *last())};
    }
    co_return std::size_t{0};
}

// What ends the transfer on the control connection, unless it has come already.
awaitable<result<proto::reply>> retrieval::final_reply(clock::duration limit)
{
    if (final_) {
        co_return *final_;
    }
    for (int i = 0; i < most_preliminary; ++i) {
        FTPFS_CO_TRY(auto answer, co_await control_.read_reply_within(limit));
        if (behind_.is_out_of_turn(answer)) {
            control_.give_up();
            co_return failure{errc::protocol_violation, "the server did not say how the transfer ended"};
        }
        if (!answer.is_preliminary()) {
            final_ = answer;
            co_return answer;
        }
        preliminary_seen_ = true;
    }
    control_.give_up();
    co_return failure{errc::protocol_violation, "too many preliminary replies to RETR"};
}

// A reset may hide a reason that the server gives on the control connection.
awaitable<result<std::size_t>> retrieval::after_broken_data(failure why)
{
    data_->close(net::close_mode::abortive);
    if (!(why == errc::connection_lost)) {
        control_.give_up();
        co_return why;
    }
    const auto verdict = co_await final_reply(patience());
    if (verdict && verdict->is_negative()) {
        co_return proto::explain(*verdict);
    }
    if (verdict && verdict->is_completion() && last() && position_ >= *last()) {
        co_return std::size_t{0};
    }
    co_return why;
}

awaitable<> retrieval::end_early()
{
    if (at_end_) {
        co_return;
    }
    if (last() && !has_surplus_ && *last() - std::min(*last(), position_) <= small_rest) {
        const bool drained = co_await drain();
        if (drained) {
            data_->close(net::close_mode::orderly);
            // Not awaited for long: a server that hashes the file now would hold the session for minutes.
            co_await final_reply(patience());
            co_return;
        }
    }
    if (profile_.abort == abort_style::abor_first && !final_) {
        co_await abort_first();
    } else {
        data_->close(net::close_mode::abortive);
        if (!final_) {
            co_await wait_for_last_word();
        }
    }
    data_->close(net::close_mode::abortive);
    co_await control_.synchronise(patience());
}

awaitable<> retrieval::abort_first()
{
    const auto sent = co_await control_.send(proto::command::bare("ABOR"));
    if (!sent) {
        co_return;
    }
    co_await drain();
    data_->close(net::close_mode::abortive);
    co_await wait_for_last_word();
}

// Reads and drops until the server ends the data; false when that takes too long.
awaitable<bool> retrieval::drain()
{
    std::vector<std::byte> scratch(scratch_size);
    data_->expires_after(patience());
    for (;;) {
        const auto count = co_await data_->read_some(scratch);
        if (!count || *count == 0) {
            co_return count.has_value();
        }
    }
}

// After our end of the data connection closed, one reply ends the RETR. With Pure-FTPd it is a second 150.
awaitable<> retrieval::wait_for_last_word()
{
    for (int i = 0; i < most_preliminary; ++i) {
        const auto answer = co_await control_.read_reply_within(patience());
        if (!answer || !answer->is_preliminary()) {
            co_return;
        }
        if (std::exchange(preliminary_seen_, true)) {
            profile_.abort = abort_style::abor_first;
            co_return;
        }
    }
}

retrieval::clock::duration retrieval::patience() const noexcept
{
    return std::max<clock::duration>(least_patience, 3 * control_.round_trip());
}

}  // namespace ftpfs::ftp
