// All that the program takes from the process around it, so that the program itself is a function under test.
#pragma once

#include "ftpfs/cli/problem.hpp"
#include "ftpfs/core/secret.hpp"

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::cli {

struct environment {
    environment(std::istream& in_, std::ostream& out_, std::ostream& err_) : in{in_}, out{out_}, err{err_} {}

    std::vector<std::string> arguments;  // [0] is the name of the program
    std::string home;                    // where .netrc is looked for; empty: nowhere
    std::string cache_home;              // XDG_CACHE_HOME, or what stands for it; empty: nowhere
    uid_t uid = 0;
    gid_t gid = 0;
    std::istream& in;
    std::ostream& out;
    std::ostream& err;

    // Asks on the terminal without echo; fails if there is none.
    std::function<outcome<secret>(const std::string& prompt)> ask_password;
    // Makes ps(1) show `text` in place of an argument; `text` is not longer than the argument.
    std::function<void(std::size_t index, std::string_view text)> replace_argument;
};

// Of this process, with std::cin, std::cout and std::cerr. `argv` stays in use.
environment system_environment(int argc, char** argv);

}  // namespace ftpfs::cli
