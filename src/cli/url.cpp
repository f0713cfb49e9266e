#include "ftpfs/cli/url.hpp"

#include "ftpfs/core/log.hpp"

#include <boost/url/error_types.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace ftpfs::cli {
namespace {

using namespace std::string_view_literals;

constexpr auto credentials_hint = "or keep the password out of the URL with credentials=FILE"sv;

problem wrong(std::string_view url, std::string_view why)
{
    return {exit_status::usage, fmt::format("URL {}: {}", printable(without_password(url)), why)};
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// What may stand in a URL as it is (RFC 3986 §2), and bytes beyond ASCII, which are encoded on the way.
bool is_allowed(char c)
{
    constexpr auto punctuation = "-._~:/?#[]@!$&'()*+,;=%"sv;
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0 || punctuation.find(c) != punctuation.npos;
}

std::string to_lower(std::string_view text)
{
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

outcome<void> check_scheme(std::string_view url)
{
    const auto end = url.find("://");
    if (end == url.npos) {
        return wrong(url, "this is not a URL: write ftp://HOST/PATH");
    }
    const auto scheme = to_lower(url.substr(0, end));
    if (scheme == "ftps" || scheme == "ftpes") {
        return problem{
            exit_status::tls_wanted,
            fmt::format("URL {}: this version does not speak TLS yet, and does not send a password unencrypted "
                        "to a server that was asked for with TLS: write ftp:// only if that is what you want",
                        printable(without_password(url)))};
    }
    if (scheme != "ftp") {
        return wrong(url, fmt::format("ftpfs does not know {}://: write ftp://HOST/PATH", printable(scheme)));
    }
    return {};
}

// Says which character is in the way: the grammar's own message ("leftover") helps nobody.
outcome<void> check_characters(std::string_view url)
{
    for (std::size_t i = 0; i < url.size(); ++i) {
        const auto c = url[i];
        if (c == '#' || c == '?' || !is_allowed(c)) {
            const auto name = c == ' ' ? "a space" : fmt::format("the character \"{}\"", printable({&c, 1}));
            return wrong(url, fmt::format("{} must be written as %{:02X}, {}", name, static_cast<unsigned char>(c),
                                          credentials_hint));
        }
        if (c == '%' && (url.size() < i + 3 || std::isxdigit(static_cast<unsigned char>(url[i + 1])) == 0 ||
                         std::isxdigit(static_cast<unsigned char>(url[i + 2])) == 0)) {
            return wrong(url, fmt::format("a percent sign must be written as %25, {}", credentials_hint));
        }
    }
    return {};
}

std::string_view authority_of(std::string_view url)
{
    const auto rest = url.substr(url.find("://") + 3);
    return rest.substr(0, rest.find('/'));
}

outcome<void> check_authority(std::string_view url)
{
    const auto authority = authority_of(url);
    if (std::ranges::count(authority, '@') > 1) {
        return wrong(url, fmt::format("only one \"@\" may stand before the host: write the others as %40, {}",
                                      credentials_hint));
    }
    const auto host_and_port = authority.substr(authority.find('@') + 1);
    if (host_and_port.empty() || host_and_port.front() == ':') {
        return wrong(url, "the host is missing: write ftp://HOST/PATH");
    }
    const auto colon = host_and_port.find(':', host_and_port.rfind(']') + 1);
    if (colon == host_and_port.npos) {
        return {};
    }
    const auto port = host_and_port.substr(colon + 1);
    if (port.find(':') != port.npos) {
        return wrong(url, "an IPv6 address needs brackets: write ftp://[2001:db8::1]/");
    }
    if (!std::ranges::all_of(port, is_digit)) {
        return wrong(url, find_password(url).end > 0
                              ? fmt::format("a slash in a password must be written as %2F, {}", credentials_hint)
                              : "the port must be a number from 1 to 65535");
    }
    if (!port.empty() &&
        (port.size() > 5 || std::stoul(std::string{port}) > 65535 || std::stoul(std::string{port}) == 0)) {
        return wrong(url, "the port must be a number from 1 to 65535");
    }
    return {};
}

// Bytes beyond ASCII are encoded, so that people may type names as they see them. The zone of a link-local
// address (RFC 6874) is taken out: the grammar of Boost.URL does not know it.
struct prepared_url {
    std::string text;
    std::string zone;
};

prepared_url prepare(std::string_view url)
{
    prepared_url ready;
    for (const char c : url) {
        const auto byte = static_cast<unsigned char>(c);
        ready.text += byte < 0x80 ? std::string{c} : fmt::format("%{:02X}", byte);
    }
    const auto authority = authority_of(ready.text);
    const auto open = authority.find('[');
    const auto close = authority.find(']');
    const auto zone = authority.find("%25", open == authority.npos ? authority.size() : open);
    if (close != authority.npos && zone < close) {
        ready.zone = authority.substr(zone + 3, close - zone - 3);
        const auto start = static_cast<std::size_t>(authority.data() - ready.text.data());
        ready.text.erase(start + zone, close - zone);
    }
    return ready;
}

bool has_forbidden_byte(std::string_view decoded)
{
    return decoded.find_first_of("\r\n\0"sv) != decoded.npos;
}

std::string host_of(const boost::urls::url_view& parsed, const std::string& zone)
{
    if (parsed.host_type() == boost::urls::host_type::ipv6) {
        const auto address = parsed.host_ipv6_address().to_string();
        return zone.empty() ? std::string{address} : fmt::format("{}%{}", std::string{address}, zone);
    }
    return parsed.host();
}

outcome<remote_address> read(std::string_view url, const boost::urls::url_view& parsed, const std::string& zone)
{
    remote_address address;
    address.host = host_of(parsed, zone);
    const bool host_is_odd =
        std::ranges::any_of(address.host, [](unsigned char c) { return c <= ' ' || c == '/' || c == '@'; });
    if (address.host.empty() || host_is_odd) {
        return wrong(url, "the host is not a name or an address");
    }
    address.port = parsed.port_number() == 0 ? std::uint16_t{21} : parsed.port_number();
    if (parsed.has_userinfo()) {
        address.user = parsed.user();
        if (parsed.has_password()) {
            address.password = secret{parsed.password()};
        }
        if (address.user->empty()) {
            return wrong(url, "the user is missing before the \"@\"");
        }
    }
    std::string path = parsed.path();
    if (has_forbidden_byte(path) || (address.user && has_forbidden_byte(*address.user)) ||
        (address.password && has_forbidden_byte(address.password->reveal()))) {
        return wrong(url, "line breaks and NUL (%0A, %0D, %00) cannot be sent to an FTP server");
    }
    // The first slash only separates the path from the host.
    address.path_is_absolute = path.size() > 1 && path[1] == '/';
    auto clean = remote_path::make(path.empty() ? "/" : path);
    if (!clean) {
        return wrong(url, "the path must not contain \"..\": write the directory it means");
    }
    address.path = *std::move(clean);
    return address;
}

}  // namespace

outcome<remote_address> parse_url(std::string_view text)
{
    for (const auto check : {check_scheme, check_characters, check_authority}) {
        if (const auto checked = check(text); !checked) {
            return checked.error();
        }
    }
    const auto ready = prepare(text);
    const auto parsed = boost::urls::parse_uri(ready.text);
    if (!parsed) {
        return wrong(text, "this is not a valid URL: write ftp://USER@HOST:PORT/PATH");
    }
    return read(text, *parsed, ready.zone);
}

password_span find_password(std::string_view url)
{
    const auto scheme = url.find("://");
    const auto start = scheme == url.npos ? 0 : scheme + 3;
    const auto colon = url.find(':', start);
    if (colon == url.npos) {
        return {};
    }
    const auto authority_end = std::min(url.find_first_of("/?#", start), url.size());
    const auto in_authority = url.substr(0, authority_end).rfind('@');
    if (in_authority != url.npos && in_authority > start) {
        // Whatever stands before the first colon is the user; ftp://user@host:21 has none.
        return colon < in_authority ? password_span{colon, in_authority} : password_span{};
    }
    const auto after_colon = url.substr(colon + 1, authority_end > colon ? authority_end - colon - 1 : 0);
    const auto last = url.rfind('@');
    // ftp://alice:pa/ss@host: a slash, "?" or "#" in a password ends the authority too early.
    const bool is_port = std::ranges::all_of(after_colon, is_digit) || url.substr(start).starts_with('[');
    return last != url.npos && last > colon && !is_port ? password_span{colon, last} : password_span{};
}

std::string without_password(std::string_view url)
{
    const auto found = find_password(url);
    return std::string{url.substr(0, found.begin)} + std::string{url.substr(found.end)};
}

}  // namespace ftpfs::cli
