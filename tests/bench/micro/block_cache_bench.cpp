// The block cache under a reader that finds everything, and under one that reads more than fits.
#include "ftpfs/cache/block_cache.hpp"

#include <benchmark/benchmark.h>

namespace ftpfs::cache {
namespace {

constexpr std::uint64_t limit = std::uint64_t{64} << 20;  // the default of cache_size
constexpr std::uint64_t fitting = limit / block_size / 2;

void find(benchmark::State& state)
{
    block_cache cache{limit};
    for (std::uint64_t i = 0; i < fitting; ++i) {
        cache.create({1, i}, block_size).filled.add(0, block_size);
    }
    std::uint64_t at = 0;
    for (auto _ : state) {
        auto* found = cache.find({1, at++ % fitting});
        if (found == nullptr) {
            state.SkipWithError("a block is missing");
            break;
        }
        benchmark::DoNotOptimize(found->piece(0, block_size));
    }
    state.SetItemsProcessed(state.iterations());
}

// Blocks arrive in order and leave at the other end; their memory goes round.
void stream(benchmark::State& state)
{
    block_cache cache{limit};
    std::uint64_t at = 0;
    for (auto _ : state) {
        auto& next = cache.create({1, at++}, block_size);
        next.filled.add(0, block_size);
        benchmark::DoNotOptimize(next.piece(0, block_size));
    }
    state.SetItemsProcessed(state.iterations());
}

// Small files: as many blocks as fit, of another size than the memory that was given back.
void small_files(benchmark::State& state)
{
    constexpr std::size_t size = 8192;
    block_cache cache{limit};
    std::uint64_t file = 0;
    for (auto _ : state) {
        auto& next = cache.create({file++, 0}, size);
        next.filled.add(0, size);
        benchmark::DoNotOptimize(next.piece(0, size));
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(find);
BENCHMARK(stream);
BENCHMARK(small_files);

}  // namespace
}  // namespace ftpfs::cache
