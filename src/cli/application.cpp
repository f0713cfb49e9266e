#include "ftpfs/cli/application.hpp"

#include "ftpfs/cli/failure_report.hpp"
#include "ftpfs/ftp/translating_remote.hpp"

#include <boost/asio/co_spawn.hpp>

#include <fmt/format.h>
#include <malloc.h>

#include <csignal>
#include <cstdlib>
#include <exception>

namespace ftpfs::cli {
namespace {

// One thread does nearly all the work, so a second arena would only keep memory that nobody uses. Freed blocks
// go back to the system in steps large enough not to be felt.
void tune_allocator()
{
    ::mallopt(M_ARENA_MAX, 1);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 20);
}

std::shared_ptr<remote::remote> translated(std::shared_ptr<ftp::ftp_remote> wire, const ftp::config& settings)
{
    auto names = proto::name_codec::make(settings.charset).value();
    if (names.is_utf8()) {
        return wire;
    }
    return std::make_shared<ftp::translating_remote>(std::move(wire), std::move(names));
}

// For the member "remote" of user.ftpfs.status.
std::string status_of(const ftp::statistics& count)
{
    return fmt::format(
        R"({{"sessions":{},"busy":{},"limit":{},"waiting":{},"logins":{},"reconnects":{},"operations":{},)"
        R"("retries":{},"bytes_received":{},"bytes_sent":{}}})",
        count.sessions, count.busy, count.limit, count.waiting, count.logins, count.reconnects, count.operations,
        count.retries, count.bytes_received, count.bytes_sent);
}

}  // namespace

application::application(config settings, log journal)
    : settings_{std::move(settings)}, journal_{std::move(journal)}, loop_{1}, signals_{loop_, SIGTERM, SIGINT, SIGHUP},
      connector_{loop_.get_executor(), helper_}, remote_{std::make_shared<ftp::ftp_remote>(
                                                     loop_.get_executor(), connector_, settings_.ftp, journal_)},
      files_{loop_.get_executor(), translated(remote_, settings_.ftp), settings_.fs, journal_},
      keeper_{loop_.get_executor(), helper_, *remote_, settings_, journal_}
{
}

exit_status application::run(launch& start)
{
    std::signal(SIGPIPE, SIG_IGN);
    files_.set_url(settings_.fuse.source);
    files_.set_remote_status([this] { return status_of(remote_->counters()); });
    tune_allocator();
    expect_signal();
    auto status = exit_status::other;
    boost::asio::co_spawn(loop_, live(start), [&](std::exception_ptr escaped, exit_status ended) {
        signals_.cancel();
        if (escaped) {
            std::rethrow_exception(escaped);  // a programming error: out of the loop, and the process ends
        }
        status = ended;
    });
    loop_.run();
    return status;
}

awaitable<exit_status> application::live(launch& start)
{
    const auto up = co_await come_up();
    auto status = exit_status::ok;
    if (up) {
        status = co_await serve(start);
    } else {
        start.failed(up.error());
        status = up.error().status;
    }
    co_await go_down();
    co_return status;
}

awaitable<outcome<void>> application::come_up()
{
    co_await keeper_.recall();
    const auto connected = co_await remote_->connect();
    if (!connected) {
        co_return explain_connection(connected.error(), settings_.ftp);
    }
    const auto started = co_await files_.start();
    if (!started) {
        co_return explain_connection(started.error(), settings_.ftp);
    }
    auto mounted = fuse::mount::make(loop_.get_executor(), settings_.fuse, files_, journal_);
    if (!mounted) {
        co_return explain_mount(mounted.error(), settings_.fuse);
    }
    mounted_ = *std::move(mounted);
    is_up_ = true;
    keeper_.start();
    journal_.info("mounted {} on {}, the directory {} of the server", settings_.fuse.source,
                  printable(settings_.fuse.mount_point), remote_->shown(connected->root));
    co_return outcome<void>{};
}

awaitable<exit_status> application::serve(launch& start)
{
    if (!start.ready()) {
        journal_.warning("the command that mounted has gone away: unmounting");
        mounted_->stop();
    }
    const auto end = co_await mounted_->run();
    if (!end) {
        journal_.error("{}: {}", settings_.fuse.mount_point, to_string(end.error()));
        co_return exit_status::other;
    }
    journal_.info("unmounted {}", printable(settings_.fuse.mount_point));
    co_return exit_status::ok;
}

awaitable<> application::go_down()
{
    mounted_.reset();
    // Sends what is not on the server yet, within a limit, and logs what is kept instead.
    co_await files_.stop();
    co_await keeper_.stop();
    co_await remote_->shut_down();
}

void application::expect_signal()
{
    signals_.async_wait([this](error_code cancelled, int number) {
        if (!cancelled) {
            on_signal(number);
            expect_signal();
        }
    });
}

void application::on_signal(int number)
{
    if (signalled_ || !is_up_) {
        end_at_once();
    }
    signalled_ = true;
    journal_.info("signal {}: unmounting, and sending what is not sent yet; another one ends at once", number);
    if (mounted_) {
        mounted_->stop();
    }
}

// Without destructors: what still waits on the wire would hold them up.
void application::end_at_once()
{
    journal_.warning("ended by a signal");
    mounted_.reset();
    std::_Exit(static_cast<int>(exit_status::other));
}

}  // namespace ftpfs::cli
