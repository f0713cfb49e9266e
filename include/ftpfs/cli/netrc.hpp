// The .netrc file of ftp(1): who logs in where, and with which password.
//
//     machine HOST login NAME password WORD account NAME macdef NAME … (to the next empty line)
//     default login NAME password WORD
//
// Tokens are separated by blanks; "quoted ones" may hold blanks, with \" and \\ inside. A '#' at the start of a
// token begins a comment, as curl and tnftp have it, except where a value is due. Plain values.
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/core/secret.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::cli {

struct netrc_entry {
    std::optional<std::string> machine;  // absent: "default"
    std::optional<std::string> login;
    std::optional<secret> password;
    std::optional<std::string> account;
};

// Fails with the line number where a value is missing or a word is none of the keywords.
result<std::vector<netrc_entry>> parse_netrc(std::string_view text);

// The entry for this host and user: the host with that login, then the host without a login, then "default".
// Without a user: the first entry of the host, then "default". Host names compare without case.
const netrc_entry* find_entry(const std::vector<netrc_entry>& entries, std::string_view host,
                              const std::optional<std::string>& user);

}  // namespace ftpfs::cli
