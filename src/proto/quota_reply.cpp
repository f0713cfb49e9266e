#include "ftpfs/proto/quota_reply.hpp"

#include "text.hpp"

#include <limits>

namespace ftpfs::proto {
namespace {

// What stands behind "label:" in the first line that begins so.
std::optional<std::string_view> value_of(const reply& answer, std::string_view label)
{
    for (const std::string_view whole : answer.lines) {
        const auto line = trim(whole);
        if (starts_with_word(line, label) && line.size() > label.size() && line[label.size()] == ':') {
            return trim(line.substr(label.size() + 1));
        }
    }
    return std::nullopt;
}

bool is_unlimited(std::string_view value)
{
    return starts_with_word(value, "unlimited");
}

// "976.56" of a unit of so many bytes; digits behind the second decimal do not count.
std::optional<std::uint64_t> amount(std::string_view text, std::uint64_t unit)
{
    constexpr std::uint64_t hundred = 100;
    const auto point = text.find('.');
    const auto whole = number<std::uint64_t>(text.substr(0, point));
    if (!whole || *whole > std::numeric_limits<std::uint64_t>::max() / unit - 1) {
        return std::nullopt;
    }
    std::uint64_t hundredths = 0;
    if (point != text.npos) {
        std::string decimals{text.substr(point + 1)};
        if (decimals.empty() || !std::ranges::all_of(decimals, is_digit)) {
            return std::nullopt;
        }
        decimals.resize(2, '0');
        hundredths = number<std::uint64_t>(decimals).value_or(0);
    }
    return *whole * unit + hundredths * unit / hundred;
}

// "used/limit", or "unlimited".
std::optional<quota> pair_of(std::string_view value, std::uint64_t unit)
{
    if (is_unlimited(value)) {
        return quota{};
    }
    const auto slash = value.find('/');
    if (slash == value.npos) {
        return std::nullopt;
    }
    const auto used = amount(trim(value.substr(0, slash)), unit);
    const auto limit = amount(trim(value.substr(slash + 1)), unit);
    if (!used || !limit) {
        return std::nullopt;
    }
    return quota{*used, *limit};
}

}  // namespace

std::optional<quota> parse_xquota_reply(const reply& answer)
{
    const auto usage = value_of(answer, "disk usage");
    const auto limit = value_of(answer, "disk limit");
    if (answer.code != 213 || !usage || !limit) {
        return std::nullopt;
    }
    const auto used = number<std::uint64_t>(*usage);
    const auto bytes = number<std::uint64_t>(*limit);
    if (!used || (!bytes && !is_unlimited(*limit))) {
        return std::nullopt;
    }
    return quota{*used, bytes};
}

std::optional<quota> parse_site_quota_reply(const reply& answer)
{
    struct unit {
        std::string_view label;
        std::uint64_t bytes;
    };
    constexpr unit units[] = {{"uploaded bytes", 1},
                              {"uploaded kb", std::uint64_t{1} << 10},
                              {"uploaded mb", std::uint64_t{1} << 20},
                              {"uploaded gb", std::uint64_t{1} << 30}};
    if (answer.code != 200) {
        return std::nullopt;
    }
    for (const auto& one : units) {
        if (const auto value = value_of(answer, one.label)) {
            return pair_of(*value, one.bytes);
        }
    }
    return std::nullopt;
}

}  // namespace ftpfs::proto
