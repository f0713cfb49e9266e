// What is remembered of a server from one mount to the next, and how it is written down.
//
// Only what the server itself decides, and what takes trials to find out: what its greeting or FEAT says is read anew
// at each login, and whether a data connection came about depends on the network of the day. It is believed for a
// server that still greets as it did. Plain values.
#pragma once

#include "ftpfs/ftp/server_profile.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ftpfs::ftp {

struct kept_profile {
    std::string greeting;      // greeting_key() of the server that was learned
    server_profile learned;    // the fields that are kept
    std::size_t sessions = 0;  // that the server allows; 0: no limit was met

    // Is there anything in it?
    bool empty() const;
};

// What identifies a server in its greeting: the first line, printable, without times of day.
std::string greeting_key(std::string_view greeting);

// Lines of "name value". Reading takes only what writing makes, each name once; unknown names are left out, so an older
// version reads what a newer one wrote. Nothing if it is something else.
std::string to_text(const kept_profile& kept);
std::optional<kept_profile> parse_kept_profile(std::string_view text);

// What is worth keeping. FEAT is read anew each time: what is refused because it is not listed there is no finding.
// The proof of REST is not kept, for wrong bytes would be the price of a mistake.
kept_profile keep(const server_profile& profile, std::size_t sessions);

// Fills in what is not known yet.
void recall(server_profile& into, const server_profile& learned);

}  // namespace ftpfs::ftp
