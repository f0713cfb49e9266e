#include "options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>

namespace ftpfs::bench {

namespace {

constexpr double bytes_per_mbit = 1e6 / 8;
constexpr double mib = 1024.0 * 1024.0;

// Without a rate nothing waits, so the line holds what is under way, and TCP has never more under way than its send
// buffers hold: at most 4 MiB for each connection (net.ipv4.tcp_wmem). This is enough for 16 of them at once.
constexpr double unlimited_mib = 64;

// With a rate it is a router's: one round trip's worth waits, but no less than keeps a short path busy.
constexpr double least_queue_ms = 20;
// A packet takes memory besides its bytes; small ones twice their size.
constexpr double bookkeeping = 2;

// Below this rate 64 KiB take longer than a millisecond, and packets that arrive in one piece would be bursts that
// the path did not make.
constexpr double least_offload_mbit = 500;

}  // namespace

options parse_options(int argc, char** argv)
{
    CLI::App app{
        "Runs a command, an FTP server, behind a wide-area link of its own.\n"
        "Needs root. \"{address}\" in the command stands for the server's address. At the end of the command, or on "
        "SIGTERM, it says as JSON what crossed the link."};
    options given;
    app.add_option("--delay", given.delay_ms, "Round trip in milliseconds")->check(CLI::NonNegativeNumber);
    app.add_option("--rate", given.rate_mbit, "Mbit/s in each direction; 0: no limit")->check(CLI::NonNegativeNumber);
    app.add_option("--loss", given.loss_percent, "Percent of the packets that are lost")->check(CLI::Range(0.0, 100.0));
    app.add_option("--queue", given.queue_mib, "MiB that each direction holds; default: what TCP needs")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--port", given.port, "The server's port, to count commands (default 21)");
    app.add_option("--report", given.report, "Write the counts to this file rather than standard error");
    app.add_option("command", given.command, "The command and its arguments")->required();
    app.prefix_command(false);
    app.positionals_at_end();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error));
    }
    return given;
}

line_options line_of(const options& given)
{
    const double rate = given.rate_mbit * bytes_per_mbit;
    const double under_way = rate * given.delay_ms / 2 / 1e3;
    const double waiting = rate * std::max(given.delay_ms, least_queue_ms) / 1e3;
    double capacity = rate > 0 ? (under_way + waiting) * bookkeeping : unlimited_mib * mib;
    if (given.queue_mib > 0) {
        capacity = given.queue_mib * mib;
    }
    return {.delay = std::chrono::duration_cast<std::chrono::nanoseconds>(
                std::chrono::duration<double, std::milli>{given.delay_ms / 2}),
            .bytes_per_second = static_cast<std::uint64_t>(rate),
            .loss = given.loss_percent / 100,
            .capacity = static_cast<std::size_t>(capacity)};
}

bool may_offload(const options& given)
{
    // A loss would take forty segments away at once.
    return given.loss_percent == 0 && (given.rate_mbit == 0 || given.rate_mbit >= least_offload_mbit);
}

}  // namespace ftpfs::bench
