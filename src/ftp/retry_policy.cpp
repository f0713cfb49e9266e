#include "ftpfs/ftp/retry_policy.hpp"

namespace ftpfs::ftp {

bool retry_policy::again(const failure& why, time_point now) noexcept
{
    if (used_ || now >= start_ + timeout_ / 2 || !(retryable(why) || login_is_lost(why))) {
        return false;
    }
    used_ = true;
    return true;
}

bool login_is_lost(const failure& why) noexcept
{
    constexpr int not_logged_in = 530;  // RFC 959 §4.2.2
    return why.code == make_reply_error(not_logged_in);
}

}  // namespace ftpfs::ftp
