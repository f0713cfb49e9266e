#include "ftpfs/async/single_flight.hpp"

#include "support/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace ftpfs::async {
namespace {

namespace asio = boost::asio;
using answer = result<std::string>;

class single_flight_test : public testing::Test {
public:
    asio::io_context loop;
    task_group group{loop.get_executor()};
    single_flight<std::string, std::string> flights{loop.get_executor(), group};
    condition ready{loop.get_executor()};
    int computed = 0;
    std::vector<std::string> answers;

    // Waits to be told, then answers.
    std::function<awaitable<answer>()> when_ready(std::string text)
    {
        return [this, text = std::move(text)] { return compute(text); };
    }

    awaitable<answer> compute(std::string text)
    {
        ++computed;
        const bool notified = co_await ready.wait();
        if (!notified) {
            co_return failure{errc::cancelled};
        }
        co_return text;
    }

    awaitable<> ask(std::string key, std::string text)
    {
        auto got = co_await flights.run(std::move(key), when_ready(std::move(text)));
        answers.push_back(got ? *got : to_string(got.error()));
    }

    void start(awaitable<> work, asio::cancellation_signal& signal)
    {
        asio::co_spawn(
            loop, std::move(work),
            asio::bind_cancellation_slot(signal.slot(), [](std::exception_ptr escaped) { EXPECT_FALSE(escaped); }));
    }

    void run_all()
    {
        loop.restart();
        loop.poll();
    }

    asio::cancellation_signal signals[3];
};

using strings = std::vector<std::string>;

TEST_F(single_flight_test, computes_once_for_all_who_ask_at_the_same_time)
{
    for (auto& signal : signals) {
        start(ask("key", "value"), signal);
    }
    run_all();
    EXPECT_TRUE(flights.in_flight("key"));
    ready.notify_all();
    run_all();
    EXPECT_EQ(computed, 1);
    EXPECT_EQ(answers, (strings{"value", "value", "value"}));
    EXPECT_FALSE(flights.in_flight("key"));
}

TEST_F(single_flight_test, computes_different_keys_side_by_side)
{
    start(ask("a", "1"), signals[0]);
    start(ask("b", "2"), signals[1]);
    run_all();
    EXPECT_EQ(computed, 2);
    ready.notify_all();
    run_all();
    EXPECT_EQ(answers, (strings{"1", "2"}));
}

TEST_F(single_flight_test, computes_again_once_answered)
{
    start(ask("key", "old"), signals[0]);
    run_all();
    ready.notify_all();
    run_all();
    start(ask("key", "new"), signals[1]);
    run_all();
    ready.notify_all();
    run_all();
    EXPECT_EQ(answers, (strings{"old", "new"}));
}

TEST_F(single_flight_test, goes_on_for_the_others_when_the_first_caller_is_interrupted)
{
    start(ask("key", "value"), signals[0]);
    start(ask("key", "value"), signals[1]);
    run_all();
    signals[0].emit(asio::cancellation_type::terminal);
    run_all();
    EXPECT_EQ(answers, (strings{"interrupted"}));
    ready.notify_all();
    run_all();
    EXPECT_EQ(answers, (strings{"interrupted", "value"}));
    EXPECT_EQ(computed, 1);
}

TEST_F(single_flight_test, finishes_a_computation_nobody_waits_for_any_more)
{
    start(ask("key", "value"), signals[0]);
    run_all();
    signals[0].emit(asio::cancellation_type::terminal);
    run_all();
    EXPECT_TRUE(flights.in_flight("key"));
    ready.notify_all();
    run_all();
    EXPECT_FALSE(flights.in_flight("key"));
    EXPECT_EQ(group.size(), 0u);
}

TEST_F(single_flight_test, tells_those_who_wait_that_the_group_goes_away)
{
    start(ask("key", "value"), signals[0]);
    start(ask("key", "value"), signals[1]);
    run_all();
    group.cancel();
    run_all();
    const auto text = to_string(failure{errc::shutting_down});
    EXPECT_EQ(answers, (strings{text, text}));
    EXPECT_EQ(group.size(), 0u);
    EXPECT_FALSE(flights.in_flight("key"));
}

TEST_F(single_flight_test, tells_those_who_wait_when_the_group_is_cancelled_before_the_computation_began)
{
    start(ask("key", "value"), signals[0]);
    loop.run_one();  // the caller only
    group.cancel();
    run_all();
    EXPECT_EQ(answers, (strings{to_string(failure{errc::shutting_down})}));
}

TEST_F(single_flight_test, hands_out_an_answer_that_needs_no_waiting)
{
    auto at_once = [](single_flight_test& test) -> awaitable<> {
        auto computation = [&test]() -> awaitable<answer> {
            ++test.computed;
            co_return std::string{"now"};
        };
        std::function<awaitable<answer>()> compute{computation};
        auto got = co_await test.flights.run("key", std::move(compute));
        EXPECT_TRUE(got);
        EXPECT_EQ(*got, "now");
    };
    test::run(loop, at_once(*this));
    EXPECT_EQ(computed, 1);
}

TEST_F(single_flight_test, answers_a_caller_that_begins_to_wait_after_the_landing)
{
    auto waiting = flights.run("key", when_ready("value"));
    run_all();
    ready.notify_all();
    run_all();
    EXPECT_FALSE(flights.in_flight("key"));
    const auto got = test::run(loop, std::move(waiting));
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, "value");
}

TEST_F(single_flight_test, hands_a_failure_to_everyone)
{
    auto failing = [](single_flight_test& test) -> awaitable<> {
        std::function<awaitable<answer>()> compute{[]() -> awaitable<answer> { co_return failure{errc::not_found}; }};
        auto got = co_await test.flights.run("key", std::move(compute));
        EXPECT_FALSE(got);
        EXPECT_TRUE(got.error() == errc::not_found);
    };
    test::run(loop, failing(*this));
}

}  // namespace
}  // namespace ftpfs::async
