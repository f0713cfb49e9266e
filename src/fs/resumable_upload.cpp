#include "ftpfs/fs/resumable_upload.hpp"

#include "ftpfs/fs/path_failure.hpp"

#include <algorithm>

namespace ftpfs::fs {
namespace {

// Transfers that break without a byte more on the server; then the writer learns of it.
constexpr int most_broken_in_a_row = 3;

// Of a transfer, as opposed to a verdict on the file.
bool is_broken(const failure& why)
{
    return retryable(why) || why == errc::timed_out || why == errc::truncated;
}

}  // namespace

resumable_upload::resumable_upload(writing& services, remote::upload_request request)
    : writing_{services}, request_{std::move(request)}, position_{request_.offset}, attempted_{position_},
      confirmed_{position_}
{
}

awaitable<result<>> resumable_upload::open(std::uint64_t oldest)
{
    const bool appends = request_.start == remote::upload_start::append || position_ > 0;
    if (appends && writing_.append_is_unsupported) {
        if (!may_start_anew(oldest)) {
            co_return about(request_.path, failure{errc::unsupported, "the server cannot append"});
        }
        position_ = 0;
        co_return co_await open(oldest);
    }
    auto request = request_;
    request.start = appends ? remote::upload_start::append : remote::upload_start::replace;
    request.offset = appends ? position_ : 0;
    request.trusting = request.trusting && !opened_once_;
    if (opened_once_ && appends) {
        request.expected.reset();  // our own bytes changed it
    }
    auto opened = co_await writing_.services.remote.open_upload(std::move(request));
    if (opened) {
        opened_once_ = true;
        writing_.append_works = writing_.append_works || appends;
        moved_ = 0;
        upload_ = *std::move(opened);
        ++writing_.services.count.uploads;
        co_return result<>{};
    }
    if (appends && opened.error() == errc::unsupported) {
        writing_.append_is_unsupported = true;
        co_return co_await open(oldest);
    }
    if (retryable(opened.error()) && broken_in_a_row_ < most_broken_in_a_row) {
        ++broken_in_a_row_;
        co_return co_await open(oldest);
    }
    if (appends && opened_once_ && opened.error() == errc::version_changed) {
        // What was on its way when the last transfer broke has arrived since the server was asked.
        FTPFS_CO_CHECK(co_await recover(errc::truncated, oldest));
        co_return co_await open(oldest);
    }
    co_return about(request_.path, std::move(opened).error());
}

awaitable<result<>> resumable_upload::write(std::vector<shared_bytes> pieces)
{
    std::uint64_t count = 0;
    for (const auto& piece : pieces) {
        count += piece.size();
    }
    attempted_ = std::max(attempted_, position_ + count);
    auto sent = co_await upload_->write(std::move(pieces));
    if (sent) {
        position_ += count;
        moved_ += count;
        writing_.services.count.bytes_uploaded += count;
    } else {
        upload_.reset();
    }
    co_return sent;
}

awaitable<result<file_attributes>> resumable_upload::finish(std::optional<std::chrono::sys_seconds> modified)
{
    auto done = co_await upload_->finish(modified);
    upload_.reset();
    if (done && request_.start == remote::upload_start::replace) {
        request_.expected.reset();  // replaced
    }
    co_return done;
}

awaitable<result<std::uint64_t>> resumable_upload::size_on_server()
{
    const auto seen = co_await writing_.services.remote.stat(request_.path);
    if (!seen && seen.error() == errc::not_found) {
        co_return std::uint64_t{0};
    }
    if (!seen) {
        co_return seen.error();
    }
    if (!seen->size || !seen->size_is_exact) {
        co_return failure{errc::io_failure, "the server does not tell how much of the file it has"};
    }
    // Servers with hidden stores keep what is to be replaced until all has come, and throw away what came if it breaks.
    const bool is_old = request_.start == remote::upload_start::replace && request_.expected &&
                        same_version(*request_.expected, version_of(*seen));
    co_return is_old ? 0 : *seen->size;
}

awaitable<result<>> resumable_upload::recover(failure why, std::uint64_t oldest)
{
    upload_.reset();
    if (!is_broken(why) || ++broken_in_a_row_ > most_broken_in_a_row) {
        co_return about(request_.path, std::move(why));
    }
    ++writing_.services.count.resumed_uploads;
    const auto has = co_await size_on_server();
    const bool trusted = has && *has >= request_.offset && *has >= oldest && *has <= attempted_;
    if (trusted) {
        position_ = *has;
    } else if (may_start_anew(oldest)) {
        position_ = 0;
    } else if (!has && retryable(has.error())) {
        co_return co_await recover(has.error(), oldest);
    } else {
        co_return about(request_.path, std::move(why));
    }
    if (position_ > confirmed_) {
        confirmed_ = position_;
        broken_in_a_row_ = 0;
    }
    writing_.services.journal.debug("{}: going on at byte {} after: {}", printable(request_.path.str()), position_,
                                    to_string(why));
    co_return result<>{};
}

}  // namespace ftpfs::fs
