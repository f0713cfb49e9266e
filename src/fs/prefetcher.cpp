#include "ftpfs/fs/prefetcher.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace ftpfs::fs {
namespace {

// More sessions than a mount has; how many are really used the remote decides.
constexpr std::size_t most_under_way = 8;

// Of the block cache, for files nobody has opened yet: streams that read ahead have a quarter, too.
constexpr std::uint64_t share_of_cache = 4;

walk_policy::names directories_of(const cache::directory_snapshot& listing)
{
    walk_policy::names found;
    for (const auto& entry : listing) {
        if (entry.attributes.kind == file_kind::directory) {
            found.push_back(entry.name);
        }
    }
    return found;
}

}  // namespace

prefetcher::prefetcher(reading& services, open_files& files, clock_function now)
    : services_{services}, files_{files}, now_{std::move(now)}, walk_{services.settings.dir_ttl},
      order_{services.blocks.limit() / share_of_cache}
{
}

void prefetcher::directory_opened(const remote_path& directory, const cache::shared_snapshot& entries)
{
    if (!services_.settings.prefetch) {
        return;
    }
    walk_.opened(directory, directories_of(*entries), now_());
    order_.listed(directory, entries);
    go_on();
}

void prefetcher::file_opened(const remote_path& file)
{
    if (!services_.settings.prefetch) {
        return;
    }
    services_.count.fetched_ahead_used += files_.is_ahead(file) ? 1U : 0U;
    order_.opened(file, now_());
    std::erase(fetched_, file);
    go_on();
}

void prefetcher::changed(const remote_path& path)
{
    std::erase_if(fetched_, [&](const remote_path& file) {
        const bool concerned = file.is_within(path);
        if (concerned) {
            order_.forget(file);
            files_.drop_ahead(file);
        }
        return concerned;
    });
}

void prefetcher::go_on()
{
    for (const auto& file : order_.take_wasted()) {
        std::erase(fetched_, file);
        files_.drop_ahead(file);
    }
    show_counts();
    if (services_.stopping) {
        return;
    }
    while (files_under_way_ < most_under_way && fetch_next()) {
    }
    while (listings_under_way_ < most_under_way && list_next()) {
    }
}

bool prefetcher::list_next()
{
    auto directory = walk_.next(now_());
    if (!directory) {
        return false;
    }
    ++listings_under_way_;
    services_.tasks.spawn(list(*std::move(directory)));
    return true;
}

awaitable<> prefetcher::list(remote_path directory)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    const bool fresh = services_.names.has_fresh_listing(directory);
    services_.count.listed_ahead += fresh ? 0U : 1U;
    auto waiting = fresh ? services_.names.list(directory) : services_.names.list_ahead(directory);
    const auto answer = co_await std::move(waiting);
    --listings_under_way_;
    if (answer) {
        walk_.landed(directory, directories_of(**answer));
        go_on();
        co_return;
    }
    if (answer.error() == errc::busy) {
        --services_.count.listed_ahead;
        walk_.refused(directory);
        co_return;
    }
    walk_.failed(directory);
}

bool prefetcher::fetch_next()
{
    if (order_.wants_directory()) {
        const auto coming = walk_.upcoming();
        if (auto entries = coming ? services_.names.peek_listing(*coming) : nullptr) {
            order_.foresee(*coming, std::move(entries));
        }
    }
    auto file = order_.next(now_());
    if (!file) {
        return false;
    }
    const auto known = services_.names.peek(*file);
    const bool is_small = known && known->attributes && known->attributes->kind == file_kind::regular &&
                          known->attributes->size && *known->attributes->size <= order_policy::small_file;
    if (!is_small || is_known_(*file)) {
        order_.forget(*file);
        return true;
    }
    if (auto reader = files_.begin_ahead(*file, *known->attributes)) {
        ++files_under_way_;
        fetched_.push_back(*file);
        services_.tasks.spawn(fetch(*std::move(file), std::move(reader), *known->attributes->size));
    }
    return true;
}

awaitable<> prefetcher::fetch(remote_path file, std::shared_ptr<file_reader> reader, std::uint64_t size)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    const auto done = co_await file_reader::fetch_ahead(reader, size);
    --files_under_way_;
    if (!done && reader->content().is_ahead()) {
        std::erase(fetched_, file);
        files_.drop_ahead(file);
        if (done.error() == errc::busy) {
            order_.refused(file);
            co_return;
        }
        order_.forget(file);
    }
    if (done) {
        go_on();
    }
}

void prefetcher::show_counts()
{
    auto& count = services_.count;
    count.listed_ahead_used = walk_.used();
    count.listed_ahead_wasted = walk_.wasted();
    count.fetched_ahead_wasted = order_.wasted();
}

}  // namespace ftpfs::fs
