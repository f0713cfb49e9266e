// What has been learned about a server, shared by all sessions to it.
//
// Owned by the pool, plain values, one thread. Sessions read it before they choose a command and write down
// what the server did. Nothing here is ever needed for correctness: a wrong entry costs a round trip, except
// that `rest == works` is believed.
#pragma once

#include "ftpfs/proto/dialect.hpp"
#include "ftpfs/proto/feature_set.hpp"
#include "ftpfs/proto/reply.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace ftpfs::ftp {

// What is known of one command or habit of the server.
enum class support : std::uint8_t { unknown, works, refused };

// How to end a RETR early. Pure-FTPd answers a closed data connection with a second 150 or not at all, but
// ends an ABOR sent while the data connection is open with 426 and 226; everybody else reads commands only
// once the data connection is gone (tried: vsftpd 3.0.3, ProFTPD 1.3.8, inetutils 2.4, pyftpdlib 1.5).
enum class abort_style : std::uint8_t { close_first, abor_first };

struct server_profile {
    // From the first login.
    std::optional<proto::feature_set> features;
    std::string system;  // the text of SYST

    // refused also when data connections to EPSV's port fail while PASV's work: some firewalls read only PASV.
    support epsv = support::unknown;

    // Listings and facts.
    support mlsd = support::unknown;
    support mlst = support::unknown;
    support size = support::unknown;
    support mdtm = support::unknown;
    support list_all = support::unknown;  // `LIST -a` shows at least what `LIST` shows
    proto::dialect dialect = proto::dialect::unknown;

    // works: REST was seen to move the beginning of a RETR. refused: it is answered with an error, or with 350
    // and then ignored; read from the start and discard.
    support rest = support::unknown;

    abort_style abort = abort_style::close_first;
};

// Takes down what the greeting, FEAT and SYST say; what is already known of a command stays.
void note_login(server_profile& profile, std::string_view greeting, const proto::feature_set& features,
                std::string_view system);

// Takes down the answer to one command: 2xx and 3xx prove it, "unknown command" (500, 502, 504) disproves it,
// everything else is about the argument.
void note_answer(support& known, const proto::reply& answer) noexcept;

}  // namespace ftpfs::ftp
