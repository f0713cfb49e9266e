// What has been learned about a server, shared by all sessions to it.
//
// Owned by the pool, plain values, one thread. Sessions read it before they choose a command and write down
// what the server did. Nothing here is ever needed for correctness: a wrong entry costs a round trip.
#pragma once

#include <cstdint>
#include <string>

namespace ftpfs::ftp {

// What is known of one command or habit of the server.
enum class support : std::uint8_t { unknown, works, refused };

// How to end a RETR early. Pure-FTPd answers a closed data connection with a second 150 or not at all, but
// ends an ABOR sent while the data connection is open with 426 and 226; everybody else reads commands only
// once the data connection is gone (tried: vsftpd 3.0.3, ProFTPD 1.3.8, inetutils 2.4, pyftpdlib 1.5).
enum class abort_style : std::uint8_t { close_first, abor_first };

struct server_profile {
    // Data connections.
    support epsv = support::unknown;

    // Listings and facts.
    support mlsd = support::unknown;
    support mlst = support::unknown;
    support size = support::unknown;
    support mdtm = support::unknown;
    support list_all = support::unknown;  // `LIST -a` shows at least what `LIST` shows

    // refused: RETR ignores or REST is answered with an error; read from the start and discard.
    support rest = support::unknown;

    abort_style abort = abort_style::close_first;
};

}  // namespace ftpfs::ftp
