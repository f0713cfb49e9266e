// Lines of listings per second: a directory of 100,000 names has to be there before anybody sees one of them.
#include "ftpfs/proto/listing_parser.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace ftpfs::proto {
namespace {

using namespace std::chrono_literals;

constexpr int lines = 100'000;
constexpr std::size_t piece = std::size_t{64} << 10;  // as much as one receive brings
constexpr std::chrono::sys_seconds now = std::chrono::sys_days{2026y / std::chrono::November / 21};

// As ProFTPD writes it.
std::string mlsd()
{
    std::string all;
    for (int i = 0; i < lines; ++i) {
        all += fmt::format(
            "modify=20250719083{:02}0;perm=adfrw;size={};type=file;unique=801U{:X};UNIX.group=1000;"
            "UNIX.groupname=users;UNIX.mode=0644;UNIX.owner=1000;UNIX.ownername=tester; entry-{:06}.txt\r\n",
            i % 60, i * 7, i, i);
    }
    return all;
}

// As vsftpd writes it.
std::string list()
{
    std::string all;
    for (int i = 0; i < lines; ++i) {
        all +=
            fmt::format("-rw-r--r--    1 1000     1000     {:8} Jul 19 08:{:02} entry-{:06}.txt\r\n", i * 7, i % 60, i);
    }
    return all;
}

void parse(benchmark::State& state, const std::string& listing, dialect known)
{
    for (auto _ : state) {
        listing_parser parser{known, now};
        for (std::size_t at = 0; at < listing.size(); at += piece) {
            parser.feed(std::string_view{listing}.substr(at, piece));
        }
        const auto parsed = parser.finish();
        if (parsed.entries.size() != lines) {
            state.SkipWithError("lines were not understood");
        }
    }
    state.SetItemsProcessed(state.iterations() * lines);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(listing.size()));
}

BENCHMARK_CAPTURE(parse, mlsd, mlsd(), dialect::mlsd)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, list, list(), dialect::unix_ls)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, list_of_unknown_dialect, list(), dialect::unknown)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ftpfs::proto
