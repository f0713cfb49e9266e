// A small file that may hold a password, and whether others may read it.
#pragma once

#include "ftpfs/cli/problem.hpp"

#include <string>
#include <string_view>

namespace ftpfs::cli {

struct secret_file {
    std::string text;
    bool is_private = false;  // owned by us or root, and closed to others; a file of root's may have a group
};

// The error is that of open(2) or read(2), as words ("No such file or directory").
enum class if_missing { fail, empty };
outcome<secret_file> read_secret_file(const std::string& path, std::string_view what, if_missing then);

}  // namespace ftpfs::cli
