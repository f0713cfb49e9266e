#include "ftpfs/fuse/mount_options.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace ftpfs::fuse {
namespace {

using namespace std::string_view_literals;

// Generic flags of mount(8) that libfuse 3.14 refuses as unknown and that change nothing here: FTP keeps no
// access times. "ro" is a setting of its own.
constexpr std::array without_effect{"relatime"sv,   "norelatime"sv, "strictatime"sv, "nostrictatime"sv, "diratime"sv,
                                    "nodiratime"sv, "lazytime"sv,   "nolazytime"sv,  "iversion"sv,      "noiversion"sv,
                                    "mand"sv,       "nomand"sv,     "silent"sv,      "loud"sv,          "defaults"sv,
                                    "rw"sv,         "ro"sv};

// fuse_opt_parse splits at commas and takes backslashes away.
std::string escaped(std::string_view value)
{
    std::string safe;
    for (const char c : value) {
        if (c == ',' || c == '\\') {
            safe += '\\';
        }
        safe += c;
    }
    return safe;
}

}  // namespace

std::string mount_options(const config& settings)
{
    std::string options = settings.read_only ? "ro," : "";
    options += "subtype=ftpfs,max_read=" + std::to_string(max_read);
    const auto add = [&options](std::string_view option) { options.append(",").append(option); };

    if (!settings.source.empty()) {
        add("fsname=" + escaped(settings.source));
    }
    // libfuse makes allow_other of allow_root and turns the others away itself.
    if (settings.allow_root) {
        add("allow_root");
    } else if (settings.allow_other) {
        add("allow_other");
    }
    if (settings.default_permissions) {
        add("default_permissions");
    }
    for (const auto& flag : settings.mount_flags) {
        if (std::ranges::find(without_effect, flag) == without_effect.end()) {
            add(escaped(flag));
        }
    }
    return options;
}

}  // namespace ftpfs::fuse
