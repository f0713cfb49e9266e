// Says in a failure which object it is about: "/dir/name: 550 Failed to open file."
#pragma once

#include "ftpfs/core/error.hpp"
#include "ftpfs/core/remote_path.hpp"

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

}  // namespace ftpfs::fs
