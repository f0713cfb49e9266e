#include "ftpfs/cli/config.hpp"

#include "ftpfs/core/log.hpp"
#include "ftpfs/core/units.hpp"
#include "ftpfs/proto/name_codec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ftpfs::cli {
namespace {

result<remote_path> root_on_server(const intention& wish)
{
    FTPFS_TRY(const auto names, proto::name_codec::make(wish.chosen.ftp.charset));
    FTPFS_TRY(const auto bytes, names.encode(wish.address.path.str()));
    return remote_path::make(bytes);
}

void find_contradictions(const intention& wish, problems& found)
{
    const auto& chosen = wish.chosen;
    const auto complain = [&](std::string words) { found.push_back({exit_status::usage, std::move(words)}); };
    if (chosen.ipv4 && chosen.ipv6) {
        complain("options ipv4 and ipv6 exclude each other: leave both out to use either");
    }
    if (const auto& bind = chosen.ftp.bind; bind && (bind->is_v4() ? chosen.ipv6 : chosen.ipv4)) {
        complain(
            fmt::format("options bind={} and {} exclude each other", bind->to_string(), chosen.ipv6 ? "ipv6" : "ipv4"));
    }
    if (chosen.ftp.proxy && chosen.ftp.data == ftp::data_mode::active) {
        complain("options proxy and data=active exclude each other: a server cannot connect to us through a proxy");
    }
    if (chosen.fuse.allow_other && chosen.fuse.allow_root) {
        complain("options allow_other and allow_root exclude each other");
    }
    if (chosen.fs.read_ahead > chosen.fs.cache_size) {
        complain(fmt::format("option read_ahead: {} do not fit into a cache_size of {}",
                             format_size(chosen.fs.read_ahead), format_size(chosen.fs.cache_size)));
    }
    if (const auto root = root_on_server(wish); !root) {
        complain(fmt::format("the path of the URL: {}", root.error().detail));
    }
    if (chosen.user && wish.address.user && *chosen.user != *wish.address.user) {
        complain(fmt::format("two users are given, \"{}\" in the URL and user={}: leave one out",
                             printable(*wish.address.user), printable(*chosen.user)));
    }
}

ftp::address_family family_of(const settings& chosen)
{
    return chosen.ipv4 ? ftp::address_family::ipv4 : chosen.ipv6 ? ftp::address_family::ipv6 : ftp::address_family::any;
}

}  // namespace

intention understand(command_line line, problems& found)
{
    intention wish;
    if (auto address = parse_url(line.url)) {
        wish.address = *std::move(address);
    } else {
        found.push_back(std::move(address).error());
    }
    wish.chosen = apply_options(line.options, found);
    wish.line = std::move(line);
    find_contradictions(wish, found);
    return wish;
}

config make_config(const intention& wish, uid_t uid, gid_t gid)
{
    const auto& chosen = wish.chosen;
    config made;
    made.ftp = chosen.ftp;
    made.ftp.host = wish.address.host;
    made.ftp.port = wish.address.port;
    made.ftp.root = root_on_server(wish).value();
    made.ftp.root_given = wish.address.path_is_absolute;
    made.ftp.family = family_of(chosen);

    made.fs = chosen.fs;
    // One session stays for everything else.
    made.fs.streams = std::min(made.fs.streams, std::max<std::size_t>(chosen.ftp.connections, 2) - 1);
    made.fs.uid = chosen.uid.value_or(uid);
    made.fs.gid = chosen.gid.value_or(gid);
    const auto mask = chosen.umask.value_or(0);
    made.fs.file_mask = chosen.file_mask.value_or(mask);
    made.fs.directory_mask = chosen.directory_mask.value_or(mask);

    made.fs.read_only = chosen.fuse.read_only;
    // Root's cp -a and tar x give every file its owner, and would fail at each.
    made.fs.chown = chosen.chown.value_or(uid == 0 ? fs::owner_policy::ignore : fs::owner_policy::fail);

    made.fuse = chosen.fuse;
    made.fuse.mount_point = wish.line.mount_point;
    made.fuse.source = without_password(wish.line.url);

    made.keep_profile = chosen.keep_profile;
    made.foreground = wish.line.foreground;
    made.log_level = wish.line.debug ? std::min(chosen.log_level, spdlog::level::debug) : chosen.log_level;
    made.log_file = chosen.log_file;
    made.trace = chosen.trace;
    return made;
}

void add_login(config& into, login who)
{
    into.ftp.user = std::move(who.user);
    into.ftp.password = std::move(who.password);
    into.ftp.account = std::move(who.account);
}

void add_disk_cache(config& into, uid_t uid, const std::string& cache_home)
{
    if (into.fs.cache_dir.empty() && (uid == 0 || !cache_home.empty())) {
        into.fs.cache_dir = (uid == 0 ? "/var/cache" : cache_home) + "/ftpfs";
    }
    // Who logs in may decide what is seen; names mean other files in another charset; and a path below the login
    // directory is another one for each user. Lengths keep the parts apart, whatever bytes they have.
    auto host = into.ftp.host;
    std::ranges::transform(host, host.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    into.fs.server =
        fmt::format("ftp {}:{} {}:{} {}:{} {}{}", host, into.ftp.port, into.ftp.user.size(), into.ftp.user,
                    into.ftp.account.size(), into.ftp.account, into.ftp.root_given ? "/" : "~", into.ftp.root.str());
    if (!into.ftp.speaks_utf8()) {
        into.fs.server = fmt::format("{} {}", into.ftp.charset, into.fs.server);
    }
}

}  // namespace ftpfs::cli
