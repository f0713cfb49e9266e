#include "ftpfs/fs/file_reader.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace ftpfs::fs {
namespace {

using std::chrono::steady_clock;

// Two readers at different places of one file are usual (two programs, or an archive's index and its body); for
// more, sessions are too scarce.
constexpr std::size_t most_streams = 2;

// The kernel reads a page once more when reading ahead has failed, at once. Without an answer at once the program
// would wait twice as long as it was promised.
constexpr std::chrono::seconds silence_lasts{1};

}  // namespace

file_reader::file_reader(reading& services, remote_path path, content_identity identity)
    : services_{services}, content_{std::make_shared<file_content>(services.blocks, services.names, std::move(path),
                                                                   identity)},
      news_{std::make_shared<arrivals>(services.where)}, chain_{services, content_, news_}
{
    if (services.disk != nullptr && services.settings.disk_cache > 0) {
        disk_ = disk_reader::attach(*services.disk, content_, news_);
    }
}

awaitable<result<std::vector<shared_bytes>>> file_reader::read(std::shared_ptr<file_reader> self, std::uint64_t offset,
                                                               std::size_t size)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    ++self->services_.count.reads;
    progress mine{offset,
                  offset + std::min<std::uint64_t>(size, std::numeric_limits<std::uint64_t>::max() - offset),
                  {},
                  self->content_->epoch()};
    bool waited = false;
    while (!self->content_->is_stale() && !self->advance(mine, offset)) {
        waited = true;
        FTPFS_CO_CHECK(co_await self->wait_for_bytes(mine.offset, mine.end));
    }
    if (self->content_->is_stale()) {
        co_return failure{errc::version_changed, self->content_->path().str()};
    }
    if (!mine.pieces.empty()) {
        self->content_->hand_out();
        self->credit_stream(offset, mine.offset, waited);
    }
    self->services_.count.reads_from_memory += waited ? 0U : 1U;
    self->services_.count.bytes_read += mine.offset - offset;
    co_return std::move(mine.pieces);
}

awaitable<result<void>> file_reader::fetch_ahead(std::shared_ptr<file_reader> self, std::uint64_t size)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    progress mine{0, size, {}, self->content_->epoch()};
    while (self->content_->is_ahead() && !self->content_->is_stale() && !self->advance(mine, 0)) {
        FTPFS_CO_CHECK(co_await self->wait_for_bytes(mine.offset, mine.end));
    }
    co_return result<void>{};
}

bool file_reader::advance(progress& mine, std::uint64_t begin)
{
    if (mine.epoch != content_->epoch()) {
        mine.pieces.clear();
        mine.offset = begin;
        mine.epoch = content_->epoch();
    }
    mine.offset += content_->take(mine.offset, content_->clipped(mine.end), mine.pieces);
    return mine.offset >= content_->clipped(mine.end);
}

// One wait; the caller looks what has changed. A stream that ended by itself (its end of the file, or in favour
// of another) is no failure.
awaitable<result<void>> file_reader::wait_for_bytes(std::uint64_t offset, std::uint64_t end)
{
    if (disk_ && !services_.stopping && !is_coming(offset)) {
        FTPFS_CO_TRY(const bool is_here, co_await disk_->fetch(offset, end));
        if (is_here) {
            co_return result<void>{};
        }
    }
    if (silence_ && steady_clock::now() < silent_until_) {
        co_return *silence_;
    }
    const auto stream = stream_for(offset, end);
    if (services_.stopping) {
        co_return errc::shutting_down;
    }
    chain_.waits(offset);
    const auto before = news_->bytes();
    if (stream) {
        stream->add_waiter();
    }
    const auto woken = co_await news_->wait(end, steady_clock::now() + services_.settings.timeout);
    if (stream) {
        stream->remove_waiter();
    }
    if (woken == async::wake::cancelled) {
        co_return errc::cancelled;
    }
    if (stream && stream->why()) {
        co_return failed(*stream->why());
    }
    if (woken == async::wake::deadline && news_->bytes() == before) {
        co_return failed(failure{errc::timed_out, content_->path().str() + ": no bytes for " +
                                                      std::to_string(services_.settings.timeout.count()) + " ms"});
    }
    co_return result<void>{};
}

bool file_reader::is_coming(std::uint64_t offset) const
{
    return std::ranges::any_of(pumps_,
                               [&](const auto& pump) { return !pump->is_over() && pump->window().reaches(offset); });
}

failure file_reader::failed(failure why)
{
    if (why == errc::timed_out) {
        silence_ = why;
        silent_until_ = steady_clock::now() + silence_lasts;
    }
    return why;
}

void file_reader::take_follower(std::uint64_t offset)
{
    if (auto next = chain_.take(offset)) {
        std::erase_if(pumps_, [](const auto& pump) { return pump->is_over(); });
        if (pumps_.size() >= most_streams) {
            pumps_.front()->close();
            pumps_.erase(pumps_.begin());
        }
        pumps_.push_back(std::move(next));
    }
}

void file_reader::credit_stream(std::uint64_t offset, std::uint64_t end, bool waited)
{
    take_follower(offset);
    for (const auto& pump : pumps_) {
        if (!pump->is_over() && pump->window().follows(offset)) {
            pump->ask(offset, end);
            chain_.delivered(pump, offset, end, waited);
            return;
        }
    }
    chain_.delivered(nullptr, offset, end, waited);
}

std::shared_ptr<download_pump> file_reader::stream_for(std::uint64_t offset, std::uint64_t end)
{
    if (services_.stopping) {
        return nullptr;
    }
    take_follower(offset);
    std::erase_if(pumps_, [](const auto& pump) { return pump->is_over(); });
    for (const auto& pump : pumps_) {
        if (pump->begin_earlier(offset)) {
            break;
        }
    }
    std::array<const read_window*, most_streams> windows{};
    std::ranges::transform(pumps_, windows.begin(), [](const auto& pump) { return &pump->window(); });
    const auto choice =
        choose_stream(std::span{windows}.first(pumps_.size()), replaced_ ? &*replaced_ : nullptr, offset, most_streams);
    if (choice.what != stream_choice::action::use) {
        chain_.give_back();
    }
    auto place = pumps_.begin() + static_cast<std::ptrdiff_t>(choice.index);
    if (choice.what == stream_choice::action::replace) {
        if ((*place)->has_waiters()) {
            place = std::ranges::find_if(pumps_, [](const auto& pump) { return !pump->has_waiters(); });
        }
        if (place == pumps_.end() && pumps_.size() == most_streams) {
            return nullptr;
        }
        if (place != pumps_.end()) {
            replaced_ = (*place)->window();
            (*place)->close();
            pumps_.erase(place);
        }
    }
    if (choice.what != stream_choice::action::use) {
        place = pumps_.insert(pumps_.end(), download_pump::start(services_, content_, news_, offset));
    }
    std::rotate(place, place + 1, pumps_.end());
    pumps_.back()->ask(offset, end);
    return pumps_.back();
}

void file_reader::close()
{
    chain_.give_back();
    for (const auto& pump : pumps_) {
        pump->close();
    }
    pumps_.clear();
    content_->retire();
    news_->wake_all();
}

}  // namespace ftpfs::fs
