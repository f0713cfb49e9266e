// A wide-area link on one machine, for measurements: a command runs in a network namespace of its own, and packets
// from and to it take a while, at a rate, or get lost.
//
//     link --delay 20 --rate 1000 -- python3 -m servers vsftpd DIR --host {address} --port 21
//     g++ -std=c++20 -O2 tests/bench/link/*.cpp -lfmt -o link       # without CMake
//
// Everything it makes goes away with it, also when it is killed: the devices and the namespace are nobody else's, and
// the command is killed by the kernel.

#include "child_process.hpp"
#include "link.hpp"
#include "network_namespace.hpp"
#include "options.hpp"
#include "tun_device.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <system_error>
#include <utility>

#include <sys/signalfd.h>
#include <unistd.h>

namespace ftpfs::bench {

namespace {

// RFC 2544: 198.18.0.0/15 is set aside for measurements of networks. The third byte is the device's number, which
// the kernel makes unique.
in_addr address_of(unsigned device, unsigned host)
{
    constexpr unsigned network = 198U << 24U | 18U << 16U;
    return {htonl(network | (device & 0xFFU) << 8U | host)};
}

std::string text(unsigned device, unsigned host)
{
    return fmt::format("198.18.{}.{}", device & 0xFFU, host);
}

// Signals that end us, and the child's end, as something to wait for.
int signals_as_descriptor()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int each : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&signals, each);
    }
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    const int descriptor = ::signalfd(-1, &signals, SFD_CLOEXEC);
    if (descriptor < 0) {
        throw std::system_error{errno, std::generic_category(), "signalfd"};
    }
    return descriptor;
}

std::string counts_of(const line& one)
{
    const auto& counted = one.counters();
    return fmt::format(R"({{"packets": {}, "bytes": {}, "lost": {}, "overflowed": {}}})", counted.packets,
                       counted.bytes, counted.lost, counted.overflowed);
}

std::string report(const link& carried)
{
    const auto& commands = carried.commands();
    std::string verbs;
    for (const auto& [verb, count] : commands.by_verb()) {
        // A client may send anything: only letters go into the report.
        const bool plain =
            verb.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == std::string::npos;
        verbs += fmt::format(R"({}"{}": {})", verbs.empty() ? "" : ", ", plain ? verb : "?", count);
    }
    return fmt::format("{{\"commands\": {}, \"connections\": {}, \"verbs\": {{{}}}, \"up\": {}, \"down\": {}}}\n",
                       commands.commands(), commands.connections(), verbs, counts_of(carried.up()),
                       counts_of(carried.down()));
}

// Carries packets until the command has ended; passes the first signal on to it. When whoever started us ends us and
// itself, two come, and the second would disturb the command while it cleans up.
int serve(link& carrying, child_process& command, int signals)
{
    bool is_told = false;
    while (true) {
        carrying.carry_until_readable(signals);
        signalfd_siginfo came{};
        if (::read(signals, &came, sizeof came) != sizeof came) {
            throw std::system_error{errno, std::generic_category(), "signalfd"};
        }
        if (came.ssi_signo != SIGCHLD) {
            if (!std::exchange(is_told, true)) {
                command.send(SIGTERM);
            }
        } else if (const auto status = command.ended()) {
            return *status;
        }
    }
}

int run(const options& given)
{
    end_with_parent(SIGTERM);
    const int signals = signals_as_descriptor();
    const auto outside = network_namespace::present();
    tun_device near{"wan%d", may_offload(given)};
    near.start(address_of(near.number(), 1));
    const auto inside = network_namespace::fresh();
    start_loopback();
    tun_device far{"wan%d", may_offload(given)};
    far.start(address_of(near.number(), 2));
    outside.enter();

    auto words = given.command;
    for (auto& word : words) {
        if (word == "{address}") {
            word = text(near.number(), 2);
        }
    }
    link carrying{near, far, line_of(given), given.port};
    child_process command{words, inside};
    const int status = serve(carrying, command, signals);
    if (given.report.empty()) {
        std::cerr << report(carrying);
    } else {
        std::ofstream{given.report} << report(carrying);
    }
    return status;
}

}  // namespace

}  // namespace ftpfs::bench

int main(int argc, char** argv)
{
    try {
        return ftpfs::bench::run(ftpfs::bench::parse_options(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << "link: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
