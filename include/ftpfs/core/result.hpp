// A value or a `failure`. Exceptions are left for programming errors and memory exhaustion.
#pragma once

#include "ftpfs/core/error.hpp"

#include <boost/system/result.hpp>

namespace ftpfs {

template <class T = void>
using result = boost::system::result<T, failure>;

// Called by result<T>::value() on a failure; a call means that the caller forgot to look.
[[noreturn]] void throw_exception_from_error(const failure& why, const boost::source_location& where);

}  // namespace ftpfs

#define FTPFS_JOIN_(a, b) a##b
#define FTPFS_JOIN(a, b) FTPFS_JOIN_(a, b)

// FTPFS_TRY(auto reply, parse(line));   leaves the function with the failure, or declares `reply`.
#define FTPFS_TRY_(tmp, leave, declaration, ...)                                                                       \
    auto tmp = (__VA_ARGS__);                                                                                          \
    if (!tmp) {                                                                                                        \
        leave std::move(tmp).error();                                                                                  \
    }                                                                                                                  \
    declaration = *std::move(tmp)
#define FTPFS_TRY(declaration, ...) FTPFS_TRY_(FTPFS_JOIN(ftpfs_try_, __LINE__), return, declaration, __VA_ARGS__)
#define FTPFS_CO_TRY(declaration, ...) FTPFS_TRY_(FTPFS_JOIN(ftpfs_try_, __LINE__), co_return, declaration, __VA_ARGS__)

// The same for result<void>.
#define FTPFS_CHECK_(tmp, leave, ...)                                                                                  \
    if (auto tmp = (__VA_ARGS__); !tmp) {                                                                              \
        leave std::move(tmp).error();                                                                                  \
    }
#define FTPFS_CHECK(...) FTPFS_CHECK_(FTPFS_JOIN(ftpfs_check_, __LINE__), return, __VA_ARGS__)
#define FTPFS_CO_CHECK(...) FTPFS_CHECK_(FTPFS_JOIN(ftpfs_check_, __LINE__), co_return, __VA_ARGS__)
