#include "ftpfs/cli/probe_command.hpp"

#include "ftpfs/async/blocking.hpp"
#include "ftpfs/cli/daemon.hpp"
#include "ftpfs/cli/probe_advice.hpp"
#include "ftpfs/cli/probe_text.hpp"
#include "ftpfs/ftp/server_prober.hpp"
#include "ftpfs/net/connector.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <ostream>

namespace ftpfs::cli {
namespace {

namespace asio = boost::asio;

// People wait for the answer, and every step may have to wait so long.
constexpr std::chrono::seconds longest_wait{10};

// Hands each line of the dialogue on.
class line_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit line_sink(std::function<void(std::string)> take) : take_{std::move(take)} {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        take_(std::string{message.payload.data(), message.payload.size()});
    }
    void flush_() override {}

    std::function<void(std::string)> take_;
};

// One probe from the first connection to the last word: owns the thread's loop.
class probe_run {
public:
    probe_run(ftp::config settings, ftp::probe_wish wish, log dialogue,
              std::function<void(const ftp::probe_step&)> on_step)
        : signals_{loop_, SIGTERM, SIGINT, SIGHUP}, connector_{loop_.get_executor(), helper_},
          prober_{connector_, std::move(settings), std::move(wish), std::move(dialogue), std::move(on_step)}
    {
    }

    const ftp::probe_report& run()
    {
        std::signal(SIGPIPE, SIG_IGN);
        expect_signal();
        asio::co_spawn(loop_, prober_.run(),
                       asio::bind_cancellation_slot(cancel_.slot(), [this](std::exception_ptr bad) {
                           rethrow(bad);
                           asio::co_spawn(loop_, prober_.clean_up(), [this](std::exception_ptr worse) {
                               signals_.cancel();
                               rethrow(worse);
                           });
                       }));
        loop_.run();
        return prober_.report();
    }

private:
    static void rethrow(std::exception_ptr bad)
    {
        if (bad) {
            std::rethrow_exception(bad);  // a programming error
        }
    }

    // The first one asks for an end, the next is the end.
    void expect_signal()
    {
        signals_.async_wait([this](error_code ended, int) {
            if (ended) {
                return;
            }
            if (signalled_) {
                std::_Exit(static_cast<int>(exit_status::other));
            }
            signalled_ = true;
            cancel_.emit(asio::cancellation_type::terminal);
            expect_signal();
        });
    }

    async::helper_thread helper_;
    asio::io_context loop_{1};
    asio::signal_set signals_;
    asio::cancellation_signal cancel_;
    net::connector connector_;
    ftp::server_prober prober_;
    bool signalled_ = false;
};

outcome<ftp::probe_wish> wish_of(const probe_flags& flags)
{
    ftp::probe_wish wish;
    wish.sessions = flags.sessions;
    wish.active = flags.active;
    if (!flags.write.empty()) {
        wish.write_is_absolute = flags.write.starts_with('/');
        auto path = remote_path::make(wish.write_is_absolute ? flags.write : "/" + flags.write);
        if (!path) {
            return problem{exit_status::usage, fmt::format("--write: \"{}\" is not a path of the server: {}",
                                                           printable(flags.write), path.error().detail)};
        }
        wish.write = *std::move(path);
    }
    return wish;
}

bool is_anonymous(const std::string& user)
{
    return user == ftp::config{}.user;
}

exit_status report(const problem& why, environment& world)
{
    print(why, world.err);
    return why.status;
}

// The options that the server was reached with, in front of those that are advised; not what another one replaces.
std::vector<std::string> with_given(const std::vector<option_setting>& given, std::vector<std::string> advised)
{
    constexpr std::array<std::string_view, 9> ways{"account", "active_address", "active_ports", "bind", "charset",
                                                   "data",    "ipv4",           "ipv6",         "proxy"};
    std::vector<std::string> all;
    for (const auto& one : given) {
        const auto value = one.value ? "=" + without_password(*one.value) : std::string{};
        const auto replaces = [&](const std::string& other) { return other.starts_with(one.name + "="); };
        if (std::ranges::find(ways, one.name) != ways.end() && std::ranges::none_of(advised, replaces)) {
            all.push_back(one.name + value);
        }
    }
    all.insert(all.end(), advised.begin(), advised.end());
    return all;
}

probe_summary summary_of(const ftp::probe_report& found, const config& settings, const intention& wish)
{
    probe_summary all;
    all.report = found;
    all.url = settings.fuse.source;
    all.advice = advise(found, settings.ftp);
    if (all.advice.status == exit_status::ok) {
        const auto& user = settings.ftp.user;
        all.advice.options = with_given(wish.line.options, std::move(all.advice.options));
        const auto named = wish.address.user || is_anonymous(user) ? std::string{} : user;
        all.command = best_command(all.advice, all.url, named);
        all.fstab_line = best_fstab_line(all.advice, all.url, named, !is_anonymous(user));
    }
    return all;
}

}  // namespace

exit_status probe(const intention& wish, environment& world)
{
    const auto flags = wish.line.probe;
    auto trying = wish_of(flags);
    if (!trying) {
        return report(trying.error(), world);
    }
    auto settings = make_config(wish, world.uid, world.gid);
    auto who = find_login(wish.address, wish.chosen, world);
    if (!who) {
        return report(who.error(), world);
    }
    add_login(settings, *std::move(who));
    settings.ftp.timeout = std::min<std::chrono::milliseconds>(settings.ftp.timeout, longest_wait);

    std::vector<std::string> dialogue;
    auto take_line = [&](std::string line) {
        if (wish.line.json) {
            dialogue.push_back(std::move(line));
        } else {
            world.out << "    " << line << '\n' << std::flush;
        }
    };
    log listener;
    if (flags.trace) {
        listener = listener.with_trace(
            std::make_shared<spdlog::logger>("dialogue", std::make_shared<line_sink>(std::move(take_line))));
    }
    const auto on_step = [&](const ftp::probe_step& step) {
        if (!wish.line.json) {
            world.out << to_text(step) << std::flush;
        }
    };
    probe_run run{settings.ftp, *std::move(trying), std::move(listener), on_step};
    auto summary = summary_of(run.run(), settings, wish);
    summary.dialogue = std::move(dialogue);
    world.out << (wish.line.json ? to_json(summary) + "\n" : to_text(summary)) << std::flush;
    if (summary.report.interrupted) {
        // A name look-up that nobody waits for any more would hold the end up.
        std::_Exit(static_cast<int>(summary.advice.status));
    }
    return summary.advice.status;
}

}  // namespace ftpfs::cli
