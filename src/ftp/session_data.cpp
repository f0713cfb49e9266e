// How a session gets its data connections, and what it does ahead of need.
#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/data_connection.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/storage.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace ftpfs::ftp {

namespace asio = boost::asio;

namespace {

// How long the second of two commands in a packet may take. Who does not read on never answers it.
constexpr std::chrono::seconds probe_limit{3};

}  // namespace

bool session::pipelines() const noexcept
{
    return setup_.settings.pipelining && setup_.profile.pipelining == support::works;
}

bool session::sends_early() const noexcept
{
    const auto& profile = setup_.profile;
    return setup_.settings.pipelining && profile.data == support::works && profile.early_command != support::refused;
}

bool session::wants_preparation()
{
    if (lost() || transferring() || preparing_) {
        return false;
    }
    const auto& profile = setup_.profile;
    const bool probe = setup_.settings.pipelining && profile.pipelining == support::unknown;
    const bool arm = setup_.settings.armed && profile.armed != support::refused && profile.data == support::works;
    return probe || (arm && !armed_->ready(clock::now()));
}

bool session::armed()
{
    return armed_->ready(clock::now());
}

session::clock::time_point session::lapses_at() const noexcept
{
    return armed_->lapses_at();
}

void session::lapse(clock::time_point now)
{
    armed_->lapse(now);
}

awaitable<> session::prepare()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    preparing_ = true;
    const auto& profile = setup_.profile;
    if (setup_.settings.pipelining && profile.pipelining == support::unknown) {
        co_await try_pipelining();
    }
    if (control_->quiet() && setup_.settings.armed && profile.data == support::works) {
        co_await arm();
    }
    preparing_ = false;
    prepared_.notify_all();
}

awaitable<> session::prepared()
{
    for (bool waits = true; waits && preparing_;) {
        waits = co_await prepared_.wait();
    }
}

// A server that reads one command per packet loses the second and never answers it: the session is given up then.
awaitable<> session::try_pipelining()
{
    std::vector<proto::command> pair(2, proto::command::bare("NOOP"));
    const auto sent = co_await control_->send_all(std::move(pair));
    if (!sent) {
        co_return;
    }
    const auto limit = std::min<clock::duration>(probe_limit, setup_.settings.timeout);
    int answers = 0;
    for (bool more = true; more && answers < 2;) {
        const auto answer = co_await control_->read_reply_within(limit);
        more = answer && !answer->is_preliminary() && !control_->broken();
        answers += more ? 1 : 0;
    }
    if (answers == 2) {
        setup_.profile.pipelining = support::works;
    } else if (answers == 1) {
        setup_.profile.pipelining = support::refused;
        setup_.logger.info("the server loses the second of two commands in a packet: sending one at a time");
    }
}

// The first one of two closed by the server when the second is asked for must be closed here, too.
awaitable<> session::arm()
{
    armed_->take(clock::now());
    auto begun = co_await begin_data_connection(*control_, setup_.connector, setup_.settings, setup_.profile);
    if (begun) {
        armed_->arm(*std::move(begun), clock::now());
    } else {
        note_armed(setup_.profile, false);
    }
}

awaitable<result<data_link>> session::next_link()
{
    if (auto ahead = armed_->take(clock::now())) {
        if (sends_early()) {
            co_return *std::move(ahead);
        }
        const auto connected = co_await ahead->connection->wait();
        if (connected) {
            co_return *std::move(ahead);
        }
        if (connected.error() == errc::cancelled) {
            co_return connected.error();
        }
    }
    if (sends_early()) {
        co_return co_await begin_data_connection(*control_, setup_.connector, setup_.settings, setup_.profile);
    }
    co_return co_await open_data_connection(*control_, setup_.connector, setup_.settings, setup_.profile);
}

awaitable<result<data_link>> session::connected_link()
{
    FTPFS_CO_TRY(auto link, co_await next_link());
    const auto connected = co_await link.connection->wait();
    if (connected) {
        co_return std::move(link);
    }
    if (connected.error() == errc::cancelled) {
        co_return connected.error();
    }
    co_return co_await open_data_connection(*control_, setup_.connector, setup_.settings, setup_.profile);
}

}  // namespace ftpfs::ftp
