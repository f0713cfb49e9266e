// Calls a function once if a deadline passes.
//
// Made for deadlines that move often and pass rarely: moving one writes a variable, and one timer wakes up
// now and then to look at it. Owned by what it guards; the function may destroy the watchdog. One thread.
#pragma once

#include "ftpfs/async/awaitable.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace ftpfs::net {

class watchdog {
public:
    using clock = std::chrono::steady_clock;

    watchdog(executor where, std::function<void()> bite);
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog();

    void expect_within(clock::duration time);
    void rest() noexcept;

    // The deadline passed; it stays so.
    bool has_bitten() const noexcept;

private:
    struct state;
    static void watch(const std::shared_ptr<state>& mine);

    std::shared_ptr<state> state_;
};

}  // namespace ftpfs::net
