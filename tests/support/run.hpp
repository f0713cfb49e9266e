// Runs a coroutine to its end on a loop of its own, for tests: TEST bodies are not coroutines.
#pragma once

#include "ftpfs/async/awaitable.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>

namespace ftpfs::test {

// Runs until the loop has nothing left to do, and rethrows what the coroutine threw. A coroutine that is
// still suspended then waits for something nobody will do: the test fails instead of hanging.
template <class T>
T run(boost::asio::io_context& loop, awaitable<T> work)
{
    std::optional<T> answer;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr escaped, T value) {
        thrown = escaped;
        answer.emplace(std::move(value));
    });
    loop.restart();
    loop.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    if (!answer) {
        throw std::runtime_error{"the coroutine waits for something nobody will do"};
    }
    return std::move(*answer);
}

void run(boost::asio::io_context& loop, awaitable<> work);

}  // namespace ftpfs::test
