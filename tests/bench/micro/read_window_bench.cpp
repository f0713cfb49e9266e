// What deciding costs for each read: it must be nothing beside a system call.
#include "ftpfs/fs/read_window.hpp"

#include <benchmark/benchmark.h>

#include <array>

namespace ftpfs::fs {
namespace {

constexpr std::uint64_t request = std::uint64_t{128} << 10;   // the kernel's usual read
constexpr std::uint64_t most_ahead = std::uint64_t{8} << 20;  // the default of read_ahead

void sequential(benchmark::State& state)
{
    read_window window{0};
    std::uint64_t at = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(window.reaches(at));
        window.ask(at, at + request, most_ahead);
        window.arrived(window.credit());
        at += request;
    }
    state.SetItemsProcessed(state.iterations());
}

// Among four streams of one file, for reads near none of them.
void choose(benchmark::State& state)
{
    constexpr std::uint64_t apart = std::uint64_t{1} << 30;
    const std::array<read_window, 4> windows{read_window{0}, read_window{apart}, read_window{2 * apart},
                                             read_window{3 * apart}};
    const std::array<const read_window*, 4> streams{&windows[0], &windows[1], &windows[2], &windows[3]};
    std::uint64_t at = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(choose_stream(streams, nullptr, at, streams.size()));
        at += apart / 2 + request;
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(sequential);
BENCHMARK(choose);

}  // namespace
}  // namespace ftpfs::fs
