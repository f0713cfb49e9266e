#include "attribute_way.hpp"

#include "ftpfs/proto/time_reply.hpp"

#include <fmt/format.h>

namespace ftpfs::ftp {

result<proto::command> attribute_way::command() const
{
    const auto blank = line.find(' ');
    return proto::command::make(line.substr(0, blank), line.substr(blank + 1));
}

std::vector<attribute_way> ways_to_set_time(std::string_view stamp, std::string_view argument)
{
    std::vector<attribute_way> ways;
    ways.emplace_back(&server_profile::mfmt, fmt::format("MFMT {} {}", stamp, argument));
    ways.emplace_back(&server_profile::mff, fmt::format("MFF Modify={}; {}", stamp, argument));
    ways.emplace_back(&server_profile::mdtm_set, fmt::format("MDTM {} {}", stamp, argument));
    ways.emplace_back(&server_profile::utime_short, fmt::format("SITE UTIME {} {}", stamp, argument));
    ways.emplace_back(&server_profile::utime_long, fmt::format("SITE UTIME {0} {1} {1} {1} UTC", argument, stamp));
    return ways;
}

std::optional<proto::command> proved_way_to_set_time(const server_profile& profile, std::string_view argument,
                                                     std::chrono::sys_seconds modified)
{
    const auto stamp = proto::format_time_value(profile.zone.for_server(modified));
    if (!stamp) {
        return std::nullopt;
    }
    for (const auto& way : ways_to_set_time(*stamp, argument)) {
        const auto known = profile.*way.known;
        if (known == support::refused) {
            continue;
        }
        auto what = way.command();
        return known == support::works && what ? std::optional{*std::move(what)} : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace ftpfs::ftp
