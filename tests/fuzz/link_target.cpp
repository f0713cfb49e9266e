// Targets of links: what is read never leaves the mount, whatever the server says.
#include "ftpfs/core/link_target.hpp"

#include "fuzz.hpp"

#include <algorithm>

using namespace ftpfs;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto input = fuzz::text_of(data, size);
    const auto first = input.find('\n');
    const auto second = first == input.npos ? first : input.find('\n', first + 1);
    if (second == input.npos) {
        return 0;
    }
    const auto link = remote_path::make(input.substr(0, first));
    const auto root = remote_path::make(input.substr(first + 1, second - first - 1));
    if (!link || !root || link->is_root()) {
        return 0;
    }
    const auto read = contained_target(*link, input.substr(second + 1), *root);
    if (!read) {
        return 0;
    }
    require(!read->empty() && !read->starts_with('/'), "a relative target");
    const auto directory = link->parent();
    auto depth = directory.is_root() ? 0 : std::count(directory.str().begin(), directory.str().end(), '/');
    bool went_down = false;
    for (std::string_view rest = *read; !rest.empty();) {
        const auto part = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        if (part == "..") {
            require(!went_down, "up only at the beginning");
            require(--depth >= 0, "not above the root");
        } else if (!part.empty() && part != ".") {
            went_down = true;
        }
    }
    return 0;
}
