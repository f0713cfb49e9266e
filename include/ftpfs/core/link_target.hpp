// Where symbolic links of a server may lead.
#pragma once

#include "ftpfs/core/remote_path.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ftpfs {

// The target of `link`, a path of the mount, as it has to be read so that following it never leaves the mount whose
// root is `root` on the server. Absolute targets are the server's. A target that stays inside is as it was if it is
// relative and goes up, if at all, only at its beginning; else it is written that way: then every step upwards begins
// at the directory of the link, of whose depth we are sure, and never behind another link. Nothing if it leads out of
// the root, or is empty.
std::optional<std::string> contained_target(const remote_path& link, std::string_view target, const remote_path& root);

}  // namespace ftpfs
