#include "ftpfs/fs/download_pump.hpp"

#include "ftpfs/fs/path_failure.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace ftpfs::fs {
namespace {

using std::chrono::steady_clock;

// A connection that breaks without a single byte in between is not tried for a fourth time: the reads that wait
// learn of it, and the next one begins anew.
constexpr int most_broken_in_a_row = 2;

// What a stream may move before it gives its session to others: a few round trips' worth, so that the price of
// changing hands stays small.
constexpr std::uint64_t fair_bytes = std::uint64_t{8} << 20;

constexpr auto no_end = std::numeric_limits<std::uint64_t>::max();

// A reader that was answered comes back for more within this time, if it does so at all.
constexpr std::chrono::milliseconds reader_pause{50};

}  // namespace

std::shared_ptr<download_pump> download_pump::start(reading& services, std::shared_ptr<file_content> content,
                                                    std::shared_ptr<arrivals> news, std::uint64_t begin)
{
    auto pump = std::make_shared<download_pump>(services, std::move(content), std::move(news), begin);
    services.tasks.spawn(run(pump));
    return pump;
}

download_pump::download_pump(reading& services, std::shared_ptr<file_content> content, std::shared_ptr<arrivals> news,
                             std::uint64_t begin)
    : services_{services}, content_{std::move(content)}, news_{std::move(news)}, begin_{begin}, window_{begin},
      wanted_{services.where}, last_asked_{steady_clock::now()}
{
    ++services_.streams;
}

void download_pump::ask(std::uint64_t offset, std::uint64_t end)
{
    const bool starved = window_.credit() == 0;
    window_.set_end(content_->size());
    window_.ask(offset, end, services_.most_ahead());
    last_asked_ = steady_clock::now();
    if (starved && window_.credit() > 0) {
        wanted_.notify_all();
    }
}

bool download_pump::begin_earlier(std::uint64_t offset)
{
    if (begun_ || offset >= begin_ || begin_ - offset > read_window::disorder) {
        return false;
    }
    begin_ = offset;
    window_.begin_earlier(offset);
    return true;
}

void download_pump::stop_at(std::optional<std::uint64_t> begin_of_other)
{
    window_.stop_at(begin_of_other);
    wanted_.notify_all();
}

void download_pump::fetch_ahead(std::uint64_t end)
{
    const bool starved = window_.credit() == 0;
    ahead_ = true;
    window_.set_end(content_->size());
    window_.fetch_until(end);
    last_asked_ = steady_clock::now();
    if (starved && window_.credit() > 0) {
        wanted_.notify_all();
    }
}

void download_pump::close()
{
    closing_ = true;
    wanted_.notify_all();
}

void download_pump::press()
{
    pressed_ = true;
    if (ahead_) {
        why_ = errc::cancelled;
        closing_ = true;
    }
    wanted_.notify_all();
}

// --- the coroutine ---

awaitable<> download_pump::run(std::shared_ptr<download_pump> self)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_await self->pump();
    self->download_.reset();
    self->ended_ = true;
    --self->services_.streams;
    self->news_->wake_all();
}

awaitable<> download_pump::pump()
{
    bool goes_on = true;
    while (goes_on) {
        if (is_at_end() && download_) {
            co_await confirm_end();
            co_return;
        }
        if (closing_ || services_.stopping || window_.is_at_stop()) {
            co_return;
        }
        if (download_ && window_.position() >= download_->until().value_or(no_end)) {
            co_await end_part();
        }
        if (window_.credit() == 0) {
            goes_on = co_await wait_until_wanted();
        } else if (!download_) {
            goes_on = co_await open();
        } else {
            goes_on = co_await receive();
        }
    }
}

bool download_pump::is_at_end() const
{
    return content_->size() && window_.position() >= *content_->size();
}

awaitable<bool> download_pump::open()
{
    if (content_->is_orphaned()) {
        co_return may_go_on(failure{errc::version_changed, "the file was removed or replaced here"});
    }
    remote::download_request request{content_->path()};
    request.offset = window_.position();
    request.expected = content_->expected();
    request.on_pressure = [weak = weak_from_this()] {
        if (const auto pump = weak.lock()) {
            pump->press();
        }
    };
    const bool is_unopened = content_->is_ahead();
    const bool ahead = ahead_ || is_unopened;
    request.ahead = ahead;
    // One that jumps to a place seldom stays there.
    const bool is_jump = !begun_ && begin_ > 0 && !ahead && !window_.is_established() && content_->size();
    if (is_jump) {
        request.until = window_.position() + window_.credit();
    }
    begun_ = true;
    pressed_ = false;
    ++services_.count.downloads;
    asked_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto opened = co_await services_.remote.open_download(std::move(request));
    services_.count.downloads -= !opened && ahead && opened.error() == errc::busy ? 1U : 0U;
    if (is_overtaken()) {
        co_return false;
    }
    if (!opened) {
        if (opened.error() == errc::version_changed) {
            content_->make_stale();
        } else if (ahead && !ahead_ && !content_->is_ahead()) {
            co_return true;  // meanwhile there is a reader, who waits for a session if he must
        }
        co_return may_go_on(std::move(opened).error());
    }
    services_.count.fetched_ahead += is_unopened ? 1U : 0U;
    // The version counts even if nobody wants the bytes any more.
    if (auto fits = content_->begin((*opened)->version()); !fits) {
        co_return may_go_on(std::move(fits).error());
    }
    download_ = *std::move(opened);
    epoch_ = content_->epoch();
    opened_ = steady_clock::now();
    received_ = 0;
    window_.set_end(content_->size());
    co_return true;
}

