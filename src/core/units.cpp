#include "ftpfs/core/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace ftpfs {
namespace {

struct quantity {
    double value;
    std::string unit;  // lower case
};

std::optional<quantity> split(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(value) || value < 0) {  // from_chars knows "nan" and "inf"
        return std::nullopt;
    }
    std::string unit{end, text.data() + text.size()};
    std::ranges::transform(unit, unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return quantity{value, std::move(unit)};
}

// Beyond this a double no longer counts single bytes or milliseconds, and no option means so much.
constexpr double largest_exact = 9007199254740992.0;  // 2^53

}  // namespace

result<std::uint64_t> parse_size(std::string_view text)
{
    const auto number = split(text);
    if (!number) {
        return failure{errc::invalid_name, fmt::format("\"{}\" is not a size (write 500K, 64M, 2G)", text)};
    }
    auto unit = number->unit;
    for (const std::string_view ending : {"ib", "b"}) {
        if (unit.ends_with(ending)) {
            unit.erase(unit.size() - ending.size());
            break;
        }
    }
    constexpr std::string_view powers = "kmgt";
    double factor = 1;
    if (unit.size() == 1 && powers.find(unit[0]) != powers.npos) {
        for (std::size_t i = 0; i <= powers.find(unit[0]); ++i) {
            factor *= 1024;
        }
    } else if (!unit.empty()) {
        return failure{errc::invalid_name, fmt::format("\"{}\" is not a size (write 500K, 64M, 2G)", text)};
    }
    const double bytes = number->value * factor;
    if (bytes > largest_exact) {
        return failure{errc::invalid_name, fmt::format("\"{}\" is too large a size", text)};
    }
    return static_cast<std::uint64_t>(bytes);
}

result<std::chrono::milliseconds> parse_duration(std::string_view text)
{
    const auto number = split(text);
    struct unit {
        std::string_view name;
        double milliseconds;
    };
    constexpr std::array units{unit{"", 1e3},    unit{"s", 1e3}, unit{"ms", 1},
                               unit{"min", 6e4}, unit{"m", 6e4}, unit{"h", 3.6e6}};
    const auto* found = number ? std::ranges::find(units, number->unit, &unit::name) : units.end();
    if (found == units.end()) {
        return failure{errc::invalid_name, fmt::format("\"{}\" is not a duration (write 500ms, 30s, 5min)", text)};
    }
    const double milliseconds = number->value * found->milliseconds;
    if (milliseconds > 1e12) {  // 31 years
        return failure{errc::invalid_name, fmt::format("\"{}\" is too long a duration", text)};
    }
    return std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)};
}

std::string format_size(std::uint64_t bytes)
{
    constexpr std::array names{"bytes", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    std::size_t power = 0;
    while (value >= 1024 && power + 1 < names.size()) {
        value /= 1024;
        ++power;
    }
    if (power == 0) {
        return fmt::format("{} {}", bytes, names[0]);
    }
    return value == static_cast<double>(static_cast<std::uint64_t>(value))
               ? fmt::format("{:.0f} {}", value, names[power])
               : fmt::format("{:.1f} {}", value, names[power]);
}

}  // namespace ftpfs
