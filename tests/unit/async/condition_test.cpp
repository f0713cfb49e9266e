#include "ftpfs/async/condition.hpp"

#include "support/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace ftpfs::async {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

class condition_test : public testing::Test {
public:
    // Starts `work` in the loop, so that `signal` can cancel it.
    template <class T>
    void start(awaitable<T> work, T& answer, asio::cancellation_signal& signal)
    {
        asio::co_spawn(loop, std::move(work),
                       asio::bind_cancellation_slot(signal.slot(), [&answer](std::exception_ptr escaped, T value) {
                           EXPECT_FALSE(escaped);
                           answer = value;
                       }));
    }

    asio::io_context loop;
    condition changed{loop.get_executor()};
};

enum class outcome { pending, notified, cancelled };

awaitable<outcome> wait_once(condition& changed)
{
    const bool notified = co_await changed.wait();
    co_return notified ? outcome::notified : outcome::cancelled;
}

// As a request coroutine does it: cancellation is a value before the wait begins.
awaitable<outcome> yield_then_wait(condition& changed)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::post(asio::use_awaitable);
    const bool notified = co_await changed.wait();
    co_return notified ? outcome::notified : outcome::cancelled;
}

awaitable<wake> wait_until_once(condition& changed, clock::time_point when)
{
    co_return co_await changed.wait_until(when);
}

TEST_F(condition_test, wakes_everyone_who_waits)
{
    std::vector<outcome> answers(3, outcome::pending);
    std::vector<asio::cancellation_signal> signals(3);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        start(wait_once(changed), answers[i], signals[i]);
    }
    loop.poll();
    EXPECT_EQ(answers, std::vector<outcome>(3, outcome::pending));
    changed.notify_all();
    loop.run();
    EXPECT_EQ(answers, std::vector<outcome>(3, outcome::notified));
}

TEST_F(condition_test, remembers_nothing_for_those_who_come_later)
{
    changed.notify_all();
    auto answer = outcome::pending;
    asio::cancellation_signal signal;
    start(wait_once(changed), answer, signal);
    loop.poll();
    EXPECT_EQ(answer, outcome::pending);
    changed.notify_all();
    loop.run();
    EXPECT_EQ(answer, outcome::notified);
}

TEST_F(condition_test, tells_a_waiter_that_it_was_cancelled_and_leaves_the_others_waiting)
{
    auto first = outcome::pending;
    auto second = outcome::pending;
    asio::cancellation_signal cancel_first;
    asio::cancellation_signal cancel_second;
    start(wait_once(changed), first, cancel_first);
    start(wait_once(changed), second, cancel_second);
    loop.poll();
    cancel_first.emit(asio::cancellation_type::terminal);
    loop.poll();
    EXPECT_EQ(first, outcome::cancelled);
    EXPECT_EQ(second, outcome::pending);
    changed.notify_all();
    loop.run();
    EXPECT_EQ(second, outcome::notified);
}

TEST_F(condition_test, does_not_wait_at_all_in_a_coroutine_cancelled_before)
{
    auto answer = outcome::pending;
    asio::cancellation_signal signal;
    start(yield_then_wait(changed), answer, signal);
    signal.emit(asio::cancellation_type::terminal);
    loop.run();
    EXPECT_EQ(answer, outcome::cancelled);
}

// The wait has already ended by itself when the cancellation comes: it must not be lost.
TEST_F(condition_test, says_cancelled_when_notified_and_cancelled_in_the_same_turn)
{
    auto answer = outcome::pending;
    asio::cancellation_signal signal;
    start(wait_once(changed), answer, signal);
    loop.poll();
    asio::post(loop, [&] {
        changed.notify_all();
        signal.emit(asio::cancellation_type::terminal);
    });
    loop.run();
    EXPECT_EQ(answer, outcome::cancelled);
}

TEST_F(condition_test, ends_at_the_deadline)
{
    const auto when = clock::now() + 2ms;
    EXPECT_EQ(test::run(loop, wait_until_once(changed, when)), wake::deadline);
    EXPECT_GE(clock::now(), when);
}

TEST_F(condition_test, answers_at_once_when_the_deadline_has_passed)
{
    EXPECT_EQ(test::run(loop, wait_until_once(changed, clock::now() - 1s)), wake::deadline);
}

TEST_F(condition_test, is_notified_before_a_deadline_far_away_and_leaves_no_timer_behind)
{
    auto answer = wake::deadline;
    asio::cancellation_signal signal;
    start(changed.wait_until(clock::now() + 1h), answer, signal);
    loop.poll();
    changed.notify_all();
    loop.run();  // would last an hour
    EXPECT_EQ(answer, wake::notified);
}

TEST_F(condition_test, is_cancelled_before_a_deadline_far_away)
{
    auto answer = wake::deadline;
    asio::cancellation_signal signal;
    start(changed.wait_until(clock::now() + 1h), answer, signal);
    loop.poll();
    signal.emit(asio::cancellation_type::terminal);
    loop.run();
    EXPECT_EQ(answer, wake::cancelled);
}

TEST_F(condition_test, keeps_waiting_for_a_later_deadline_when_an_earlier_one_passes)
{
    auto predicate_loop = [](condition& c, clock::time_point when) -> awaitable<bool> {
        while (true) {
            const auto woken = co_await c.wait_until(when);
            if (woken == wake::deadline) {
                co_return clock::now() >= when;
            }
        }
    };
    bool early = false;
    bool late = false;
    asio::cancellation_signal signals[2];
    const auto start_time = clock::now();
    start(predicate_loop(changed, start_time + 1ms), early, signals[0]);
    start(predicate_loop(changed, start_time + 4ms), late, signals[1]);
    loop.run();
    EXPECT_TRUE(early);
    EXPECT_TRUE(late);
}

// The alarm has gone off and is queued when the waiter is notified; its owner destroys the condition.
TEST_F(condition_test, may_be_destroyed_after_a_deadline_and_a_notification_met)
{
    auto mine = std::make_unique<condition>(loop.get_executor());
    auto answer = wake::cancelled;
    asio::cancellation_signal signal;
    const auto when = clock::now() + 1ms;
    start(mine->wait_until(when), answer, signal);
    loop.poll();
    while (clock::now() < when) {
    }
    mine->notify_all();
    loop.run_one();
    mine.reset();
    loop.run();
    EXPECT_EQ(answer, wake::deadline);
}

}  // namespace
}  // namespace ftpfs::async
