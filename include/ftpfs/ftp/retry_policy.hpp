// Whether an operation that failed is begun once more. Pure.
//
// Reading commands may be repeated. A session that was idle may have died without anybody noticing (421, end of
// file, reset at the first command), so one repetition on a fresh session hides what is no failure of the
// operation. Never after bytes were handed out, never after a timeout, and not late: the second attempt may
// take `timeout` again, so the first must have failed within half of it; a silent server is reported after
// timeout, or one and a half at worst.
#pragma once

#include "ftpfs/core/error.hpp"

#include <chrono>

namespace ftpfs::ftp {

class retry_policy {
public:
    using time_point = std::chrono::steady_clock::time_point;

    retry_policy(time_point start, std::chrono::milliseconds timeout) : start_{start}, timeout_{timeout} {}

    // When waiting for a session and everything that is a single answer must have ended.
    time_point deadline() const noexcept { return start_ + timeout_; }

    // True at most once.
    bool again(const failure& why, time_point now) noexcept;

private:
    time_point start_;
    std::chrono::milliseconds timeout_;
    bool used_ = false;
};

// The server forgot that this session is logged in (some proxies do): 530 to anything but a login. The
// session must be thrown away.
bool login_is_lost(const failure& why) noexcept;

}  // namespace ftpfs::ftp
