// Who logs in, and with which password.
//
// In this order: the URL, credentials=FILE, password_stdin, .netrc; without a user: anonymous (RFC 1635); with a
// user but no password: a question on the terminal. A file that others may read is refused if it gives a password.
#pragma once

#include "ftpfs/cli/environment.hpp"
#include "ftpfs/cli/settings.hpp"
#include "ftpfs/cli/url.hpp"

#include <string>
#include <string_view>

namespace ftpfs::cli {

struct login {
    std::string user;
    secret password;
    std::string account;  // empty: none
};

// Reads files and standard input, and may ask on the terminal: blocks.
outcome<login> find_login(const remote_address& address, const settings& chosen, environment& world);

// The lines username=… and password=… as mount.cifs(8) has them; '#' begins a comment line. `file` is for messages.
struct credentials {
    std::optional<std::string> user;
    std::optional<secret> password;
};
outcome<credentials> parse_credentials(std::string_view text, const std::string& file);

}  // namespace ftpfs::cli
