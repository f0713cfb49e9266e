#include "http_connect.hpp"

#include "ftpfs/core/log.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <string.h>

#include <utility>

namespace ftpfs::net {
namespace {

// Proxies explain themselves in the body, which is not read.
constexpr std::size_t most_head = std::size_t{16} * 1024;

// "Basic" of RFC 7617.
secret credentials(const proxy& via)
{
    std::string plain = via.user + ":";
    plain.reserve(plain.size() + via.password.reveal().size());  // never moved, so that one wipe is enough
    plain += via.password.reveal();
    std::string text(4 * ((plain.size() + 2) / 3) + 1, '\0');
    const auto length =
        ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                          reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
    secret encoded{std::string_view{text}.substr(0, static_cast<std::size_t>(length))};
    ::explicit_bzero(plain.data(), plain.size());
    ::explicit_bzero(text.data(), text.size());
    return encoded;
}

secret request_for(const proxy& via, std::string_view host, std::uint16_t port)
{
    const bool is_ipv6 = host.find(':') != host.npos;
    const auto target = is_ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
    auto text = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", target);
    if (!via.user.empty()) {
        const auto login = credentials(via);
        text.reserve(text.size() + login.reveal().size() + 64);
        text += "Proxy-Authorization: Basic " + login.reveal() + "\r\n";
    }
    text += "\r\n";
    secret request{text};
    ::explicit_bzero(text.data(), text.size());
    return request;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "HTTP/1.1 200 Connection established": 200.
int status_of(std::string_view line)
{
    const auto space = line.find(' ');
    if (!line.starts_with("HTTP/1.") || space == line.npos || line.size() < space + 4) {
        return 0;
    }
    const auto digits = line.substr(space + 1, 3);
    if (!is_digit(digits[0]) || !is_digit(digits[1]) || !is_digit(digits[2])) {
        return 0;
    }
    return (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
}

bool is_complete(std::string_view head)
{
    return head.ends_with("\r\n\r\n") || head.ends_with("\n\n");
}

}  // namespace

http_connect::http_connect(const proxy& via, std::string_view host, std::uint16_t port)
    : output_{request_for(via, host, port)}, has_login_{!via.user.empty()}
{
}

secret http_connect::take_output()
{
    return std::exchange(output_, {});
}

// The server behind the proxy speaks first, so not a byte too many may be taken: the end is an empty line.
std::size_t http_connect::wanted() const noexcept
{
    if (done_) {
        return 0;
    }
    return head_.ends_with('\n') || head_.ends_with("\n\r") ? 1 : 2;
}

result<> http_connect::feed(std::string_view bytes)
{
    head_ += bytes;
    if (is_complete(head_)) {
        return judge();
    }
    if (head_.size() > most_head) {
        return failure{errc::protocol_violation, "its answer has no end"};
    }
    return {};
}

result<> http_connect::judge()
{
    const auto line = std::string_view{head_}.substr(0, head_.find_first_of("\r\n"));
    const auto status = status_of(line);
    const auto words = printable(line, 100);
    switch (status / 100) {
    case 2: done_ = true; return {};
    case 4:
        if (status == 407 || status == 401) {  // tinyproxy 1.11 answers 401 to a wrong password
            return failure{errc::unreachable,
                           has_login_
                               ? fmt::format("it refuses the user or the password of proxy= ({})", words)
                               : fmt::format("it wants a login ({}): write proxy=http://USER:PASSWORD@HOST", words)};
        }
        return failure{errc::unreachable,
                       fmt::format("it does not allow this connection ({}): many allow only port 443, and FTP needs "
                                   "the control port and all passive ports",
                                   words)};
    case 5: return failure{errc::unreachable, fmt::format("it cannot connect ({})", words)};
    default: return failure{errc::protocol_violation, fmt::format("its answer is none of an HTTP proxy: {}", words)};
    }
}

}  // namespace ftpfs::net
