#include "ftp_upload.hpp"

#include "ftpfs/ftp/postscript.hpp"
#include "remote_lookup.hpp"
#include "upload_verdict.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace ftpfs::ftp {

namespace asio = boost::asio;

namespace {

// A server whose control connection broke may still be storing what it has received.
constexpr std::chrono::milliseconds growth_interval{200};

// 10 s: by then a file that still grows is somebody else's.
constexpr int most_looks = 50;

// The server lets nobody look, as opposed to a question that was lost.
bool is_refusal(const failure& why)
{
    return why == errc::permission_denied || remote_lookup::ambiguous(why);
}

}  // namespace

struct ftp_upload::transfer {
    explicit transfer(what begun_) : begun{std::move(begun_)}, size{begun.offset} {}

    what begun;
    std::uint64_t size;  // the file's, when all that was written is stored
    std::optional<failure> failed;
    std::optional<file_attributes> finished;
};

ftp_upload::ftp_upload(what begun) : transfer_{std::make_shared<transfer>(std::move(begun))} {}

awaitable<result<>> ftp_upload::write(std::vector<shared_bytes> pieces)
{
    return send(transfer_, std::move(pieces));
}

awaitable<result<file_attributes>> ftp_upload::finish(std::optional<std::chrono::sys_seconds> modified)
{
    return end(transfer_, modified);
}

awaitable<result<>> ftp_upload::send(transfer_ptr to, std::vector<shared_bytes> pieces)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (to->failed) {
        co_return *to->failed;
    }
    std::uint64_t count = 0;
    for (const auto& piece : pieces) {
        count += piece.size();
    }
    const auto written = co_await to->begun.lease->write(std::move(pieces));
    if (!written) {
        to->failed = co_await explain_refusal(to, written.error());
        to->begun.lease.release();
        co_return *to->failed;
    }
    to->size += count;
    *to->begun.bytes_sent += count;
    co_return result<>{};
}

awaitable<result<file_attributes>> ftp_upload::end(transfer_ptr to, std::optional<std::chrono::sys_seconds> modified)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (to->failed) {
        co_return *to->failed;
    }
    if (to->finished) {
        co_return *to->finished;
    }
    auto& lease = to->begun.lease;
    const auto& zone = to->begun.profile.zone;
    const auto meant = modified ? zone.for_server(*modified) : std::chrono::sys_seconds{};
    const auto ended = co_await lease->finish_store(modified);
    const auto wish = lease->asked_time();
    const auto seen = lease->take_seen();
    auto answer = co_await settle(to, ended, seen);
    lease.release();
    if (answer) {
        if (seen || wish == time_wish::none) {
            to->begun.judge_time(answer->modified);
        }
        if (wish == time_wish::granted && zone.for_server(*modified) == meant) {
            answer->modified = {*modified, time_precision::second, time_source::fact};
        }
        to->finished = *answer;
    } else {
        to->failed = answer.error();
    }
    co_return answer;
}

awaitable<failure> ftp_upload::explain_refusal(transfer_ptr to, failure why)
{
    auto& lease = to->begun.lease;
    if (lease->store_was_refused() && !lease->lost()) {
        co_return co_await to->begun.explain(*lease, std::move(why));
    }
    co_return why;
}

awaitable<result<file_attributes>> ftp_upload::settle(transfer_ptr to, result<> ended,
                                                      std::optional<file_attributes> seen)
{
    auto& begun = to->begun;
    if (!ended && begun.lease->store_was_refused()) {
        co_return co_await explain_refusal(to, ended.error());
    }
    auto found = result<std::optional<file_attributes>>{failure{errc::connection_lost}};
    bool lost = !seen && begun.lease->lost();
    if (seen) {
        found = std::move(seen);
    } else if (!lost) {
        remote_lookup lookup{*begun.lease, begun.profile};
        found = co_await lookup.find(begun.path);
        lost = begun.lease->lost();
    }
    if (lost || (!found && !is_refusal(found.error()))) {
        begun.lease.release();
        if (!ended && ended.error() == errc::cancelled) {
            co_return ended.error();
        }
        found = co_await begun.look();
    }
    for (int i = 0; i < most_looks; ++i) {
        if (!found && ended && is_refusal(found.error())) {
            // A box to drop files into, where nothing may be looked at: the server's word is all there is.
            file_attributes unseen;
            unseen.kind = file_kind::regular;
            co_return unseen;
        }
        if (!found) {
            co_return ended ? found.error() : ended.error();
        }
        if (!*found) {
            co_return ended ? failure{errc::io_failure, "the server confirmed the upload, but the file is not there"}
                            : ended.error();
        }
        auto verdict = judge_upload(ended, **found, to->size, begun.before);
        const auto size = (*found)->size;
        const bool may_grow = lost && !verdict && size && *size < to->size;
        if (!may_grow) {
            co_return verdict;
        }
        const auto where = co_await asio::this_coro::executor;
        asio::steady_timer pause{where, growth_interval};
        auto [aborted] = co_await pause.async_wait(as_result);
        if (aborted) {
            co_return failure{errc::cancelled};
        }
        found = co_await begun.look();
        const bool grows = found && *found && (*found)->size > size;
        if (!grows) {
            co_return found&&* found ? judge_upload(ended, **found, to->size, begun.before) : verdict;
        }
    }
    co_return failure{errc::timed_out, "the upload does not come to an end"};
}

}  // namespace ftpfs::ftp
