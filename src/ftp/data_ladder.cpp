#include "ftpfs/ftp/data_ladder.hpp"

namespace ftpfs::ftp {
namespace {

support& known_of(server_profile& profile, data_way way) noexcept
{
    switch (way) {
    case data_way::epsv: return profile.epsv;
    case data_way::pasv: return profile.pasv;
    case data_way::active: break;
    }
    return profile.active;
}

support known_of(const server_profile& profile, data_way way) noexcept
{
    return known_of(const_cast<server_profile&>(profile), way);  // only read
}

std::vector<data_way> allowed_ways(const config& settings, bool ipv6)
{
    switch (settings.data) {
    case data_mode::epsv: return std::vector(1, data_way::epsv);
    case data_mode::pasv: return std::vector(1, ipv6 ? data_way::epsv : data_way::pasv);
    case data_mode::active: return std::vector(1, data_way::active);
    case data_mode::automatic: break;
    }
    std::vector<data_way> ways(1, data_way::epsv);
    if (!ipv6) {
        ways.push_back(data_way::pasv);
    }
    if (settings.allows_active()) {
        ways.push_back(data_way::active);
    }
    return ways;
}

}  // namespace

std::string_view to_string(data_way way) noexcept
{
    switch (way) {
    case data_way::epsv: return "EPSV";
    case data_way::pasv: return "PASV";
    case data_way::active: break;
    }
    return "active mode";
}

data_ladder::data_ladder(const config& settings, const server_profile& profile, bool ipv6)
{
    const auto allowed = allowed_ways(settings, ipv6);
    for (const auto way : allowed) {
        if (known_of(profile, way) != support::refused) {
            ways_.push_back(way);
        }
    }
    if (ways_.empty()) {
        ways_ = allowed;
    }
}

void data_ladder::note_success(server_profile& profile) const noexcept
{
    for (std::size_t i = 0; i < at_; ++i) {
        known_of(profile, ways_[i]) = support::refused;
    }
    known_of(profile, way()) = support::works;
}

void data_ladder::note_failure(server_profile& profile) const noexcept
{
    for (auto* known : {&profile.epsv, &profile.pasv, &profile.active}) {
        if (*known == support::refused) {
            *known = support::unknown;
        }
    }
}

}  // namespace ftpfs::ftp
