#include "ftpfs/cli/proxy_url.hpp"

#include "ftpfs/cli/url.hpp"
#include "ftpfs/core/log.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

namespace ftpfs::cli {
namespace {

constexpr std::uint16_t socks_port = 1080;  // RFC 1928 §3

// What the handshakes can carry (RFC 1928 §5, RFC 1929 §2).
constexpr std::size_t longest_word = 255;

problem wrong(std::string_view url, std::string_view why)
{
    return {exit_status::usage, fmt::format("{}: {}", printable(without_password(url)), why)};
}

// Characters that would end a line of a request, or a name.
bool is_sendable(std::string_view text)
{
    return text.size() <= longest_word && text.find_first_of(std::string_view{"\r\n\0", 3}) == text.npos;
}

outcome<net::proxy> read(std::string_view url, const boost::urls::url_view& parsed)
{
    net::proxy found;
    const auto scheme = std::string_view{parsed.scheme()};
    if (scheme == "http") {
        found.kind = net::proxy_kind::http;
    } else if (scheme != "socks5" && scheme != "socks5h") {
        return wrong(url, "a proxy is socks5:// or http://");
    }
    found.host =
        parsed.host_type() == boost::urls::host_type::ipv6 ? std::string{parsed.host_address()} : parsed.host();
    found.port = parsed.port_number();
    if (found.port == 0 && found.kind == net::proxy_kind::http) {
        return wrong(url, "the port of the proxy is missing: many have 3128 or 8080");
    }
    found.port = found.port == 0 ? socks_port : found.port;
    if (found.host.empty()) {
        return wrong(url, "the host of the proxy is missing");
    }
    if (parsed.encoded_path() != "" && parsed.encoded_path() != "/") {
        return wrong(url, "a proxy has no path");
    }
    const std::string password = parsed.has_password() ? parsed.password() : std::string{};
    found.user = parsed.has_userinfo() ? parsed.user() : std::string{};
    found.password = secret{password};
    if (!is_sendable(found.host) || !is_sendable(found.user) || !is_sendable(password)) {
        return wrong(url, "line breaks, and more than 255 bytes, cannot be sent to a proxy");
    }
    if (found.kind == net::proxy_kind::http && found.user.find(':') != found.user.npos) {
        return wrong(url, "a user with a colon cannot be sent to an HTTP proxy");
    }
    return found;
}

}  // namespace

outcome<net::proxy> parse_proxy(std::string_view url)
{
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed) {
        return wrong(url, "write socks5://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with special characters as %XX");
    }
    return read(url, *parsed);
}

}  // namespace ftpfs::cli
