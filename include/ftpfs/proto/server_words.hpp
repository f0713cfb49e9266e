// What a server's refusal means, as far as its words tell.
//
// Codes alone are poor: 550 stands for everything, 530 for a wrong password and for too many sessions. The words
// are not standardised and sometimes translated, so only phrases of real servers are matched, and what they leave
// open stays open: a bare "550 Failed to open file." (vsftpd says it for missing and for forbidden files) has no
// meaning, and the caller must ask the server again. Pure functions.
#pragma once

#include "ftpfs/core/error.hpp"
#include "ftpfs/proto/reply.hpp"

#include <optional>
#include <string_view>

namespace ftpfs::proto {

// The meaning of a 4xx or 5xx. Never the connection's fate (421, 425, 426: read the code; but a 426 may be about a
// full disk), and nothing for what is ambiguous. errc::server_busy means "too many sessions", errc::encryption_required
// "TLS first".
std::optional<errc> meaning_of(const reply& refusal);

// The failure to report for a refusal: with meaning_of() as its code if there is one, else as_failure(). The detail
// is the server's words in either case. 421 always stays a 421, so that session_is_lost() sees it.
failure explain(const reply& refusal);

// "too many connections", "maximum number of clients", "try again later" …: a limit, not a wrong password.
bool speaks_of_capacity(std::string_view text);

// TLS, SSL or encryption being required.
bool speaks_of_encryption(std::string_view text);

// A completion in whose lines a failure hides: Pure-FTPd says "226-Rename/move failure: Is a directory" and then
// "226 File successfully transferred". Only replies of several lines; `name` (of the file) is not taken for words.
bool admits_failure(const reply& completion, std::string_view name);

// The failure that a completion of this kind stands for.
failure explain_admission(const reply& completion);

}  // namespace ftpfs::proto
