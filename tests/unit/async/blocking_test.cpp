#include "ftpfs/async/blocking.hpp"

#include "ftpfs/async/task_group.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>

namespace ftpfs::async {
namespace {

namespace asio = boost::asio;

TEST(helper_thread, works_elsewhere_and_answers_on_the_loop)
{
    asio::io_context loop;
    helper_thread helper;
    auto ask = [](helper_thread& where) -> awaitable<> {
        const auto here = std::this_thread::get_id();
        auto work = [] { return std::this_thread::get_id(); };
        const auto there = co_await where.run<std::thread::id>(work);
        EXPECT_NE(there, here);
        EXPECT_EQ(std::this_thread::get_id(), here);
    };
    test::run(loop, ask(helper));
}

// Captures with destructors, moved through two threads: what g++ 12 gets wrong inside a co_await expression.
TEST(helper_thread, frees_what_the_work_captured_and_what_it_answers_exactly_once)
{
    asio::io_context loop;
    helper_thread helper;
    auto captured = std::make_shared<std::string>("captured");
    const std::weak_ptr<std::string> seen = captured;
    auto ask = [](helper_thread& where, std::shared_ptr<std::string> text) -> awaitable<std::string> {
        auto work = [text = std::move(text)] { return std::make_unique<std::string>(*text + " and answered"); };
        const auto answer = co_await where.run<std::unique_ptr<std::string>>(std::move(work));
        co_return *answer;
    };
    EXPECT_EQ(test::run(loop, ask(helper, std::move(captured))), "captured and answered");
    // The helper lets go of the work after it has posted the answer.
    auto last = [](helper_thread& where) -> awaitable<int> {
        auto nothing = [] { return 0; };
        co_return co_await where.run<int>(nothing);
    };
    test::run(loop, last(helper));
    EXPECT_TRUE(seen.expired());
}

TEST(helper_thread, keeps_the_loop_running_while_it_works)
{
    asio::io_context loop;
    helper_thread helper;
    std::promise<void> go;
    auto ask = [](helper_thread& where, std::shared_future<void> gate) -> awaitable<int> {
        auto work = [gate = std::move(gate)] {
            gate.wait();
            return 42;
        };
        co_return co_await where.run<int>(std::move(work));
    };
    std::thread later{[&go] { go.set_value(); }};
    EXPECT_EQ(test::run(loop, ask(helper, go.get_future().share())), 42);
    later.join();
}

TEST(helper_thread, does_the_work_to_the_end_when_the_one_who_waits_is_cancelled)
{
    asio::io_context loop;
    helper_thread helper;
    task_group group{loop.get_executor()};
    std::promise<void> begun;
    std::promise<void> go;
    int answer = 0;
    auto ask = [](helper_thread& where, std::promise<void>& announce, std::shared_future<void> gate,
                  int& got) -> awaitable<> {
        auto work = [&announce, gate = std::move(gate)] {
            announce.set_value();
            gate.wait();
            return 42;
        };
        got = co_await where.run<int>(std::move(work));
    };
    group.spawn(ask(helper, begun, go.get_future().share(), answer));
    auto cancel_meanwhile = [](task_group& tasks, helper_thread&, std::promise<void>& announce,
                               std::promise<void>& gate) -> awaitable<> {
        co_await asio::post(asio::use_awaitable);
        co_await asio::post(asio::use_awaitable);
        announce.get_future().wait();
        tasks.cancel();
        EXPECT_EQ(tasks.size(), 1u);
        gate.set_value();
        co_await tasks.join();
    };
    test::run(loop, cancel_meanwhile(group, helper, begun, go));
    EXPECT_EQ(answer, 42);
}

TEST(helper_thread, drops_work_that_has_not_begun_together_with_who_waits_for_it)
{
    std::promise<void> begun;
    std::promise<void> go;
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = held;
    {
        asio::io_context loop;
        task_group group{loop.get_executor()};
        auto helper = std::make_unique<helper_thread>();
        auto first = [](helper_thread& where, std::promise<void>& announce,
                        std::shared_future<void> gate) -> awaitable<> {
            auto work = [&announce, gate = std::move(gate)] {
                announce.set_value();
                gate.wait();
                return 0;
            };
            co_await where.run<int>(std::move(work));
        };
        auto second = [](helper_thread& where, std::shared_ptr<int> mine) -> awaitable<> {
            auto work = [] { return 0; };
            *mine = co_await where.run<int>(work);
        };
        group.spawn(first(*helper, begun, go.get_future().share()));
        group.spawn(second(*helper, std::move(held)));
        loop.poll();
        begun.get_future().wait();
        // The destructor stops the pool before it waits: the first work ends, the second never begins.
        std::thread end{[&helper] { helper.reset(); }};
        go.set_value();
        end.join();
    }
    EXPECT_TRUE(seen.expired());
}

}  // namespace
}  // namespace ftpfs::async