awaitable<bool> download_pump::receive()
{
    const auto from = window_.position();
    file_content::room room{*content_, from};
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(room.bytes().size(), window_.credit()));
    auto got = co_await download_->read_some(room.bytes().first(most));
    if (content_->is_stale() || content_->epoch() != epoch_) {
        // Meanwhile another stream found another version: these bytes are of the old one.
        download_.reset();
        co_return !is_overtaken();
    }
    if (!got) {
        download_.reset();
        co_return may_go_on(std::move(got).error());
    }
    if (*got == 0) {
        end_of_file();
        co_return false;
    }
    room.filled(*got, asked_);
    window_.arrived(*got);
    received_ += *got;
    services_.count.bytes_downloaded += *got;
    broken_in_a_row_ = 0;
    news_->moved(from, window_.position());
    if (pressed_ && had_fair_share()) {
        yield_session();
    }
    if (from / cache::block_size != window_.position() / cache::block_size) {
        // A remote that has bytes at hand need not suspend: those who wait take the block now, before the cache
        // needs its memory, and everything else on the loop has its turn.
        co_await boost::asio::post(boost::asio::use_awaitable);
    }
    co_return true;
}

// Has another stream of the same content found, and counted, that the file is another one now?
bool download_pump::is_overtaken()
{
    if (content_->is_stale()) {
        why_ = about(content_->path(), errc::version_changed);
    }
    return content_->is_stale();
}

void download_pump::end_of_file()
{
    // Without a single byte before, the file may as well end long before this place.
    if (window_.position() > begin_ || begin_ == 0) {
        content_->ends_at(window_.position());
    } else {
        content_->has_nothing_at(window_.position());
    }
}

// All bytes are here, and readers have them; what is left is to hear from the server that it thinks so, too:
// that leaves the session in a clean state.
awaitable<> download_pump::confirm_end()
{
    std::array<std::byte, 512> more;
    const auto got = co_await download_->read_some(more);
    if (got && *got > 0) {
        content_->goes_on();
    } else if (!got) {
        services_.journal.debug("{}: complete, but not confirmed: {}", printable(content_->path().str()),
                                to_string(got.error()));
    }
}

// The session is free again. Should the file be wanted from here on, it is opened once more.
awaitable<> download_pump::end_part()
{
    std::array<std::byte, 512> nothing;
    co_await download_->read_some(nothing);
    download_.reset();
}

// --- sharing sessions ---

awaitable<bool> download_pump::wait_until_wanted()
{
    while (window_.credit() == 0 && !closing_ && !services_.stopping && !window_.is_at_stop()) {
        const bool yields = pressed_ && download_;
        const auto until = last_asked_ + (yields ? reader_pause : services_.settings.stream_idle);
        if (steady_clock::now() < until) {
            const auto woken = co_await wanted_.wait_until(until);
            if (woken == async::wake::cancelled) {
                co_return false;
            }
        } else if (yields) {
            yield_session();
        } else {
            co_return false;
        }
    }
    co_return true;
}

bool download_pump::had_fair_share() const
{
    return received_ >= fair_bytes || steady_clock::now() - opened_ >= services_.settings.stream_share;
}

void download_pump::yield_session()
{
    download_.reset();
    pressed_ = false;
    window_.only_what_is_needed();
    ++services_.count.yielded_downloads;
}

// --- failures ---

bool download_pump::may_go_on(failure why)
{
    const bool broken = !ahead_ && (retryable(why) || why == errc::truncated);
    if (broken && !closing_ && !services_.stopping && broken_in_a_row_ < most_broken_in_a_row) {
        ++broken_in_a_row_;
        ++services_.count.resumed_downloads;
        services_.journal.debug("{}: going on at byte {} after: {}", printable(content_->path().str()),
                                window_.position(), to_string(why));
        return true;
    }
    services_.count.changed_files += why == errc::version_changed ? 1U : 0U;
    why_ = about(content_->path(), std::move(why));
    return false;
}

}  // namespace ftpfs::fs
