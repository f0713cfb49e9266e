#include "ftpfs/fs/upload_stream.hpp"

#include "ftpfs/fs/path_failure.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace ftpfs::fs {
namespace {

using std::chrono::steady_clock;

// What is given to the network at a time: large enough that its price per call vanishes, small enough that room for
// the writer appears steadily.
constexpr std::uint64_t batch = std::uint64_t{512} << 10;

// A program that writes comes back for more within this time, if it does so at all.
constexpr std::chrono::milliseconds writer_pause{50};

// As for downloads: the price of changing hands stays small.
constexpr std::uint64_t fair_bytes = std::uint64_t{8} << 20;

}  // namespace

std::shared_ptr<upload_stream> upload_stream::start(writing& services, remote::upload_request request)
{
    // The request is completed with a pointer to the stream, which does not exist before.
    const auto target = std::make_shared<std::weak_ptr<upload_stream>>();
    request.on_pressure = [target] {
        if (const auto alive = target->lock()) {
            alive->press();
        }
    };
    auto stream = std::make_shared<upload_stream>(services, std::move(request));
    *target = stream;
    services.services.tasks.spawn(run(stream));
    return stream;
}

upload_stream::upload_stream(writing& services, remote::upload_request request)
    : writing_{services}, starts_anew_{request.start == remote::upload_start::replace}, offset_{request.offset},
      buffer_{request.offset}, upload_{services, std::move(request)}, changed_{services.services.where},
      wanted_{services.services.where}, last_offer_{steady_clock::now()}
{
    ++writing_.streams;
}

awaitable<result<>> upload_stream::opened()
{
    while (!was_opened_ && !ended_) {
        const bool notified = co_await changed_.wait();
        if (!notified) {
            co_return errc::cancelled;
        }
    }
    if (why_) {
        co_return *why_;
    }
    co_return result<>{};
}

upload_stream::verdict upload_stream::offer(std::uint64_t offset, shared_bytes data)
{
    if (why_ || ended_) {
        return verdict::failed;
    }
    if (!buffer_.fits(offset, data.size())) {
        return verdict::unfit;
    }
    // What comes too early must get in, or its neighbour would wait for room in vain.
    const auto queued = buffer_.end() - upload_.position();
    if (offset == buffer_.end() && queued > 0 && queued + data.size() > writing_.queue_limit()) {
        return verdict::full;
    }
    buffer_.add(offset, std::move(data));
    last_offer_ = steady_clock::now();
    wanted_.notify_all();
    return verdict::taken;
}

awaitable<result<file_attributes>> upload_stream::finish(std::optional<std::chrono::sys_seconds> modified)
{
    buffer_.fill_gaps();
    final_time_ = modified;
    finishing_ = true;
    wanted_.notify_all();
    while (!ended_) {
        const bool notified = co_await changed_.wait();
        if (!notified) {
            co_return errc::cancelled;
        }
    }
    if (why_) {
        co_return *why_;
    }
    if (!confirmed_) {
        co_return errc::shutting_down;
    }
    co_return *confirmed_;
}

awaitable<> upload_stream::drop()
{
    dropping_ = true;
    wanted_.notify_all();
    while (!ended_) {
        const bool notified = co_await changed_.wait();
        if (!notified) {
            co_return;
        }
    }
}

void upload_stream::press()
{
    pressed_ = true;
    wanted_.notify_all();
}

// --- the coroutine ---

awaitable<> upload_stream::run(std::shared_ptr<upload_stream> self)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    auto end = co_await self->pump();
    if (!end) {
        self->why_ = std::move(end).error();
    }
    self->upload_.abandon();
    self->ended_ = true;
    --self->writing_.streams;
    self->changed_.notify_all();
}

awaitable<result<>> upload_stream::pump()
{
    if (starts_anew_) {
        FTPFS_CO_CHECK(co_await upload_.open(0));
        opened_at_ = steady_clock::now();
    }
    was_opened_ = true;
    changed_.notify_all();
    bool goes_on = true;
    while (goes_on) {
        if (dropping_) {
            if (upload_.is_open()) {
                const auto ignored = co_await upload_.finish(std::nullopt);
            }
            co_return result<>{};
        }
        if (!is_all_sent()) {
            FTPFS_CO_CHECK(co_await send_some());
        } else if (finishing_ && confirmed_) {
            goes_on = false;
        } else if (finishing_ || (pressed_ && may_park() && steady_clock::now() >= last_offer_ + writer_pause)) {
            FTPFS_CO_CHECK(co_await park());
        } else {
            goes_on = co_await idle();
        }
    }
    co_return result<>{};
}

awaitable<result<>> upload_stream::send_some()
{
    confirmed_.reset();
    if (!upload_.is_open()) {
        auto open = co_await upload_.open(buffer_.begin());
        opened_at_ = steady_clock::now();
        pressed_ = false;
        co_return open;
    }
    auto sent = co_await upload_.write(buffer_.pieces(upload_.position(), batch));
    if (!sent) {
        co_return co_await survive(std::move(sent).error());
    }
    trim();
    changed_.notify_all();
    // In the middle of what there is to send only if the rest can follow: beginning anew, again and again, would never
    // come to an end. Where that is not known yet, the first time shows it.
    const bool can_resume = writing_.append_works || (!writing_.append_is_unsupported && may_park());
    if (pressed_ && can_resume && had_fair_share()) {
        co_return co_await park();
    }
    co_return result<>{};
}

awaitable<bool> upload_stream::idle()
{
    if (pressed_ && may_park()) {
        const auto woken = co_await wanted_.wait_until(last_offer_ + writer_pause);
        co_return woken != async::wake::cancelled;
    }
    co_return co_await wanted_.wait();
}

awaitable<result<>> upload_stream::park()
{
    pressed_ = false;
    if (!upload_.is_open()) {
        // After a break with nothing left to send: the server confirms by another transfer of nothing.
        FTPFS_CO_CHECK(co_await upload_.open(buffer_.begin()));
        if (!is_all_sent()) {
            co_return result<>{};  // it had to begin anew
        }
    }
    auto done = co_await upload_.finish(final_time_);
    if (!done) {
        co_return co_await survive(std::move(done).error());
    }
    confirmed_ = *std::move(done);
    parked_ = confirmed_;
    trim();
    co_return result<>{};
}

awaitable<result<>> upload_stream::survive(failure why)
{
    if (dropping_) {
        co_return result<>{};
    }
    co_return co_await upload_.recover(std::move(why), buffer_.begin());
}

// Without appending the transfer could only begin anew. That is so until the server was seen to append.
bool upload_stream::may_park() const noexcept
{
    return upload_.is_open() && (writing_.append_works || (starts_anew_ && has_all()));
}

bool upload_stream::had_fair_share() const
{
    return upload_.moved() >= fair_bytes || steady_clock::now() - opened_at_ >= writing_.services.settings.stream_share;
}

void upload_stream::trim()
{
    const auto keep = writing_.window_limit();
    if (upload_.position() > keep) {
        buffer_.forget_before(upload_.position() - keep);
    }
}

}  // namespace ftpfs::fs
