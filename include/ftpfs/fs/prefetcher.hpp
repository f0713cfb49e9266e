// Does ahead what the policies foresee: listings into the directory cache, small files into the block cache.
//
// Only with sessions nobody waits for: the remote refuses the rest at once, and it is tried again with the next
// event, so nothing done ahead ever stands in a queue. Who asks for something that is under way shares it. What fails
// ahead is forgotten: whoever asks gets an answer of their own.
// The coroutines belong to the file system's task group. One thread; the services outlive it.
#pragma once

#include "ftpfs/fs/open_files.hpp"
#include "ftpfs/fs/order_policy.hpp"
#include "ftpfs/fs/reading.hpp"
#include "ftpfs/fs/walk_policy.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace ftpfs::fs {

class prefetcher {
public:
    prefetcher(reading& services, open_files& files, clock_function now);

    // Is the file open, written, or was it open before? Then fetching it would be in vain.
    void set_is_known(std::function<bool(const remote_path& file)> ask) { is_known_ = std::move(ask); }

    // A program opened the directory and sees this listing.
    void directory_opened(const remote_path& directory, const cache::shared_snapshot& entries);
    // A program is about to open the file for reading.
    void file_opened(const remote_path& file);
    // Something was changed here: nothing that was fetched of it, or below it, counts any more.
    void changed(const remote_path& path);

private:
    void go_on();
    bool list_next();
    bool fetch_next();
    awaitable<> list(remote_path directory);
    awaitable<> fetch(remote_path file, std::shared_ptr<file_reader> reader, std::uint64_t size);
    void show_counts();

    reading& services_;
    open_files& files_;
    clock_function now_;
    std::function<bool(const remote_path&)> is_known_;
    walk_policy walk_;
    order_policy order_;
    std::vector<remote_path> fetched_;  // under way or complete, and not used yet
    std::size_t listings_under_way_ = 0;
    std::size_t files_under_way_ = 0;
};

}  // namespace ftpfs::fs
