// What a probe found out about a server: plain data, filled by server_prober, turned into words by `cli`.
//
// Texts that came from the server are printable already, and without passwords.
#pragma once

#include "ftpfs/core/error.hpp"
#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/ftp/tls_findings.hpp"
#include "ftpfs/proto/dialect.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ftpfs::ftp {

enum class probe_outcome : std::uint8_t {
    good,
    odd,  // works, or does without, in a way worth knowing
    bad,
    untried
};

// One line of the report.
struct probe_step {
    std::string name;  // "PASV"
    probe_outcome outcome = probe_outcome::untried;
    std::string words;
    std::chrono::microseconds took{};  // zero: not measured
};

// One way to a data connection.
struct data_trial {
    support carries = support::unknown;             // a listing came through
    std::string why;                                // if not
    std::optional<boost::asio::ip::address> named;  // by a 227
    bool unreachable = false;                       // agreed to, but no connection came about
};

// How the names of a listing are written.
enum class name_charset : std::uint8_t { unknown, ascii, utf8, other };

struct probe_report {
    std::vector<probe_step> steps;

    // What keeps a mount from coming up; nothing if it would.
    std::optional<failure> end;
    bool interrupted = false;

    bool greeted = false;
    bool logged_in = false;
    std::string greeting;  // the first line
    std::chrono::milliseconds greeting_took{};
    std::chrono::milliseconds login_took{};
    std::chrono::microseconds round_trip{};
    tls_findings tls;

    std::optional<boost::asio::ip::address> peer;
    data_trial epsv;
    data_trial pasv;
    data_trial active;
    bool needs_named_address = false;  // PASV works only with pasv_address=auto

    // Listings of the directory that would be mounted.
    bool announces_mlsd = false;
    support mlsd = support::unknown;  // refused: not there, or unreadable
    support list = support::unknown;  // refused: a line, or all, could not be read
    std::string unreadable_line;      // the first one
    proto::dialect dialect = proto::dialect::unknown;
    support shows_dotfiles = support::unknown;  // by the command that a mount would use
    bool needs_list_all = false;                // LIST leaves them out, LIST -a does not
    name_charset charset = name_charset::unknown;
    std::string charset_guess;                 // of `other`, as iconv names it; empty: none fits
    std::optional<std::chrono::minutes> zone;  // of LIST, ahead of UTC

    support size = support::unknown;
    support mdtm = support::unknown;
    support rest = support::unknown;
    support rang = support::unknown;
    support pipelining = support::unknown;
    support armed = support::unknown;
    support early_end = support::unknown;  // works: the session is of use after a transfer that was ended early

    // With --sessions.
    std::optional<std::size_t> sessions;  // that were open at the same time
    bool session_limit_met = false;       // the next one was refused

    // With --write.
    bool wrote = false;
    support stores = support::unknown;
    support appends = support::unknown;
    support restarts_store = support::unknown;
    support renames_over = support::unknown;
    support sets_times = support::unknown;
    support sets_modes = support::unknown;
    std::string leftover;  // what could not be removed
};

}  // namespace ftpfs::ftp
