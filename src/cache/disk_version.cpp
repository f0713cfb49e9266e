#include "ftpfs/cache/disk_version.hpp"

#include <algorithm>

namespace ftpfs::cache {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

// Zones reach from -12 to +14 hours; the rest is for clocks that are wrong.
constexpr seconds wrong_at_most = std::chrono::days{1};

seconds step_of(time_precision precision) noexcept
{
    switch (precision) {
    case time_precision::day: return std::chrono::days{1};
    case time_precision::minute: return std::chrono::minutes{1};
    default: return seconds{1};
    }
}

// Nothing that a server says makes the sums below overflow.
bool is_sane(sys_seconds time) noexcept
{
    constexpr auto limit = seconds{std::int64_t{1} << 50};
    return time.time_since_epoch() > -limit && time.time_since_epoch() < limit;
}

sys_seconds rounded_down(sys_seconds value, seconds step) noexcept
{
    const auto rest = value.time_since_epoch() % step;
    return value - (rest < seconds{0} ? rest + step : rest);
}

void add_time(disk_version& version, const time_stamp& one) noexcept
{
    if (one.time.precision == time_precision::unknown || !is_sane(one.time.value)) {
        return;
    }
    auto& place = one.time.source == time_source::fact ? version.fact : version.listed;
    if (one.time == place.time) {
        place.seen = std::min(place.seen, one.seen);
    } else if (one.time.precision >= place.time.precision) {
        place = one;
    }
}

comparison compare_times(const time_stamp& kept, const file_time& seen) noexcept
{
    const auto coarser = std::min(kept.time.precision, seen.precision);
    if (coarser == time_precision::unknown || !is_sane(kept.time.value) || !is_sane(seen.value)) {
        return {};
    }
    const auto step = step_of(coarser);
    const auto begin = rounded_down(kept.time.value, step);
    if (begin != rounded_down(seen.value, step)) {
        return {likeness::different, {}};
    }
    return {likeness::same, {{begin, coarser, kept.time.source}, kept.seen}};
}

}  // namespace

std::optional<disk_version> make_disk_version(std::optional<std::uint64_t> size, const time_stamp& one,
                                              const time_stamp& other)
{
    disk_version version;
    add_time(version, one);
    add_time(version, other);
    if (!size || (version.listed.time.precision == time_precision::unknown &&
                  version.fact.time.precision == time_precision::unknown)) {
        return std::nullopt;
    }
    version.size = *size;
    return version;
}

comparison compare(const disk_version& kept, const file_version& seen) noexcept
{
    if (!seen.size) {
        return {};
    }
    if (*seen.size != kept.size) {
        return {likeness::different, {}};
    }
    return compare_times(seen.modified.source == time_source::fact ? kept.fact : kept.listed, seen.modified);
}

bool fits(const disk_version& kept, const disk_version& other) noexcept
{
    const auto by_listing = compare_times(kept.listed, other.listed.time).how;
    const auto by_fact = compare_times(kept.fact, other.fact.time).how;
    return kept.size == other.size && by_listing != likeness::different && by_fact != likeness::different &&
           (by_listing == likeness::same || by_fact == likeness::same);
}

bool is_settled(const time_stamp& modified, sys_seconds fetched) noexcept
{
    const auto& [time, seen] = modified;
    if (time.precision == time_precision::unknown || !is_sane(time.value) || !is_sane(seen) || !is_sane(fetched)) {
        return false;
    }
    const auto step = step_of(time.precision);
    const auto end = rounded_down(time.value, step) + step;
    // A time in the future was set by hand: when the clock comes there is not known.
    return fetched >= end + wrong_at_most || (fetched >= seen + step + seconds{1} && fetched + wrong_at_most >= end);
}

bool is_settled(const disk_version& version, sys_seconds fetched) noexcept
{
    return is_settled(version.listed, fetched) || is_settled(version.fact, fetched);
}

}  // namespace ftpfs::cache
