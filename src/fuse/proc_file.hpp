// Reads a small file of /proc or /etc whole; empty if it can't be read.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace ftpfs::fuse {

inline std::string read_file(const char* path)
{
    std::ifstream file{path};
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace ftpfs::fuse
