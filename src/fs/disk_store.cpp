#include "ftpfs/fs/disk_store.hpp"

#include "ftpfs/core/units.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace ftpfs::fs {
namespace {

using std::chrono::steady_clock;

// Enough for a disk that is busy for a moment, and little beside the cache in memory.
constexpr std::uint64_t most_queued = std::uint64_t{16} << 20;
// Blocks of one file that are written at a time.
constexpr std::size_t most_together = 8;

// A mount does not wait longer for its cache, at the start and at the end.
constexpr std::chrono::seconds moment{1};

// A mount that changes more files has forgotten the first ones: all tickets from before are worthless then.
constexpr std::size_t most_changed = 10'000;

std::chrono::sys_seconds our_clock()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

disk_store::disk_store(executor where, async::task_group& tasks, const config& settings, counters& count, log journal)
    : where_{where}, tasks_{tasks}, settings_{settings}, count_{count}, journal_{std::move(journal)}, opened_{where}
{
}

// --- the folder ---

awaitable<> disk_store::start()
{
    if (settings_.disk_cache == 0) {
        co_return;
    }
    reader_.emplace();
    writer_.emplace();
    state_ = state::opening;
    tasks_.spawn(open());
    const auto deadline = steady_clock::now() + moment;
    auto woken = async::wake::notified;
    while (state_ == state::opening && woken == async::wake::notified) {
        woken = co_await opened_.wait_until(deadline);
    }
}

awaitable<> disk_store::open()
{
    using opened = result<std::shared_ptr<cache::disk_cache>>;
    const auto open_folder = [directory = settings_.cache_dir, server = settings_.server,
                              limit = settings_.disk_cache]() -> opened {
        FTPFS_TRY(auto made, cache::disk_cache::open(directory, server, limit));
        return std::shared_ptr<cache::disk_cache>{std::move(made)};
    };
    auto answer = co_await writer_->run<opened>(open_folder);
    if (!answer) {
        turn_off(answer.error());
        co_return;
    }
    cache_ = *std::move(answer);
    state_ = state::on;
    opened_.notify_all();
    const auto take_stock = [cache = cache_.get(), now = our_clock()] { return cache->take_stock(now); };
    const auto used = co_await writer_->run<result<std::uint64_t>>(take_stock);
    if (!used) {
        turn_off(used.error());
        co_return;
    }
    used_ = *used;
    journal_.info("disk cache in {}: {} of {} in use", printable(settings_.cache_dir), format_size(used_),
                  format_size(settings_.disk_cache));
}

void disk_store::stop()
{
    give_up_at_ = steady_clock::now() + moment;
}

void disk_store::turn_off(const failure& why)
{
    if (state_ == state::failed) {
        return;
    }
    state_ = state::failed;
    drop_kept_jobs();
    opened_.notify_all();
    journal_.warning("the disk cache in {} is off until the next mount, which otherwise works as before: {}; "
                     "see to the disk, or choose another cache_dir",
                     printable(settings_.cache_dir), printable(to_string(why)));
}

bool disk_store::is_usable() const
{
    return state_ == state::on && (loads_ == 0 || steady_clock::now() - moved_ < patience());
}

// --- tickets ---

bool disk_store::may_keep(const remote_path& path, ticket mine) const
{
    const auto change = changed_.find(path);
    return state_ == state::on && mine >= everything_changed_ && (change == changed_.end() || mine >= change->second);
}

bool disk_store::may_load(const remote_path& path, ticket mine) const
{
    return may_keep(path, mine) && !leaving_.contains(path) &&
           std::ranges::none_of(leaving_trees_, [&](const auto& tree) { return path.is_within(tree); });
}

void disk_store::forget(const remote_path& path)
{
    ++changes_;
    if (!writer_ || (state_ == state::failed && !cache_)) {
        return;
    }
    if (changed_.size() >= most_changed) {
        changed_.clear();
        everything_changed_ = changes_;
    }
    changed_[path] = changes_;
    job next;
    next.what = task::forget;
    next.path = path;
    ++leaving_[path];
    queue(std::move(next));
}

void disk_store::forget_tree(const remote_path& directory)
{
    everything_changed_ = ++changes_;
    changed_.clear();
    if (!writer_ || (state_ == state::failed && !cache_)) {
        return;
    }
    job next;
    next.what = task::forget_tree;
    next.path = directory;
    leaving_trees_.push_back(directory);
    queue(std::move(next));
}

// --- reading ---

awaitable<cache::disk_cache::found> disk_store::load(remote_path path, file_version seen, std::uint64_t first,
                                                     std::size_t count)
{
    using found = result<cache::disk_cache::found>;
    const auto ask = [cache = cache_.get(), &path, &seen, first, count]() -> found {
        return cache->load(path, seen, first, count, our_clock());
    };
    if (loads_++ == 0) {
        moved_ = steady_clock::now();
    }
    auto answer = co_await reader_->run<found>(ask);
    --loads_;
    moved_ = steady_clock::now();
    if (!answer) {
        turn_off(answer.error());
        co_return cache::disk_cache::found{};
    }
    count_.disk_dropped += answer->dropped ? 1U : 0U;
    co_return *std::move(answer);
}

// --- writing ---

void disk_store::keep(const remote_path& path, const cache::disk_version& version, std::uint64_t index,
                      shared_bytes block, std::chrono::sys_seconds fetched)
{
    if (state_ != state::on) {
        return;
    }
    if (queued_bytes_ + block.size() > most_queued) {
        ++count_.disk_refused;
        return;
    }
    job next;
    next.path = path;
    next.version = version;
    next.index = index;
    next.block = std::move(block);
    next.fetched = fetched;
    queued_bytes_ += next.block.size();
    queue(std::move(next));
}

void disk_store::queue(job next)
{
    jobs_.push_back(std::move(next));
    if (!working_) {
        working_ = true;
        tasks_.spawn(work());
    }
}

awaitable<> disk_store::work()
{
    // A change that comes before the folder is open waits for it: an old entry may lie there.
    bool goes_on = true;
    while (state_ == state::opening && goes_on) {
        goes_on = co_await opened_.wait();
    }
    while (!jobs_.empty() && cache_) {
        if (give_up_at_ && steady_clock::now() >= *give_up_at_) {
            drop_kept_jobs();
        }
        if (jobs_.empty()) {
            break;
        }
        if (jobs_.front().what == task::keep) {
            co_await keep_next();
        } else {
            co_await forget_next();
        }
    }
    if (!cache_) {  // it could not be opened: nothing is there to be forgotten
        drop_kept_jobs();
        jobs_.clear();
        leaving_.clear();
        leaving_trees_.clear();
    }
    working_ = false;
}

// The blocks are let go here, on the loop's thread: only there their memory is used again.
awaitable<> disk_store::keep_next()
{
    std::vector<job> batch;
    std::vector<cache::disk_cache::block_to_keep> blocks;
    while (!jobs_.empty() && batch.size() < most_together && jobs_.front().what == task::keep &&
           (batch.empty() || (jobs_.front().path == batch[0].path && jobs_.front().version == batch[0].version))) {
        auto& next = jobs_.front();
        queued_bytes_ -= next.block.size();
        blocks.push_back({next.index, next.block.span(), next.fetched});
        batch.push_back(std::move(next));
        jobs_.pop_front();
    }
    using kept = result<cache::disk_cache::kept>;
    const auto store = [cache = cache_.get(), &batch, &blocks]() -> kept {
        return cache->store(batch[0].path, batch[0].version, blocks, our_clock());
    };
    const auto done = co_await writer_->run<kept>(store);
    if (!done) {
        turn_off(done.error());
        co_return;
    }
    count_.disk_bytes_written += done->bytes;
    count_.disk_refused += done->refused;
    used_ = done->used.value_or(used_);
    if (done->disk_is_full && !disk_was_full_) {
        journal_.info("the disk of {} is nearly full: the disk cache keeps nothing until there is space again",
                      printable(settings_.cache_dir));
    }
    disk_was_full_ = done->disk_is_full;
}

awaitable<> disk_store::forget_next()
{
    std::vector<job> batch;
    while (!jobs_.empty() && jobs_.front().what != task::keep) {
        batch.push_back(std::move(jobs_.front()));
        jobs_.pop_front();
    }
    const auto drop = [cache = cache_.get(), &batch]() -> result<> {
        for (const auto& one : batch) {
            FTPFS_CHECK(one.what == task::forget ? cache->forget(one.path) : cache->forget_tree(one.path));
        }
        return {};
    };
    const auto done = co_await writer_->run<result<>>(drop);
    if (!done) {
        turn_off(done.error());
    }
    for (const auto& one : batch) {
        note_drop(one.what, one.path);
    }
}

void disk_store::note_drop(task what, const remote_path& path)
{
    if (what == task::forget_tree) {
        leaving_trees_.erase(std::ranges::find(leaving_trees_, path));
    } else if (const auto one = leaving_.find(path); --one->second == 0) {
        leaving_.erase(one);
    }
}

void disk_store::drop_kept_jobs()
{
    const auto dropped = std::erase_if(jobs_, [](const job& one) { return one.what == task::keep; });
    count_.disk_refused += dropped;
    queued_bytes_ = 0;
}

std::string disk_store::status() const
{
    static constexpr const char* names[] = {"off", "opening", "on", "failed"};
    return fmt::format(R"({{"state":"{}","limit":{},"bytes":{},"hits":{},"bytes_read":{},"bytes_written":{},)"
                       R"("refused":{},"dropped":{}}})",
                       names[static_cast<std::size_t>(state_)], settings_.disk_cache, used_, count_.disk_hits,
                       count_.disk_bytes_read, count_.disk_bytes_written, count_.disk_refused, count_.disk_dropped);
}

}  // namespace ftpfs::fs
