// How ftp_remote runs its operations on sessions of the pool. For its own sources.
#pragma once

#include "ftpfs/ftp/ftp_remote.hpp"
#include "ftpfs/ftp/retry_policy.hpp"
#include "remote_changes.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace ftpfs::ftp {

template <class T, class Attempt>
awaitable<result<T>> ftp_remote::with_session(lease_request request, Attempt attempt, progress_ptr progress)
{
    using clock = std::chrono::steady_clock;
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    ++operations_;
    retry_policy retry{clock::now(), settings_.timeout};
    request.deadline = retry.deadline();
    for (bool looked = false;;) {
        FTPFS_CO_TRY(auto lease, co_await pool_->acquire(request));
        home_ = absolute(*lease, remote_path{});
        auto answer = co_await attempt(lease);
        if (answer) {
            co_return answer;
        }
        if (lease && login_is_lost(answer.error())) {
            lease.discard();
        }
        lease.release();
        const bool must_look =
            progress && (progress->unanswered || progress->aside) && !looked && !(answer.error() == errc::cancelled);
        if (!must_look && !retry.again(answer.error(), clock::now())) {
            co_return answer;
        }
        if (must_look) {
            looked = true;
            request.deadline = clock::now() + settings_.timeout;
        }
        ++retries_;
        request.fresh = true;
    }
}

}  // namespace ftpfs::ftp
