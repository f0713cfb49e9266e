#include "ftpfs/core/link_target.hpp"

#include <algorithm>
#include <vector>

namespace ftpfs {
namespace {

using parts = std::vector<std::string_view>;

parts split(std::string_view path)
{
    parts all;
    while (!path.empty()) {
        const auto part = path.substr(0, path.find('/'));
        if (!part.empty() && part != ".") {
            all.push_back(part);
        }
        path.remove_prefix(std::min(path.size(), part.size() + 1));
    }
    return all;
}

// Goes up only before it goes down.
bool is_plain(const parts& target)
{
    const auto is_up = [](std::string_view part) { return part == ".."; };
    return std::none_of(std::find_if_not(target.begin(), target.end(), is_up), target.end(), is_up);
}

std::string relative(const parts& from, const parts& to)
{
    const auto [here, there] = std::mismatch(from.begin(), from.end(), to.begin(), to.end());
    std::string text;
    const auto add = [&](std::string_view part) { (text += text.empty() ? "" : "/") += part; };
    std::for_each(here, from.end(), [&](std::string_view) { add(".."); });
    std::for_each(there, to.end(), add);
    return text.empty() ? "." : text;
}

}  // namespace

std::optional<std::string> contained_target(const remote_path& link, std::string_view target, const remote_path& root)
{
    const auto base = root.str();
    const auto directory = link.parent().below(root).str();
    const auto top = split(base);
    const auto start = split(directory);
    const auto steps = split(target);
    const bool is_absolute = target.starts_with('/');
    auto place = is_absolute ? parts{} : start;
    bool left = target.empty();
    for (const auto step : steps) {
        if (step == "..") {
            left = left || place.empty();  // the server's root is its own parent, ours is not
            if (!place.empty()) {
                place.pop_back();
            }
        } else {
            place.push_back(step);
        }
        left = left || (!is_absolute && place.size() < top.size());
    }
    const bool inside =
        !target.empty() && place.size() >= top.size() && std::equal(top.begin(), top.end(), place.begin());
    if (!inside) {
        return std::nullopt;
    }
    if (!is_absolute && !left && is_plain(steps)) {
        return std::string{target};
    }
    return relative(start, place);
}

}  // namespace ftpfs
