#include "ftpfs/core/attributes.hpp"

#include <algorithm>

namespace ftpfs {
namespace {

std::chrono::sys_seconds rounded_down(std::chrono::sys_seconds value, time_precision precision)
{
    switch (precision) {
    case time_precision::day: return std::chrono::floor<std::chrono::days>(value);
    case time_precision::minute: return std::chrono::floor<std::chrono::minutes>(value);
    default: return value;
    }
}

}  // namespace

file_version version_of(const file_attributes& attributes) noexcept
{
    return {attributes.size_is_exact ? attributes.size : std::nullopt, attributes.modified};
}

bool same_version(const file_version& a, const file_version& b) noexcept
{
    if (a.size && b.size && *a.size != *b.size) {
        return false;
    }
    const auto coarser = std::min(a.modified.precision, b.modified.precision);
    if (coarser == time_precision::unknown || a.modified.source != b.modified.source) {
        return true;
    }
    return rounded_down(a.modified.value, coarser) == rounded_down(b.modified.value, coarser);
}

}  // namespace ftpfs
