#include "ftpfs/fs/disk_reader.hpp"

#include <algorithm>

namespace ftpfs::fs {
namespace {

using std::chrono::steady_clock;

// What is asked of the disk at a time: the kernel's largest request.
constexpr std::uint64_t most_blocks = 8;

}  // namespace

std::shared_ptr<disk_reader> disk_reader::attach(disk_store& store, std::shared_ptr<file_content> content,
                                                 std::shared_ptr<arrivals> news)
{
    auto made = std::make_shared<disk_reader>(store, std::move(content), std::move(news));
    const std::weak_ptr<disk_reader> weak{made};
    made->content_->set_on_block([weak](std::uint64_t index, shared_bytes block, std::chrono::sys_seconds asked) {
        if (const auto self = weak.lock()) {
            self->keep(index, std::move(block), asked);
        }
    });
    return made;
}

disk_reader::disk_reader(disk_store& store, std::shared_ptr<file_content> content, std::shared_ptr<arrivals> news)
    : store_{store}, ticket_{store.now()}, content_{std::move(content)}, news_{std::move(news)},
      opened_with_{content_->identity().listed.modified}, opened_{std::chrono::floor<std::chrono::seconds>(
                                                              std::chrono::system_clock::now())}
{
}

file_version disk_reader::version() const
{
    return {content_->size(), content_->identity().listed.modified};
}

bool disk_reader::may_ask() const
{
    const auto seen = version();
    return !nothing_there_ && store_.is_usable() && !content_->is_stale() && !content_->is_orphaned() && seen.size &&
           seen.modified.precision != time_precision::unknown && store_.may_load(content_->path(), ticket_);
}

awaitable<result<bool>> disk_reader::fetch(std::uint64_t offset, std::uint64_t end)
{
    const auto first = offset / cache::block_size;
    if (!loading_.contains(first)) {
        if (!may_ask() || offset >= *content_->size()) {
            co_return false;
        }
        begin(first, end);
    }
    const auto deadline = steady_clock::now() + store_.patience();
    while (loading_.contains(first)) {
        const auto woken = co_await news_->wait(end, deadline);
        if (woken == async::wake::cancelled) {
            co_return errc::cancelled;
        }
        if (woken == async::wake::deadline) {
            break;
        }
    }
    co_return content_->has(offset);
}

void disk_reader::begin(std::uint64_t first, std::uint64_t end)
{
    const auto last = (std::max(content_->clipped(end), first * cache::block_size + 1) - 1) / cache::block_size;
    std::size_t count = 0;
    for (auto index = first; index <= last && count < most_blocks && loading_.insert(index).second; ++index) {
        ++count;
    }
    store_.spawn(load(shared_from_this(), first, count));
}

awaitable<> disk_reader::load(std::shared_ptr<disk_reader> self, std::uint64_t first, std::size_t count)
{
    const auto epoch = self->content_->epoch();
    auto found = co_await self->store_.load(self->content_->path(), self->version(), first, count);
    self->take_over(std::move(found), epoch);
    for (std::size_t place = 0; place < count; ++place) {
        self->loading_.erase(first + place);
    }
    self->news_->wake_all();
}

// The file may have been changed here, or found changed on the server, while the disk was asked.
void disk_reader::take_over(cache::disk_cache::found found, unsigned epoch)
{
    nothing_there_ = !found.version;
    if (!found.version || content_->epoch() != epoch || content_->is_stale() ||
        !store_.may_load(content_->path(), ticket_)) {
        return;
    }
    if (!content_->learn(found.version->size, found.version->fact.time)) {
        return;
    }
    for (auto& block : found.blocks) {
        content_->put(block.index, std::move(block.memory), block.capacity, block.length);
        store_.count_hit(block.length);
    }
}

void disk_reader::keep(std::uint64_t index, shared_bytes block, std::chrono::sys_seconds asked)
{
    const auto& path = content_->path();
    const auto& identity = content_->identity();
    // Who opens the file later has to find it by the same size.
    if (!identity.listed.size || content_->is_orphaned() || !store_.may_keep(path, ticket_)) {
        return;
    }
    // A time that was not known when the file was opened is known since the transfer that brought these bytes, at the
    // earliest.
    const auto stamp = [&](const file_time& time) {
        return cache::time_stamp{time, time == opened_with_ ? opened_ : asked};
    };
    if (const auto version = cache::make_disk_version(content_->size(), stamp(identity.listed.modified),
                                                      stamp(identity.transferred.modified))) {
        store_.keep(path, *version, index, std::move(block), asked);
        nothing_there_ = false;
    }
}

}  // namespace ftpfs::fs
