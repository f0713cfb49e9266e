#include "ftpfs/ftp/server_prober.hpp"

#include "probe_steps.hpp"

#include <boost/asio/this_coro.hpp>

namespace ftpfs::ftp {

server_prober::server_prober(net::connector& connector, config settings, probe_wish wish, log logger,
                             std::function<void(const probe_step&)> on_step)
    : context_{std::make_unique<probe_context>(connector, std::move(settings), std::move(wish), std::move(logger),
                                               std::move(on_step))}
{
}

server_prober::~server_prober() = default;

const probe_report& server_prober::report() const noexcept
{
    return context_->report;
}

awaitable<> server_prober::run()
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_await try_all();
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) {
        context_->report.interrupted = true;
    }
    co_await context_->hang_up();
}

awaitable<> server_prober::try_all()
{
    auto& with = *context_;
    co_await probe_login(with);
    co_await probe_round_trip(with);
    co_await probe_directory(with);
    co_await probe_data(with);
    co_await probe_listings(with);
    co_await probe_files(with);
    co_await probe_pipelining(with);
    co_await probe_armed(with);
    co_await probe_sessions(with);
    co_await probe_writing(with);
    co_await probe_tls(with);
}

awaitable<> server_prober::clean_up()
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_await remove_scratch(*context_);
    co_await context_->hang_up();
}

}  // namespace ftpfs::ftp
