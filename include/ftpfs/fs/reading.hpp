// What everything that reads files shares: the services it uses, and the budget for reading ahead.
//
// Owned by the file_system, which joins the task group before it goes. One thread.
#pragma once

#include "ftpfs/async/task_group.hpp"
#include "ftpfs/cache/block_cache.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/fs/config.hpp"
#include "ftpfs/fs/counters.hpp"
#include "ftpfs/fs/disk_store.hpp"
#include "ftpfs/fs/metadata.hpp"
#include "ftpfs/remote/remote.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ftpfs::fs {

struct reading {
    reading(executor where_, async::task_group& tasks_, remote::remote& remote_, metadata& names_,
            const config& settings_, counters& count_, log journal_, clock_function now_)
        : where{std::move(where_)}, tasks{tasks_}, remote{remote_}, names{names_}, settings{settings_}, count{count_},
          journal{std::move(journal_)}, now{std::move(now_)}, blocks{settings_.cache_size}
    {
    }

    // What one stream may fetch beyond what was asked for. A block that is read moves to the front of the cache,
    // in front of those that still wait to be read; with a quarter of the cache for all streams together none
    // of the latter is ever among the oldest.
    std::uint64_t most_ahead() const
    {
        return std::min(settings.read_ahead, blocks.limit() / 4 / std::max<std::size_t>(streams, 1));
    }

    executor where;
    async::task_group& tasks;
    remote::remote& remote;
    metadata& names;
    const config& settings;
    counters& count;
    log journal;
    clock_function now;  // for rates
    cache::block_cache blocks;
    disk_store* disk = nullptr;  // of the same owner; asked only when the settings say so
    std::size_t streams = 0;     // pumps that run
    bool segmented = false;      // one file is read by several streams: they have most of the cache
    bool stopping = false;       // no new ones
};

}  // namespace ftpfs::fs
