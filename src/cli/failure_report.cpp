#include "ftpfs/cli/failure_report.hpp"

#include "ftpfs/core/log.hpp"
#include "ftpfs/ftp/data_connection.hpp"
#include "ftpfs/proto/name_codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ftpfs::cli {
namespace {

struct meaning {
    errc code;
    exit_status status;
};

constexpr std::array meanings{
    meaning{errc::host_not_found, exit_status::host_not_found},
    meaning{errc::timed_out, exit_status::cannot_connect},
    meaning{errc::connection_lost, exit_status::cannot_connect},
    meaning{errc::connection_refused, exit_status::cannot_connect},
    meaning{errc::unreachable, exit_status::cannot_connect},
    meaning{errc::not_an_ftp_server, exit_status::not_an_ftp_server},
    meaning{errc::protocol_violation, exit_status::not_an_ftp_server},
    meaning{errc::server_busy, exit_status::server_busy},
    meaning{errc::login_refused, exit_status::login_refused},
    meaning{errc::encryption_required, exit_status::tls_wanted},
    meaning{errc::not_found, exit_status::no_such_directory},
    meaning{errc::permission_denied, exit_status::no_such_directory},
    meaning{errc::not_a_directory, exit_status::no_such_directory},
    meaning{errc::invalid_name, exit_status::no_such_directory},
    meaning{errc::not_in_charset, exit_status::no_such_directory},
    meaning{errc::name_too_long, exit_status::no_such_directory},
};

exit_status status_of_reply(int code)
{
    switch (code) {
    case 421: return exit_status::server_busy;
    case 530: return exit_status::login_refused;
    case 550:
    case 553: return exit_status::no_such_directory;
    default: return exit_status::other;
    }
}

exit_status status_of(const failure& why)
{
    if (why.code.category() == reply_category()) {
        return status_of_reply(why.code.value());
    }
    const auto found = std::ranges::find_if(meanings, [&](const meaning& row) { return why == row.code; });
    return found == meanings.end() ? exit_status::other : found->status;
}

std::string endpoint(const ftp::config& settings)
{
    const bool is_ipv6 = settings.host.find(':') != std::string::npos;
    const auto host = printable(is_ipv6 ? "[" + settings.host + "]" : settings.host);
    return settings.port == 21 ? host : fmt::format("{}:{}", host, settings.port);
}

// " (530 Login incorrect.)", or nothing.
std::string in_brackets(const failure& why)
{
    return why.detail.empty() ? "" : fmt::format(" ({})", printable(why.detail));
}

std::string root(const ftp::config& settings)
{
    const auto names = proto::name_codec::make(settings.charset);
    const auto path = printable(names ? names->decode(settings.root.str()) : settings.root.str());
    return settings.root_given || settings.root.is_root() ? path : fmt::format("{} below the login directory", path);
}

}  // namespace

problem explain_connection(const failure& why, const ftp::config& settings)
{
    const auto status = status_of(why);
    const auto server = endpoint(settings);
    const auto words = in_brackets(why);
    const auto user = printable(settings.user);
    if (why.detail.find(ftp::data_connection_failure) != why.detail.npos) {
        return {exit_status::cannot_connect,
                fmt::format("{} takes the login, but no connection for data comes about{}", server, words)};
    }
    switch (status) {
    case exit_status::host_not_found:
        return {status, fmt::format("no such host: {}{}: check the name in the URL", server, words)};
    case exit_status::cannot_connect:
        return {status,
                fmt::format("cannot connect to {}: {}{}: check host and port, and whether a firewall is between",
                            server, why.code.message(), words)};
    case exit_status::not_an_ftp_server:
        return {status, fmt::format("{} is not an FTP server{}: check host and port; SFTP and FTPS are other protocols",
                                    server, words)};
    case exit_status::login_refused:
        return {status, fmt::format("login refused by {} for user \"{}\"{}: check user and password; see credentials= "
                                    "in ftpfs(1)",
                                    server, user, words)};
    case exit_status::no_such_directory:
        return {status,
                fmt::format("cannot use the directory {} on {}: {}: check the path in the URL; %2F at its start "
                            "makes it absolute",
                            root(settings), server, printable(to_string(why)))};
    case exit_status::server_busy:
        return {status,
                fmt::format("{} refuses for now, it has too many connections{}: try again later", server, words)};
    case exit_status::tls_wanted:
        return {status, fmt::format("{} wants TLS{}: this version does not speak TLS yet", server, words)};
    default:
        return {status, fmt::format("{} failed: {}: ftpfs -d shows the dialogue with the server", server,
                                    printable(to_string(why)))};
    }
}

problem explain_mount(const failure& why, const fuse::config& settings)
{
    auto status = exit_status::fuse_unavailable;
    if (why == errc::not_found || why == errc::not_a_directory) {
        status = exit_status::no_mount_point;
    } else if (why == errc::busy) {
        status = exit_status::mount_point_busy;
    }
    return {status, why.detail.empty() ? fmt::format("cannot mount on {}: {}", settings.mount_point, to_string(why))
                                       : printable(why.detail)};
}

}  // namespace ftpfs::cli
