#include "ftpfs/proto/feature_set.hpp"

#include "text.hpp"

namespace ftpfs::proto {
namespace {

// The longest lists of real servers have about 60 lines.
constexpr std::size_t most_features = 500;

std::string normal_name(std::string_view word)
{
    std::string name{word};
    std::ranges::transform(name, name.begin(), to_upper);
    return name == "UTF-8" ? "UTF8" : name;
}

}  // namespace

feature_set::feature_set(const reply& feat) : answered_{feat.code == 211}
{
    // The first line is a heading ("Features:", "FEAT", "Extensions supported:"), the last one says "End".
    for (std::size_t i = 1; answered_ && i < feat.lines.size(); ++i) {
        const auto line = trim(feat.lines[i], " \t.");
        const bool ends = i + 1 == feat.lines.size() && starts_with_word(line, "end");
        if (!line.empty() && !ends && features_.size() < most_features) {
            add(line);
        }
    }
    read_mlst_facts();
}

void feature_set::add(std::string_view line)
{
    const auto name = normal_name(line.substr(0, line.find_first_of(" \t")));
    const auto parameters = trim(line.substr(std::min(line.size(), line.find_first_of(" \t"))), " \t;");
    const auto same = std::ranges::find(features_, name, [](const auto& feature) { return feature.first; });
    if (same == features_.end()) {
        features_.emplace_back(name, parameters);
    } else if (!parameters.empty()) {
        same->second += same->second.empty() ? "" : ";";
        same->second += parameters;
    }
}

void feature_set::read_mlst_facts()
{
    auto rest = parameters("MLST");
    while (!rest.empty()) {
        const auto end = rest.find_first_of(";,");  // ',' is how old DrFTPD separates
        auto name = trim(rest.substr(0, end));
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        const bool enabled = name.ends_with('*');
        if (enabled) {
            name.remove_suffix(1);
        }
        if (!name.empty() && mlst_facts_.size() < most_features) {
            mlst_facts_.push_back({std::string{name}, enabled});
        }
    }
}

bool feature_set::has(std::string_view name) const noexcept
{
    return std::ranges::any_of(features_, [&](const auto& feature) { return same_word(feature.first, name); });
}

std::string_view feature_set::parameters(std::string_view name) const noexcept
{
    const auto found =
        std::ranges::find_if(features_, [&](const auto& feature) { return same_word(feature.first, name); });
    return found == features_.end() ? std::string_view{} : std::string_view{found->second};
}

bool feature_set::rest_stream() const noexcept
{
    return starts_with_word(parameters("REST"), "STREAM");
}

}  // namespace ftpfs::proto
