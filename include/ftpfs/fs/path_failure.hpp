// Failures that say which object they are about: "/dir/name: 550 Failed to open file."
#pragma once

#include "ftpfs/core/error.hpp"
#include "ftpfs/core/remote_path.hpp"

#include <cerrno>

#include <string>

namespace ftpfs::fs {

inline failure about(const remote_path& path, failure why)
{
    if (why.detail.empty()) {
        why.detail = path.str();
    } else if (why.detail.find(path.str()) == std::string::npos || path.is_root()) {
        why.detail = path.str() + ": " + why.detail;
    }
    return why;
}

// What the server cannot do, or must not be asked for: EPERM.
inline failure not_permitted(const std::string& what)
{
    return {error_code{EPERM, boost::system::system_category()}, what};
}

}  // namespace ftpfs::fs
