#include "ftpfs/ftp/retry_policy.hpp"

#include <gtest/gtest.h>

namespace ftpfs::ftp {
namespace {

using namespace std::chrono_literals;
using time_point = retry_policy::time_point;

constexpr time_point start{1h};

bool repeats(const failure& why, std::chrono::milliseconds after)
{
    retry_policy policy{start, 30s};
    return policy.again(why, start + after);
}

TEST(retry_policy, repeats_what_a_dead_session_explains)
{
    EXPECT_TRUE(repeats(failure{errc::connection_lost}, 1s));
    EXPECT_TRUE(repeats(failure{errc::protocol_violation}, 1s));
    EXPECT_TRUE(repeats(failure{make_reply_error(421)}, 1s));
    EXPECT_TRUE(repeats(failure{make_reply_error(425)}, 1s));
    EXPECT_TRUE(repeats(failure{make_reply_error(426)}, 1s));
}

TEST(retry_policy, repeats_when_the_server_forgot_the_login)
{
    EXPECT_TRUE(repeats(failure{make_reply_error(530)}, 1s));
}

TEST(retry_policy, does_not_repeat_what_concerns_the_file_or_is_final)
{
    EXPECT_FALSE(repeats(failure{errc::not_found}, 0s));
    EXPECT_FALSE(repeats(failure{errc::permission_denied}, 0s));
    EXPECT_FALSE(repeats(failure{make_reply_error(550)}, 0s));
    EXPECT_FALSE(repeats(failure{errc::login_refused}, 0s));
    EXPECT_FALSE(repeats(failure{errc::cancelled}, 0s));
    EXPECT_FALSE(repeats(failure{errc::shutting_down}, 0s));
    EXPECT_FALSE(repeats(failure{errc::version_changed}, 0s));
}

TEST(retry_policy, does_not_repeat_after_a_timeout)
{
    EXPECT_FALSE(repeats(failure{errc::timed_out}, 1s));
}

TEST(retry_policy, repeats_once)
{
    retry_policy policy{start, 30s};
    EXPECT_TRUE(policy.again(failure{errc::connection_lost}, start));
    EXPECT_FALSE(policy.again(failure{errc::connection_lost}, start));
}

TEST(retry_policy, does_not_repeat_when_half_of_the_time_is_gone)
{
    EXPECT_TRUE(repeats(failure{errc::connection_lost}, 14'999ms));
    EXPECT_FALSE(repeats(failure{errc::connection_lost}, 15s));
}

TEST(retry_policy, ends_waiting_after_the_timeout)
{
    EXPECT_EQ((retry_policy{start, 30s}.deadline()), start + 30s);
}

}  // namespace
}  // namespace ftpfs::ftp
