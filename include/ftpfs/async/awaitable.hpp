// The words of our coroutines: what they return and where they run.
//
// Everything runs on one thread, the one that runs the io_context behind the executor; nothing in `async` is
// thread-safe unless it says so. Coroutine parameters are values, or references to objects that outlive the
// operation by construction.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace ftpfs {

using executor = boost::asio::any_io_executor;

template <class T = void>
using awaitable = boost::asio::awaitable<T>;

// The completion token of the lowest level: co_await gives (error_code, values…) and throws only when the
// coroutine itself was cancelled and has not turned that off.
inline constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace ftpfs
