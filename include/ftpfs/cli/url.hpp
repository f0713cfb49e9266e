// The URL of the remote tree: ftp://user:password@host:port/path (RFC 1738 §3.2, RFC 3986).
//
// Every part is percent-decoded. The path is below the directory the login lands in; a second slash or %2F makes
// it absolute, as curl and lftp have it: ftp://host/a is "a" below the login directory, ftp://host//a is "/a".
// Plain functions; no message holds the password.
#pragma once

#include "ftpfs/cli/problem.hpp"
#include "ftpfs/core/remote_path.hpp"
#include "ftpfs/core/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ftpfs::cli {

struct remote_address {
    std::string host;  // a name or an address, IPv6 without brackets
    std::uint16_t port = 21;
    std::optional<std::string> user;
    std::optional<secret> password;
    remote_path path;
    bool path_is_absolute = false;
};

// Refuses what FTP can't carry (CR, LF, NUL), other schemes, queries and fragments, and says what to write.
outcome<remote_address> parse_url(std::string_view text);

// Where the password lies in the text: [begin, end), with the colon before it. Also a guess for URLs that
// don't parse, rather too much than too little; empty if there is none.
struct password_span {
    std::size_t begin = 0;
    std::size_t end = 0;
};
password_span find_password(std::string_view url);

// The URL as typed, without the password: for messages, logs and mount(8).
std::string without_password(std::string_view url);

}  // namespace ftpfs::cli
