// What has been learned about a server, shared by all sessions to it.
//
// Owned by the pool, plain values, one thread. Sessions read it before they choose a command and write down
// what the server did. Nothing here is ever needed for correctness: a wrong entry costs a round trip, except
// that `rest == works` and `store_at_end == works` are believed.
#pragma once

#include "ftpfs/proto/dialect.hpp"
#include "ftpfs/proto/feature_set.hpp"
#include "ftpfs/proto/reply.hpp"
#include "ftpfs/proto/server_zone.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ftpfs::ftp {

// What is known of one command or habit of the server.
enum class support : std::uint8_t { unknown, works, refused };

// How to end a RETR early. Pure-FTPd answers a closed data connection with a second 150 or not at all, but
// ends an ABOR sent while the data connection is open with 426 and 226; everybody else reads commands only
// once the data connection is gone (tried: vsftpd 3.0.3, ProFTPD 1.3.8, inetutils 2.4, pyftpdlib 1.5).
enum class abort_style : std::uint8_t { close_first, abor_first };

struct kept_profile;

struct server_profile {
    // From the first login. `greeting`: as kept_profile has it.
    std::string greeting;
    std::optional<proto::feature_set> features;
    std::string system;  // the text of SYST

    // Data connections (data_ladder). refused also when EPSV's port can't be reached while PASV's can: some firewalls
    // read only PASV.
    support epsv = support::unknown;
    support pasv = support::unknown;
    support active = support::unknown;
    support port = support::unknown;           // PORT; else EPRT
    support pret = support::unknown;           // wants to know the command before PASV (DrFTPD)
    support named_address = support::unknown;  // what a 227 names, where that is not the control connection's peer

    // Round trips. `data` works: a data connection came about, so the next one most likely will, too.
    support data = support::unknown;
    support pipelining = support::unknown;  // two commands in one packet are both answered
    // Commands sent while a transfer runs, or while its end is still to be reported, are kept until then. Never found
    // out by trying, since who loses one says nothing: Pure-FTPd eats them, pyftpdlib obeys them at once.
    support queueing = support::unknown;
    // But not a packet that arrives in the middle of a transfer: then it answers, or refuses with 450, whatever it has
    // (ProFTPD 1.3.8; also what came together with the transfer command and had been kept till then).
    bool reads_in_transfers = false;
    // Bytes that arrive on the data connection before the server has read STOR are not lost.
    support early_data = support::unknown;
    // Commands are Telnet (RFC 959 §3.3): a byte 0xFF of a name must be doubled. Refused: they are read as bytes.
    support telnet_bytes = support::unknown;
    support armed = support::unknown;  // data connections opened ahead of need are used by the server
    unsigned armed_failures = 0;       // in a row

    // Listings and facts.
    support mlsd = support::unknown;
    support mlst = support::unknown;
    support size = support::unknown;
    support mdtm = support::unknown;
    // MLSD leaves out links that lead nowhere, and LIST has them (ProFTPD 1.3.8).
    bool mlsd_omits_dangling_links = false;
    support list_all = support::unknown;  // `LIST -a` shows at least what `LIST` shows
    proto::dialect dialect = proto::dialect::unknown;
    proto::server_zone zone;

    // works: REST was seen to move the beginning of a RETR. refused: it is answered with an error, or with 350
    // and then ignored; read from the start and discard.
    support rest = support::unknown;

    // The same for RANG, which also ends a RETR where it is told to (ProFTPD from 1.3.7 on).
    support rang = support::unknown;

    abort_style abort = abort_style::close_first;

    // Writing. Pure-FTPd turns blanks at the ends of a name and control bytes into '_' and says success.
    bool rewrites_names = false;
    // works: DELE never removes an empty directory, as inetutils 2.4 and linux-ftpd 0.17 let it.
    support dele_spares_directories = support::unknown;
    support append = support::unknown;  // APPE to an existing file; ProFTPD's default refuses it with 451
    // REST n and STOR, n being the file's size, keeps what is there. Believed, so only known servers have it: one
    // that ignores REST would throw away the file.
    support store_at_end = support::unknown;
    support rename_over = support::unknown;  // RNTO onto an existing file; ProFTPD compiled without options, IIS

    support mfmt = support::unknown;
    support mff = support::unknown;
    support mdtm_set = support::unknown;     // "MDTM time path" sets (vsftpd 3.0.3, IIS); elsewhere it asks
    support utime_short = support::unknown;  // SITE UTIME time path
    support utime_long = support::unknown;   // SITE UTIME path time time time UTC
    support chmod = support::unknown;
    support symlink = support::unknown;    // SITE SYMLINK
    support copy_pair = support::unknown;  // SITE CPFR, SITE CPTO
    support copy_one = support::unknown;   // SITE COPY
    support avbl = support::unknown;
    support xquota = support::unknown;
    support site_quota = support::unknown;  // asked only of ProFTPD: elsewhere it may mean anything

    // Grows with every directory we remove or rename: a session that stands in one stands somewhere else than the
    // path says.
    std::uint64_t moved_directories = 0;

    // Of an earlier mount, until the first login shows whether it is the same server.
    std::shared_ptr<const kept_profile> remembered;
};

// Must the server hear of a transfer before the port is asked for? Pure-FTPd 1.0.50 lists PRET, too, but serves those
// who don't send it, and has the wrong words for a file that may not be read.
bool wants_pret(std::string_view greeting, const proto::feature_set& features);

// Takes down what the greeting, FEAT and SYST say; what is already known of a command stays. What is remembered counts
// if the greeting is the same, and is forgotten.
void note_login(server_profile& profile, std::string_view greeting, const proto::feature_set& features,
                std::string_view system);

// Takes down whether the server used a data connection that was opened ahead of need (425: it did not).
void note_armed(server_profile& profile, bool used) noexcept;

// Takes down the answer to one command: 2xx and 3xx prove it, "unknown command" (500, 502, 504) disproves it,
// everything else is about the argument.
void note_answer(support& known, const proto::reply& answer) noexcept;

// The same for commands that change something, where 202 ("superfluous") means that nothing happened. True if the
// server does not have the command.
bool refused_by(support& known, const proto::reply& answer) noexcept;

}  // namespace ftpfs::ftp
