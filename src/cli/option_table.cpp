#include "option_values.hpp"

#include "ftpfs/cli/options.hpp"
#include "ftpfs/cli/proxy_url.hpp"
#include "ftpfs/proto/name_codec.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>

namespace ftpfs::cli {
namespace {

using namespace std::chrono_literals;

complaint connections(settings& into, std::string_view value)
{
    constexpr std::size_t most = 64;  // no server we know of allows more per user, and none gets faster
    const auto number = whole_number<std::size_t>(value);
    if (!number || *number < 1 || *number > most) {
        return fmt::format("\"{}\" is not a number from 1 to {}", value, most);
    }
    into.ftp.connections = *number;
    return fine;
}

complaint streams(settings& into, std::string_view value)
{
    constexpr std::size_t most = 16;  // each further one brings less, and they share the cache
    const auto number = whole_number<std::size_t>(value);
    if (!number || *number < 1 || *number > most) {
        return fmt::format("\"{}\" is not a number from 1 to {}", value, most);
    }
    into.fs.streams = *number;
    return fine;
}

complaint netrc(settings& into, std::string_view value)
{
    into.use_netrc = value != "off";
    into.netrc_file.reset();
    return into.use_netrc ? set_text(into.netrc_file, value) : fine;
}

complaint data_mode(settings& into, std::string_view value)
{
    using mode = ftp::data_mode;
    static constexpr std::array choices{choice<mode>{"auto", mode::automatic}, choice<mode>{"epsv", mode::epsv},
                                        choice<mode>{"pasv", mode::pasv}, choice<mode>{"active", mode::active}};
    return one_of(into.ftp.data, value, choices);
}

complaint pasv_address(settings& into, std::string_view value)
{
    using mode = ftp::pasv_address;
    static constexpr std::array choices{choice<mode>{"control", mode::control}, choice<mode>{"server", mode::server},
                                        choice<mode>{"auto", mode::automatic}};
    return one_of(into.ftp.pasv_address, value, choices);
}

complaint active_ports(settings& into, std::string_view value)
{
    return set_ports(into.ftp.active_ports, value);
}

complaint proxy(settings& into, std::string_view value)
{
    auto found = parse_proxy(value);
    if (!found) {
        return found.error().message;
    }
    into.ftp.proxy = std::make_shared<const net::proxy>(*std::move(found));
    return fine;
}

complaint listing_mode(settings& into, std::string_view value)
{
    using mode = ftp::listing_mode;
    static constexpr std::array choices{choice<mode>{"auto", mode::automatic}, choice<mode>{"mlsd", mode::mlsd},
                                        choice<mode>{"list", mode::list}, choice<mode>{"stat", mode::stat}};
    return one_of(into.ftp.listing, value, choices);
}

complaint hidden_files(settings& into, std::string_view value)
{
    using mode = ftp::hidden_files;
    static constexpr std::array choices{choice<mode>{"auto", mode::automatic}, choice<mode>{"on", mode::on},
                                        choice<mode>{"off", mode::off}};
    return one_of(into.ftp.hidden, value, choices);
}

complaint charset(settings& into, std::string_view value)
{
    const auto known = proto::name_codec::make(value);
    if (!known) {
        return known.error().detail;
    }
    into.ftp.charset = known->charset();
    return fine;
}

complaint server_tz(settings& into, std::string_view value)
{
    auto zone = proto::server_zone::make(value);
    if (!zone) {
        return zone.error().detail;
    }
    into.ftp.zone = *std::move(zone);
    return fine;
}

complaint symlinks(settings& into, std::string_view value)
{
    using policy = fs::link_policy;
    static constexpr std::array choices{choice<policy>{"contain", policy::contain},
                                        choice<policy>{"show", policy::show}, choice<policy>{"hide", policy::hide}};
    return one_of(into.fs.symlinks, value, choices);
}

complaint log_level(settings& into, std::string_view value)
{
    using level = spdlog::level::level_enum;
    static constexpr std::array choices{
        choice<level>{"error", spdlog::level::err}, choice<level>{"warning", spdlog::level::warn},
        choice<level>{"info", spdlog::level::info}, choice<level>{"debug", spdlog::level::debug},
        choice<level>{"trace", spdlog::level::trace}};
    return one_of(into.log_level, value, choices);
}

complaint timeout(settings& into, std::string_view value)
{
    auto wrong = set_duration(into.ftp.timeout, value, 1s);
    into.fs.timeout = into.ftp.timeout;
    return wrong;
}

complaint upload(settings& into, std::string_view value)
{
    using mode = fs::upload_mode;
    static constexpr std::array choices{choice<mode>{"stream", mode::stream}, choice<mode>{"atomic", mode::atomic}};
    return one_of(into.fs.upload, value, choices);
}

complaint change_of_owner(settings& into, std::string_view value)
{
    using policy = fs::owner_policy;
    static constexpr std::array choices{choice<policy>{"fail", policy::fail}, choice<policy>{"ignore", policy::ignore}};
    return one_of(into.chown.emplace(), value, choices);
}

// Absolute from now on: the process in the background has "/" as its directory.
complaint trace_file(settings& into, std::string_view value)
{
    auto wrong = set_text(into.trace, value);
    if (!wrong) {
        std::error_code ignored;  // then it stays as it is, and opening it tells
        const auto whole = std::filesystem::absolute(into.trace, ignored);
        into.trace = ignored ? into.trace : whole.string();
    }
    return wrong;
}

// Less than this holds hardly a file.
complaint disk_cache(settings& into, std::string_view value)
{
    if (value == "off") {
        into.fs.disk_cache = 0;
        return fine;
    }
    return set_size(into.fs.disk_cache, value, std::uint64_t{1} << 20);
}

// The field of `settings` that a path of members leads to.
template <auto... Path>
auto& field(settings& into)
{
    return (into.*....*Path);
}

template <auto... Path>
complaint flag(settings& into, std::string_view)
{
    field<Path...>(into) = true;
    return fine;
}

template <auto... Path>
complaint on_off(settings& into, std::string_view value)
{
    static constexpr std::array choices{choice<bool>{"on", true}, choice<bool>{"off", false}};
    return one_of(field<Path...>(into), value, choices);
}

template <auto... Path>
complaint text(settings& into, std::string_view value)
{
    return set_text(field<Path...>(into), value);
}

template <std::int64_t LeastMilliseconds, auto... Path>
complaint duration(settings& into, std::string_view value)
{
    return set_duration(field<Path...>(into), value, std::chrono::milliseconds{LeastMilliseconds});
}

template <std::uint64_t Least, auto... Path>
complaint size(settings& into, std::string_view value)
{
    return set_size(field<Path...>(into), value, Least);
}

template <auto... Path>
complaint address(settings& into, std::string_view value)
{
    return set_address(field<Path...>(into), value);
}

template <auto... Path>
complaint directory(settings& into, std::string_view value)
{
    return set_directory(field<Path...>(into), value);
}

template <auto Member>
complaint mask(settings& into, std::string_view value)
{
    return set_mask(into.*Member, value);
}

complaint owner(settings& into, std::string_view value)
{
    return set_user_id(into.uid, value);
}

complaint owner_group(settings& into, std::string_view value)
{
    return set_group_id(into.gid, value);
}

using s = settings;
using enum option_group;

constexpr std::array table{
    option{"user", "NAME", who, "the user to log in as, if the URL names none", "anonymous", text<&s::user>},
    option{"credentials", "FILE", who, "read username= and password= lines from FILE", "", text<&s::credentials_file>},
    option{"password_stdin", "", who, "read the password from the first line of standard input", "",
           flag<&s::password_from_stdin>},
    option{"netrc", "FILE|off", who, "look up user and password in FILE, or nowhere", "~/.netrc", netrc},
    option{"account", "NAME", who, "the account, for servers that ask for one", "",
           text<&s::ftp, &ftp::config::account>},

    option{"connections", "N", connection, "sessions with the server at the same time, at most", "8", connections},
    option{"data", "auto|epsv|pasv|active", connection, "how data connections are opened", "auto", data_mode},
    option{"pasv_address", "control|server|auto", connection, "the host that a PASV connection goes to", "control",
           pasv_address},
    option{"active_address", "ADDRESS", connection, "active mode: the address that the server connects to", "",
           address<&s::ftp, &ftp::config::active_address>},
    option{"active_ports", "LO-HI", connection, "active mode: the ports to listen on", "", active_ports},
    option{"bind", "ADDRESS", connection, "connect from this address of this machine", "",
           address<&s::ftp, &ftp::config::bind>},
    option{"proxy", "URL", connection, "connect through this proxy, socks5:// or http://", "", proxy},
    option{"armed", "on|off", connection, "open the next data connection of an idle session ahead of need", "on",
           on_off<&s::ftp, &ftp::config::armed>},
    option{"rang", "on|off", connection, "ask for parts of files by RANG where the server has it", "on",
           on_off<&s::ftp, &ftp::config::rang>},
    option{"pipelining", "on|off", connection, "send several commands at once where the server allows it", "on",
           on_off<&s::ftp, &ftp::config::pipelining>},
    option{"ipv4", "", connection, "use IPv4 only", "", flag<&s::ipv4>},
    option{"ipv6", "", connection, "use IPv6 only", "", flag<&s::ipv6>},
    option{"connect_timeout", "TIME", connection, "wait so long for each address of the server", "10s",
           duration<100, &s::ftp, &ftp::config::connect_timeout>},
    option{"timeout", "TIME", connection, "an operation fails after so long without progress", "30s", timeout},
    option{"keepalive", "TIME", connection, "probe a silent connection after so long", "45s",
           duration<1000, &s::ftp, &ftp::config::keepalive>},

    option{"listing", "auto|mlsd|list|stat", listing, "the command that lists directories", "auto", listing_mode},
    option{"hidden", "auto|on|off", listing, "whether to ask for names that begin with a dot", "auto", hidden_files},
    option{"charset", "NAME", listing, "the charset of the names on the server, as iconv(1) calls it", "UTF-8",
           charset},
    option{"symlinks", "contain|show|hide", listing, "symbolic links: none leads out of the mount, all, or none",
           "contain", symlinks},
    option{"server_tz", "auto|ZONE", listing, "the time zone of the times in listings: Europe/Berlin, +02:00, UTC",
           "auto", server_tz},

    option{"dir_ttl", "TIME", caching, "believe a listing for so long", "10s",
           duration<0, &s::fs, &fs::config::dir_ttl>},
    option{"attr_ttl", "TIME", caching, "believe size, time and mode of a file for so long", "10s",
           duration<0, &s::fs, &fs::config::attr_ttl>},
    option{"negative_ttl", "TIME", caching, "believe for so long that a name does not exist", "10s",
           duration<0, &s::fs, &fs::config::negative_ttl>},
    option{"cache_size", "SIZE", caching, "file contents kept in memory, at most", "64M",
           size<1 << 20, &s::fs, &fs::config::cache_size>},
    option{"read_ahead", "SIZE", caching, "fetched beyond what a reader asked for, at most", "8M",
           size<0, &s::fs, &fs::config::read_ahead>},
    option{"disk_cache", "SIZE|off", caching, "file contents kept on a local disk, also after a remount, at most",
           "off", disk_cache},
    option{"cache_dir", "DIRECTORY", caching, "where disk_cache and profile keep what they keep", "~/.cache/ftpfs",
           directory<&s::fs, &fs::config::cache_dir>},
    option{"profile", "on|off", caching, "remember what was learned of the server for later mounts", "on",
           on_off<&s::keep_profile>},
    option{"prefetch", "on|off", caching, "list and fetch ahead for programs that walk a tree", "on",
           on_off<&s::fs, &fs::config::prefetch>},
    option{"streams", "N", caching, "transfers at the same time for one long sequential read, at most", "6", streams},

    option{"upload", "stream|atomic", writing, "send new files while they are written, or when they are complete",
           "stream", upload},
    option{"staging_dir", "DIRECTORY", writing, "where files that are changed in place are kept", "/var/tmp/ftpfs-UID",
           directory<&s::fs, &fs::config::staging_dir>},

    option{"ro", "", mounting, "mount read-only", "", flag<&s::fuse, &fuse::config::read_only>},

    option{"uid", "ID", ownership, "the owner shown for everything, number or name", "who mounts", owner},
    option{"gid", "ID", ownership, "the group shown for everything, number or name", "who mounts", owner_group},
    option{"umask", "OCTAL", ownership, "permission bits taken away everywhere", "000", mask<&s::umask>},
    option{"fmask", "OCTAL", ownership, "permission bits taken away from files", "umask", mask<&s::file_mask>},
    option{"dmask", "OCTAL", ownership, "permission bits taken away from directories", "umask",
           mask<&s::directory_mask>},
    option{"chown", "fail|ignore", ownership, "what chown to somebody else does", "ignore for root, else fail",
           change_of_owner},
    option{"allow_other", "", ownership, "let other users see the mount, too", "",
           flag<&s::fuse, &fuse::config::allow_other>},
    option{"allow_root", "", ownership, "let root see the mount, too", "", flag<&s::fuse, &fuse::config::allow_root>},
    option{"default_permissions", "", ownership, "let the kernel check modes and owners", "",
           flag<&s::fuse, &fuse::config::default_permissions>},

    option{"log_level", "error|warning|info|debug|trace", diagnosis, "how much to log", "info", log_level},
    option{"log_file", "FILE", diagnosis, "append the log to FILE instead of sending it to syslog", "",
           text<&s::log_file>},
    option{"trace", "FILE", diagnosis, "append the dialogue with the server to FILE, without passwords", "",
           trace_file},
};

}  // namespace

std::span<const option> option_table() noexcept
{
    return table;
}

std::string_view title(option_group group) noexcept
{
    switch (group) {
    case option_group::who: return "Who";
    case option_group::connection: return "Connection";
    case option_group::listing: return "Listing";
    case option_group::caching: return "Caching";
    case option_group::writing: return "Writing";
    case option_group::mounting: return "Mounting";
    case option_group::ownership: return "Ownership and access";
    case option_group::diagnosis: return "Diagnosis";
    }
    return "";
}

}  // namespace ftpfs::cli
