#include "ftpfs/ftp/pool_policy.hpp"

#include <gtest/gtest.h>

namespace ftpfs::ftp {
namespace {

using namespace std::chrono_literals;
using verdict = pool_policy::verdict;

class pool_policy_test : public testing::Test {
public:
    pool_policy policy{4};
    pool_policy::time_point now{1h};
    pool_counts counts;

    void open()
    {
        ++counts.idle;
        policy.opened(counts);
    }
    verdict fail(errc why) { return policy.open_failed(failure{why, "words"}, counts, now); }
    bool opens(std::size_t wanting) { return policy.should_open(wanting, counts, now); }
};

TEST_F(pool_policy_test, begins_with_the_limit_of_an_earlier_mount_and_tries_it_again)
{
    EXPECT_EQ(policy.known_limit(), 0U);
    policy.remember(2, now);
    EXPECT_EQ(policy.limit(now), 2U);
    EXPECT_EQ(policy.known_limit(), 2U);
    EXPECT_FALSE(policy.take_learned_limit()) << "no news";
    now += 5min;
    EXPECT_EQ(policy.limit(now), 3U);
    now += 5min;
    EXPECT_EQ(policy.limit(now), 4U);
    EXPECT_EQ(policy.known_limit(), 0U) << "it is gone";
}

TEST_F(pool_policy_test, hands_on_a_limit_that_it_cannot_try)
{
    policy.remember(6, now);
    EXPECT_EQ(policy.limit(now), 4U);
    EXPECT_EQ(policy.known_limit(), 6U);
}

TEST_F(pool_policy_test, opens_the_first_session_alone)
{
    EXPECT_TRUE(opens(3));
    counts.opening = 1;
    EXPECT_FALSE(opens(3));
    counts.opening = 0;
    open();
    counts.idle = 0;
    counts.metadata = 1;
    EXPECT_TRUE(opens(3));
    counts.opening = 1;
    EXPECT_TRUE(opens(3));
    counts.opening = 2;
    EXPECT_TRUE(opens(3));
}

TEST_F(pool_policy_test, opens_no_more_than_are_wanted)
{
    open();
    EXPECT_FALSE(opens(0));
    EXPECT_TRUE(opens(1));
    counts.opening = 1;
    EXPECT_FALSE(opens(1));
}

TEST_F(pool_policy_test, opens_no_more_than_the_limit_whatever_the_sessions_do)
{
    open();
    counts = {};
    counts.metadata = 1;
    counts.bulk = 1;
    counts.recovering = 1;
    EXPECT_TRUE(opens(9));
    counts.closing = 1;
    EXPECT_FALSE(opens(9));
}

TEST_F(pool_policy_test, takes_zero_connections_for_one)
{
    pool_policy least{0};
    EXPECT_EQ(least.limit(now), 1u);
    EXPECT_EQ(least.bulk_limit(now), 1u);
}

TEST_F(pool_policy_test, what_is_done_ahead_leaves_one_session_alone)
{
    counts.idle = 4;
    for (std::size_t leased = 0; leased < 3; ++leased) {
        EXPECT_TRUE(policy.may_lease_ahead(counts, now)) << leased;
        --counts.idle;
        ++counts.bulk;
        ++counts.ahead;
        ++counts.ahead_bulk;
    }
    EXPECT_FALSE(policy.may_lease_ahead(counts, now));
    EXPECT_TRUE(policy.may_lease(lane::bulk, counts, now)) << "a transfer somebody wants goes before";
    EXPECT_TRUE(policy.may_lease(lane::metadata, counts, now));
}

TEST_F(pool_policy_test, several_sessions_that_work_ahead_open_at_once_but_the_last_one)
{
    counts.opening = 1;
    EXPECT_FALSE(policy.should_open_ahead(counts, now)) << "the first one alone";
    counts = {};
    counts.metadata = 1;
    counts.ahead = 1;
    for (std::size_t opening = 0; opening < 2; ++opening) {
        EXPECT_TRUE(policy.should_open_ahead(counts, now)) << opening;
        ++counts.opening;
    }
    EXPECT_FALSE(policy.should_open_ahead(counts, now)) << "the fourth is kept for those who ask";
}

TEST_F(pool_policy_test, what_is_done_ahead_gives_way_to_bulk_transfers)
{
    counts.idle = 2;
    counts.bulk = 2;
    EXPECT_TRUE(policy.may_lease_ahead(counts, now));
    counts.idle = 1;
    counts.bulk = 3;
    EXPECT_FALSE(policy.may_lease_ahead(counts, now));
    pool_policy one{1};
    counts = {};
    counts.idle = 1;
    EXPECT_TRUE(one.may_lease_ahead(counts, now));
    counts.idle = 0;
    counts.bulk = 1;
    EXPECT_FALSE(one.may_lease_ahead(counts, now));
}

TEST_F(pool_policy_test, keeps_one_session_from_bulk_transfers)
{
    counts.bulk = 2;
    EXPECT_TRUE(policy.may_lease(lane::bulk, counts, now));
    counts.bulk = 3;
    EXPECT_FALSE(policy.may_lease(lane::bulk, counts, now));
    EXPECT_TRUE(policy.may_lease(lane::metadata, counts, now));
}

TEST_F(pool_policy_test, gives_the_only_session_to_either_lane)
{
    pool_policy single{1};
    EXPECT_TRUE(single.may_lease(lane::bulk, counts, now));
    EXPECT_TRUE(single.may_lease(lane::metadata, counts, now));
}

// The clothes that "too many connections" wears while others are logged in.
TEST_F(pool_policy_test, learns_the_limit_from_every_sign_of_it)
{
    for (const auto sign : {errc::server_busy, errc::login_refused, errc::connection_lost}) {
        pool_policy fresh{4};
        pool_counts two;
        two.idle = 1;
        two.bulk = 1;
        fresh.opened(two);
        EXPECT_EQ(fresh.open_failed(failure{sign}, two, now), verdict::wait);
        EXPECT_EQ(fresh.limit(now), 2u);
        EXPECT_FALSE(fresh.should_open(5, two, now));
        EXPECT_FALSE(fresh.refusal(now));
    }
}

TEST_F(pool_policy_test, tells_the_learned_limit_once)
{
    open();
    open();
    EXPECT_FALSE(policy.take_learned_limit());
    fail(errc::server_busy);
    EXPECT_EQ(policy.take_learned_limit(), 2u);
    EXPECT_FALSE(policy.take_learned_limit());
    counts.idle = 1;
    fail(errc::server_busy);
    EXPECT_FALSE(policy.take_learned_limit());
    EXPECT_EQ(policy.limit(now), 1u);
}

TEST_F(pool_policy_test, tries_one_more_session_every_five_minutes)
{
    open();
    fail(errc::server_busy);
    EXPECT_EQ(policy.limit(now), 1u);
    EXPECT_EQ(policy.limit(now + 5min - 1s), 1u);
    EXPECT_EQ(policy.limit(now + 5min), 2u);
    EXPECT_EQ(policy.limit(now + 5min), 2u);
    now += 5min;
    fail(errc::server_busy);
    EXPECT_EQ(policy.limit(now + 1min), 1u);
    EXPECT_EQ(policy.limit(now + 1h), 2u);
    EXPECT_EQ(policy.limit(now + 2h), 3u);
    EXPECT_EQ(policy.limit(now + 3h), 4u);
    EXPECT_EQ(policy.limit(now + 9h), 4u);
}

// Two are opened side by side; one is refused before the other is through.
TEST_F(pool_policy_test, takes_back_a_limit_that_a_late_success_disproves)
{
    open();
    fail(errc::server_busy);
    EXPECT_EQ(policy.limit(now), 1u);
    open();
    EXPECT_EQ(policy.limit(now), 2u);
}

TEST_F(pool_policy_test, replaces_a_session_that_died_under_a_learned_limit)
{
    open();
    open();
    fail(errc::server_busy);
    EXPECT_FALSE(opens(9));
    counts.idle = 1;
    EXPECT_TRUE(opens(9));
}

TEST_F(pool_policy_test, gives_up_at_once_when_the_host_cannot_be_reached_and_nobody_lives)
{
    for (const auto why : {errc::connection_refused, errc::timed_out, errc::host_not_found, errc::unreachable,
                           errc::not_an_ftp_server, errc::connection_lost, errc::encryption_required}) {
        EXPECT_EQ(fail(why), verdict::give_up);
        EXPECT_TRUE(opens(1)) << "the next operation tries again";
    }
}

TEST_F(pool_policy_test, holds_back_longer_and_longer_when_another_session_cannot_be_opened)
{
    open();
    EXPECT_EQ(fail(errc::timed_out), verdict::wait);
    EXPECT_EQ(policy.limit(now), 4u) << "no limit was learned";
    EXPECT_FALSE(opens(3));
    now += 5s;
    EXPECT_TRUE(opens(3));
    fail(errc::timed_out);
    now += 5s;
    EXPECT_FALSE(opens(3));
    now += 5s;
    EXPECT_TRUE(opens(3));
    for (int i = 0; i < 100; ++i) {
        fail(errc::timed_out);
    }
    now += 60s;
    EXPECT_TRUE(opens(3));
}

TEST_F(pool_policy_test, does_not_hold_back_once_nobody_lives)
{
    open();
    fail(errc::timed_out);
    counts.idle = 0;
    EXPECT_TRUE(opens(1));
}

TEST_F(pool_policy_test, reports_a_full_server_at_the_first_contact)
{
    EXPECT_EQ(fail(errc::server_busy), verdict::give_up);
}

TEST_F(pool_policy_test, waits_for_room_on_a_server_that_let_us_in_before)
{
    open();
    counts.idle = 0;
    EXPECT_EQ(fail(errc::server_busy), verdict::try_later);
    EXPECT_FALSE(opens(1));
    now += 1s;
    EXPECT_TRUE(opens(1));
    EXPECT_EQ(policy.limit(now), 4u) << "others fill it, not we";
}

TEST_F(pool_policy_test, does_not_try_a_refused_password_again_for_long)
{
    EXPECT_EQ(fail(errc::login_refused), verdict::give_up);
    ASSERT_TRUE(policy.refusal(now));
    EXPECT_EQ(policy.refusal(now)->detail, "words");
    EXPECT_FALSE(opens(1));
    now += 5min - 1s;
    EXPECT_FALSE(opens(1));
    EXPECT_TRUE(policy.refusal(now));
    now += 1s;
    EXPECT_TRUE(opens(1));
    EXPECT_FALSE(policy.refusal(now));
}

TEST_F(pool_policy_test, tries_a_password_that_worked_before_again_soon)
{
    open();
    counts.idle = 0;
    EXPECT_EQ(fail(errc::login_refused), verdict::give_up);
    EXPECT_FALSE(opens(1));
    now += 30s;
    EXPECT_TRUE(opens(1));
}

TEST_F(pool_policy_test, probes_a_session_that_was_idle_for_long)
{
    EXPECT_EQ(pool_policy::before_use(now, now), pool_policy::care::none);
    EXPECT_EQ(pool_policy::before_use(now - 25s, now), pool_policy::care::none);
    EXPECT_EQ(pool_policy::before_use(now - 26s, now), pool_policy::care::probe);
}

TEST_F(pool_policy_test, keeps_the_last_session_longer_than_the_others)
{
    EXPECT_EQ(pool_policy::closes_at(now, false), now + 60s);
    EXPECT_EQ(pool_policy::closes_at(now, true), now + 4min);
}

}  // namespace
}  // namespace ftpfs::ftp
