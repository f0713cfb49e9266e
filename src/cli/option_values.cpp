#include "option_values.hpp"

#include "ftpfs/core/error.hpp"
#include "ftpfs/core/units.hpp"

#include <grp.h>
#include <pwd.h>

#include <algorithm>

namespace ftpfs::cli {

complaint set_text(std::string& into, std::string_view value)
{
    if (value.empty()) {
        return "the value is missing";
    }
    into = value;
    return fine;
}

complaint set_text(std::optional<std::string>& into, std::string_view value)
{
    return set_text(into.emplace(), value);
}

complaint set_duration(std::chrono::milliseconds& into, std::string_view value, std::chrono::milliseconds least)
{
    const auto parsed = parse_duration(value);
    if (!parsed) {
        return parsed.error().detail;
    }
    if (*parsed < least) {
        return fmt::format("\"{}\" is too short: at least {} ms", value, least.count());
    }
    into = *parsed;
    return fine;
}

complaint set_size(std::uint64_t& into, std::string_view value, std::uint64_t least)
{
    const auto parsed = parse_size(value);
    if (!parsed) {
        return parsed.error().detail;
    }
    if (*parsed < least) {
        return fmt::format("\"{}\" is too small: at least {}", value, format_size(least));
    }
    into = *parsed;
    return fine;
}

complaint set_mask(std::optional<mode_t>& into, std::string_view value)
{
    into = whole_number<mode_t>(value, 8);
    return into && *into <= 0777 ? fine : fmt::format("\"{}\" is not an octal mask like 022", value);
}

complaint set_user_id(std::optional<uid_t>& into, std::string_view value)
{
    into = whole_number<uid_t>(value);
    if (!into) {
        const auto* known = ::getpwnam(std::string{value}.c_str());
        into = known ? std::optional{known->pw_uid} : std::nullopt;
    }
    return into ? fine : fmt::format("\"{}\" is neither a number nor a user of this machine", value);
}

complaint set_group_id(std::optional<gid_t>& into, std::string_view value)
{
    into = whole_number<gid_t>(value);
    if (!into) {
        const auto* known = ::getgrnam(std::string{value}.c_str());
        into = known ? std::optional{known->gr_gid} : std::nullopt;
    }
    return into ? fine : fmt::format("\"{}\" is neither a number nor a group of this machine", value);
}

complaint set_address(std::optional<boost::asio::ip::address>& into, std::string_view value)
{
    error_code not_numeric;
    into = boost::asio::ip::make_address(value, not_numeric);
    return not_numeric ? fmt::format("\"{}\" is not an address like 192.0.2.1 or 2001:db8::1", value) : fine;
}

// Servers refuse to connect to privileged ports, so that nobody makes them speak to a service.
complaint set_ports(ftp::port_range& into, std::string_view value)
{
    constexpr std::uint16_t first_unprivileged = 1024;
    const auto dash = std::min(value.find('-'), value.size());
    const auto low = whole_number<std::uint16_t>(value.substr(0, dash));
    const auto high = whole_number<std::uint16_t>(value.substr(std::min(dash + 1, value.size())));
    if (!low || !high || *low < first_unprivileged || *high < *low) {
        return fmt::format("\"{}\" is not a range of ports from {} to 65535, like 50000-50099", value,
                           first_unprivileged);
    }
    into = {*low, *high};
    return fine;
}

// The process in the background has "/" as its directory.
complaint set_directory(std::string& into, std::string_view value)
{
    if (!value.starts_with('/')) {
        return fmt::format("\"{}\" is not an absolute path", value);
    }
    into = value;
    return fine;
}

}  // namespace ftpfs::cli
