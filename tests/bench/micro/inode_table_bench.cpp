// The inodes of a walk over a large tree: time and memory per inode must not depend on how many there are.
#include "ftpfs/fs/inode_table.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

namespace ftpfs::fs {
namespace {

// As many per directory as a mail folder or a photo archive has.
constexpr std::int64_t per_directory = 1000;

std::uint64_t used_bytes()
{
    const auto heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

void walk(inode_table& inodes, std::int64_t files)
{
    inode_id directory{};
    for (std::int64_t i = 0; i < files; ++i) {
        if (i % per_directory == 0) {
            const auto name = file_name::make(fmt::format("folder-{}", i));
            directory = inodes.look_up(root_inode, *name, file_kind::directory);
        }
        const auto name = file_name::make(fmt::format("file-{:08}", i));
        benchmark::DoNotOptimize(inodes.look_up(directory, *name, file_kind::regular));
    }
}

void look_up_new(benchmark::State& state)
{
    double bytes = 0;
    for (auto _ : state) {
        const auto before = used_bytes();
        inode_table inodes;
        walk(inodes, state.range(0));
        bytes = static_cast<double>(used_bytes() - before) / static_cast<double>(inodes.size());
    }
    state.counters["bytes_per_inode"] = bytes;
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void look_up_known(benchmark::State& state)
{
    inode_table inodes;
    walk(inodes, state.range(0));
    for (auto _ : state) {
        walk(inodes, state.range(0));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(look_up_new)->RangeMultiplier(10)->Range(1000, 1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(look_up_known)->RangeMultiplier(10)->Range(1000, 1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ftpfs::fs
