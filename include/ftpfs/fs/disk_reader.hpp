// What the disk cache has to do with one version of one file: it brings blocks into memory for readers, and keeps those
// that have come over the network.
//
// Made together with the content, when the file is opened with fresh attributes. One thread; the store outlives it.
#pragma once

#include "ftpfs/fs/arrivals.hpp"
#include "ftpfs/fs/disk_store.hpp"
#include "ftpfs/fs/file_content.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>

namespace ftpfs::fs {

class disk_reader : public std::enable_shared_from_this<disk_reader> {
public:
    // From now on complete blocks of the content are kept.
    static std::shared_ptr<disk_reader> attach(disk_store& store, std::shared_ptr<file_content> content,
                                               std::shared_ptr<arrivals> news);
    disk_reader(disk_store& store, std::shared_ptr<file_content> content, std::shared_ptr<arrivals> news);

    // Tries to bring [offset, end) into memory. True if the bytes at `offset` are there now; false if they have to come
    // over the network. Fails only with errc::cancelled.
    awaitable<result<bool>> fetch(std::uint64_t offset, std::uint64_t end);

private:
    bool may_ask() const;
    void begin(std::uint64_t first, std::uint64_t end);
    static awaitable<> load(std::shared_ptr<disk_reader> self, std::uint64_t first, std::size_t count);
    void take_over(cache::disk_cache::found found, unsigned epoch);
    void keep(std::uint64_t index, shared_bytes block, std::chrono::sys_seconds asked);
    file_version version() const;

    disk_store& store_;
    disk_store::ticket ticket_;
    std::shared_ptr<file_content> content_;
    std::shared_ptr<arrivals> news_;
    file_time opened_with_;            // the file's time when it was opened,
    std::chrono::sys_seconds opened_;  // and when that was
    std::set<std::uint64_t> loading_;  // blocks
    bool nothing_there_ = false;
};

}  // namespace ftpfs::fs
