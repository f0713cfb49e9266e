// What keeps a mount from happening, in the words of the user, and the status the program ends with.
//
// The message says what happened, to what, and what to do, without the leading "ftpfs: ". It never holds a
// password. Plain values.
#pragma once

#include "ftpfs/cli/exit_status.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace ftpfs::cli {

struct problem {
    exit_status status = exit_status::usage;
    std::string message;
};

// All that is wrong with a command line is reported at once; the first one decides the exit status.
using problems = std::vector<problem>;

template <class T = void>
using outcome = boost::system::result<T, problem>;

// Called by outcome<T>::value() on a problem; a call means that the caller forgot to look.
[[noreturn]] void throw_exception_from_error(const problem& why, const boost::source_location& where);

}  // namespace ftpfs::cli
