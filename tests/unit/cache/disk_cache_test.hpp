// A disk cache on a real folder, and what its tests have to say of it.
#pragma once

#include "ftpfs/cache/disk_cache.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::cache {

inline constexpr std::uint64_t KiB = 1024;
inline constexpr std::uint64_t MiB = 1024 * KiB;

inline std::vector<std::byte> bytes_of(std::uint64_t size, unsigned seed)
{
    std::mt19937 random{seed};
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

inline remote_path path(std::string_view text)
{
    return remote_path::make(text).value();
}

class disk_cache_in_a_folder : public testing::Test {
protected:
    std::unique_ptr<disk_cache> open(std::uint64_t limit = 64 * MiB, std::string server = "server") const
    {
        return disk_cache::open(folder.str(), std::move(server), limit).value();
    }

    file_version version_of(const std::vector<std::byte>& bytes, int time = 0) const
    {
        file_version version;
        version.size = bytes.size();
        version.modified = {written + std::chrono::seconds{time}, time_precision::second, time_source::fact};
        return version;
    }

    disk_version disk_version_of(const std::vector<std::byte>& bytes, int time = 0) const
    {
        return make_disk_version(bytes.size(), {version_of(bytes, time).modified, now}, {}).value();
    }

    // All blocks of a file.
    disk_cache::kept keep(disk_cache& cache, std::string_view file, const std::vector<std::byte>& bytes, int time = 0)
    {
        std::vector<disk_cache::block_to_keep> blocks;
        for (std::size_t begin = 0; begin < bytes.size(); begin += block_size) {
            const auto length = std::min(block_size, bytes.size() - begin);
            blocks.push_back({begin / block_size, std::span{bytes}.subspan(begin, length), now});
        }
        return cache.store(path(file), disk_version_of(bytes, time), blocks, now).value();
    }

    // What comes back from the first block on.
    std::vector<std::byte> all_of(const disk_cache& cache, std::string_view file, const file_version& version,
                                  std::uint64_t first = 0)
    {
        std::vector<std::byte> bytes;
        for (const auto& block : cache.load(path(file), version, first, 100, now).value().blocks) {
            EXPECT_EQ(block.index, first++);
            bytes.insert(bytes.end(), block.memory.get(), block.memory.get() + block.length);
        }
        return bytes;
    }
    bool holds(const disk_cache& cache, std::string_view file, const std::vector<std::byte>& bytes, int time = 0)
    {
        return all_of(cache, file, version_of(bytes, time)) == bytes;
    }

    std::string blocks_folder() const { return folder.str() + "/ftpfs-blocks-1/"; }
    std::string entry(std::string_view file, std::string server = "server") const
    {
        return blocks_folder() + entry_name({std::move(server), std::string{file}});
    }
    bool exists(std::string_view file) const { return ::access(entry(file).c_str(), F_OK) == 0; }
    std::uint64_t used_by_entries() const
    {
        std::uint64_t sum = 0;
        for (const auto& one : disk_folder::open(folder.str()).value().list().value()) {
            sum += one.bytes;
        }
        return sum;
    }
    void damage(std::string_view file, off_t at, std::size_t size = 1) const
    {
        const descriptor opened{::open(entry(file).c_str(), O_RDWR)};
        std::vector<char> old(size);
        ASSERT_EQ(::pread(opened.get(), old.data(), size, at), static_cast<ssize_t>(size));
        for (auto& byte : old) {
            byte = static_cast<char>(byte ^ 0x55);
        }
        ASSERT_EQ(::pwrite(opened.get(), old.data(), size, at), static_cast<ssize_t>(size));
    }

    test::temporary_folder folder;
    const std::chrono::sys_seconds written{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
    std::chrono::sys_seconds now = written + std::chrono::days{100};
    const std::vector<std::byte> small = bytes_of(100, 1);
    const std::vector<std::byte> large = bytes_of(3 * block_size + 1000, 2);
};

}  // namespace ftpfs::cache
