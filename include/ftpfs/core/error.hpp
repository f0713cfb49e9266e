// What can go wrong, as values.
//
// Two categories: `client_category` for what ftpfs itself finds out (enum errc), and `reply_category`
// whose values are the three-digit codes of FTP replies (RFC 959 §4.2). A `failure` carries one such code
// and words for a person: the server's own text, or what ftpfs tried and with whom.
//
// Callers ask predicates (`retryable`, `session_is_lost`), they never switch over codes; the one place that
// turns a failure into an errno is core/errno.hpp. Plain values: any thread may make, copy and destroy them.
#pragma once

#include <boost/system/error_code.hpp>

#include <string>

namespace ftpfs {

using boost::system::error_category;
using boost::system::error_code;

enum class errc {
    // network and session
    timed_out = 1,        // a deadline passed without progress
    connection_lost,      // end of stream or reset where more was due
    connection_refused,   // the host answered, nobody listens there
    host_not_found,       // the name does not resolve
    unreachable,          // no route, network down, or no address left to try
    not_an_ftp_server,    // something answered, but not with an FTP greeting
    protocol_violation,   // a reply that cannot be understood, or out of turn
    server_busy,          // the server allows no further session now (not a wrong password)
    login_refused,        // wrong user or password, or the account may not log in
    encryption_required,  // the server wants TLS for what was asked
    unsupported,          // the server does not know or allow the command
    // the remote tree
    not_found,
    permission_denied,
    not_a_directory,
    is_a_directory,
    already_exists,
    not_empty,
    invalid_name,     // empty, or has a byte FTP cannot carry (CR, LF, NUL, '/')
    not_in_charset,   // has characters that the charset of the server lacks (charset=)
    name_too_long,    // would exceed the server's command line
    version_changed,  // the file is not the one whose bytes were already handed out
    truncated,        // a transfer ended before all bytes arrived
    read_only,
    no_space,
    quota_exceeded,
    busy,
    no_such_attribute,  // an extended attribute ftpfs does not know
    // ourselves
    cancelled,      // the waiting request was interrupted
    shutting_down,  // the mount is going away
    io_failure,     // nothing more precise is known
};

const error_category& client_category() noexcept;
const error_category& reply_category() noexcept;

error_code make_error_code(errc value) noexcept;

// `reply_code` is the three-digit code, 100 to 699.
error_code make_reply_error(int reply_code) noexcept;

// A failed operation: what, and words for a person ("550 Couldn't open the file", "connect 192.0.2.1:21").
struct failure {
    failure() = default;
    failure(error_code code_, std::string detail_ = {}) : code{code_}, detail{std::move(detail_)} {}
    failure(errc value, std::string detail_ = {}) : code{make_error_code(value)}, detail{std::move(detail_)} {}

    bool operator==(errc value) const noexcept { return code == make_error_code(value); }

    error_code code;
    std::string detail;
};

// "no such file or directory (550 Failed to open file.)": for logs and messages.
std::string to_string(const failure& why);

// Is there hope that the same operation succeeds on a fresh session at once? True for lost connections and
// for replies that speak of the connection (421, 425, 426), false for timeouts (the time is used up) and
// for anything that concerns the file.
bool retryable(const failure& why) noexcept;

// Must the session that produced it be thrown away? True whenever its state can't be proved any more.
bool session_is_lost(const failure& why) noexcept;

}  // namespace ftpfs

namespace boost::system {
template <>
struct is_error_code_enum<ftpfs::errc> : std::true_type {
};
}  // namespace boost::system
