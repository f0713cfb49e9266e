#include "ftpfs/async/task_group.hpp"

#include "support/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace ftpfs::async {
namespace {

namespace asio = boost::asio;

class task_group_test : public testing::Test {
public:
    asio::io_context loop;
    task_group group{loop.get_executor()};
    condition changed{loop.get_executor()};
    std::vector<std::string> events;

    awaitable<> note(std::string what)
    {
        events.push_back(std::move(what));
        co_return;
    }

    awaitable<> wait_and_note(std::string what)
    {
        const bool notified = co_await changed.wait();
        events.push_back(what + (notified ? " notified" : " cancelled"));
    }

    awaitable<> note_if_cancelled()
    {
        const auto state = co_await asio::this_coro::cancellation_state;
        const bool cancelled = state.cancelled() != asio::cancellation_type::none;
        events.push_back(cancelled ? "begun cancelled" : "begun");
        co_await asio::post(asio::use_awaitable);  // must not throw
        events.push_back("ended");
    }
};

using strings = std::vector<std::string>;

TEST_F(task_group_test, starts_a_task_in_a_later_turn_also_when_spawned_from_the_loop)
{
    auto spawn_from_the_loop = [](task_group_test& test) -> awaitable<> {
        test.group.spawn(test.note("task"));
        test.events.push_back("spawner");
        co_await test.group.join();
    };
    test::run(loop, spawn_from_the_loop(*this));
    EXPECT_EQ(events, (strings{"spawner", "task"}));
}

TEST_F(task_group_test, joins_when_the_last_task_has_ended)
{
    auto spawn_two = [](task_group_test& test) -> awaitable<> {
        test.group.spawn(test.wait_and_note("first"));
        test.group.spawn(test.wait_and_note("second"));
        co_await asio::post(asio::use_awaitable);
        co_await asio::post(asio::use_awaitable);
        EXPECT_EQ(test.group.size(), 2u);
        test.changed.notify_all();
        co_await test.group.join();
        test.events.push_back("joined");
    };
    test::run(loop, spawn_two(*this));
    EXPECT_EQ(events, (strings{"first notified", "second notified", "joined"}));
    EXPECT_EQ(group.size(), 0u);
}

TEST_F(task_group_test, joins_at_once_without_tasks)
{
    test::run(loop, group.join());
}

TEST_F(task_group_test, cancels_every_task_that_waits)
{
    group.spawn(wait_and_note("first"));
    group.spawn(wait_and_note("second"));
    loop.poll();
    group.cancel();
    loop.restart();
    loop.run();
    EXPECT_EQ(events, (strings{"first cancelled", "second cancelled"}));
    EXPECT_EQ(group.size(), 0u);
}

TEST_F(task_group_test, runs_a_task_cancelled_before_it_began_without_throwing)
{
    group.spawn(note_if_cancelled());
    group.cancel();
    loop.run();
    EXPECT_EQ(events, (strings{"begun cancelled", "ended"}));
    EXPECT_EQ(group.size(), 0u);
}

TEST_F(task_group_test, lets_a_task_cancel_its_own_group)
{
    auto cancel_all = [](task_group_test& test) -> awaitable<> {
        test.group.cancel();
        test.events.push_back(co_await test.changed.wait() ? "notified" : "cancelled");
    };
    group.spawn(wait_and_note("other"));
    group.spawn(cancel_all(*this));
    loop.run();
    EXPECT_EQ(events, (strings{"cancelled", "other cancelled"}));
}

TEST_F(task_group_test, does_not_cancel_tasks_spawned_later)
{
    group.spawn(wait_and_note("early"));
    loop.poll();
    group.cancel();
    group.spawn(wait_and_note("late"));
    loop.restart();
    loop.poll();
    EXPECT_EQ(events, (strings{"early cancelled"}));
    changed.notify_all();
    loop.restart();
    loop.run();
    EXPECT_EQ(events, (strings{"early cancelled", "late notified"}));
}

TEST_F(task_group_test, may_be_cancelled_again_while_tasks_end)
{
    group.spawn(wait_and_note("task"));
    loop.poll();
    asio::post(loop, [this] {
        changed.notify_all();  // its wait has ended, it has not run yet
        group.cancel();
        group.cancel();
    });
    loop.restart();
    loop.run();
    EXPECT_EQ(events, (strings{"task cancelled"}));
    group.cancel();
}

// Outside the loop the signal is only posted: it arrives after the task has ended.
TEST_F(task_group_test, may_be_cancelled_from_outside_the_loop_while_tasks_end)
{
    group.spawn(wait_and_note("task"));
    loop.poll();
    changed.notify_all();
    group.cancel();
    loop.restart();
    loop.run();
    EXPECT_EQ(events, (strings{"task notified"}));
    EXPECT_EQ(group.size(), 0u);
}

// An operation of somebody else's making that ends inside the signal: the task ends, and with it its signal,
// while cancel() still walks.
TEST_F(task_group_test, survives_tasks_that_end_inside_cancel)
{
    auto wait_for_signal = [](task_group_test& test) -> awaitable<> {
        const auto initiate = [](auto handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            const auto kept = std::make_shared<decltype(handler)>(std::move(handler));
            slot.assign([kept](asio::cancellation_type) {
                auto last = std::move(*kept);
                std::move(last)();
            });
        };
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
        test.events.push_back("ended");
    };
    group.spawn(wait_for_signal(*this));
    group.spawn(wait_for_signal(*this));
    loop.poll();
    EXPECT_EQ(group.size(), 2u);
    asio::post(loop, [this] { group.cancel(); });
    loop.restart();
    loop.run();
    EXPECT_EQ(events, (strings{"ended", "ended"}));
    EXPECT_EQ(group.size(), 0u);
}

TEST_F(task_group_test, stops_joining_when_the_joiner_is_cancelled)
{
    asio::cancellation_signal signal;
    bool returned = false;
    group.spawn(wait_and_note("task"));
    asio::co_spawn(loop, group.join(), asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr escaped) {
                       EXPECT_FALSE(escaped);
                       returned = true;
                   }));
    loop.poll();
    signal.emit(asio::cancellation_type::terminal);
    loop.restart();
    loop.poll();
    EXPECT_TRUE(returned);
    EXPECT_EQ(group.size(), 1u);
    group.cancel();
    loop.restart();
    loop.run();
}

TEST_F(task_group_test, frees_what_a_task_holds_before_it_counts_as_ended)
{
    auto hold = [](std::shared_ptr<int> held, condition& c) -> awaitable<> {
        co_await c.wait();
        (void)held;
    };
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = held;
    group.spawn(hold(std::move(held), changed));
    auto cancel_and_join = [](task_group_test& test, std::weak_ptr<int> watched) -> awaitable<> {
        co_await asio::post(asio::use_awaitable);
        co_await asio::post(asio::use_awaitable);
        EXPECT_FALSE(watched.expired());
        test.group.cancel();
        co_await test.group.join();
        EXPECT_TRUE(watched.expired());
    };
    test::run(loop, cancel_and_join(*this, seen));
}

TEST(task_group_death_test, ends_the_process_when_an_exception_leaves_a_task)
{
    EXPECT_DEATH(
        {
            asio::io_context loop;
            task_group group{loop.get_executor()};
            auto fail = []() -> awaitable<> {
                throw std::runtime_error{"escaped"};
                co_return;
            };
            group.spawn(fail());
            loop.run();
        },
        "");
}

}  // namespace
}  // namespace ftpfs::async
