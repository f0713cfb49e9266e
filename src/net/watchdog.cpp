#include "ftpfs/net/watchdog.hpp"

#include <boost/asio/steady_timer.hpp>

namespace ftpfs::net {

struct watchdog::state {
    state(const executor& where, std::function<void()> bite_) : timer{where}, bite{std::move(bite_)} {}

    boost::asio::steady_timer timer;
    std::function<void()> bite;
    clock::time_point deadline = clock::time_point::max();
    clock::time_point wakes_at = clock::time_point::max();  // max: the timer does not run
    bool bitten = false;
};

watchdog::watchdog(executor where, std::function<void()> bite) : state_{std::make_shared<state>(where, std::move(bite))}
{
}

watchdog::~watchdog()
{
    state_->timer.cancel();
}

void watchdog::expect_within(clock::duration time)
{
    state_->deadline = clock::now() + time;
    if (!state_->bitten && state_->deadline < state_->wakes_at) {
        watch(state_);
    }
}

void watchdog::rest() noexcept
{
    state_->deadline = clock::time_point::max();
}

bool watchdog::has_bitten() const noexcept
{
    return state_->bitten;
}

// Setting the expiry anew cancels the earlier wait.
void watchdog::watch(const std::shared_ptr<state>& mine)
{
    mine->wakes_at = mine->deadline;
    mine->timer.expires_at(mine->deadline);
    mine->timer.async_wait([weak = std::weak_ptr{mine}](const boost::system::error_code& aborted) {
        const auto self = weak.lock();
        if (aborted || !self) {
            return;
        }
        self->wakes_at = clock::time_point::max();
        if (self->deadline == clock::time_point::max()) {
            return;
        }
        if (self->deadline > clock::now()) {
            watch(self);
            return;
        }
        self->bitten = true;
        self->bite();
    });
}

}  // namespace ftpfs::net
