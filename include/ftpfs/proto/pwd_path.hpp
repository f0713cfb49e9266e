// The directory a 257 reply to PWD names (RFC 959 §4.1.1 and appendix II).
#pragma once

#include "ftpfs/core/remote_path.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/proto/reply.hpp"

namespace ftpfs::proto {

// From the first quote to the last; without quotes the first word (embedded servers). Doubled quotes are
// halved if there are no single ones: vsftpd, ProFTPD and pyftpdlib double them, Pure-FTPd and inetutils don't.
// errc::protocol_violation if there is no path, errc::unsupported for a name outside the Unix world (z/OS data
// sets, VMS, OS/400 libraries), the reply itself as failure if it isn't a 2xx.
result<remote_path> parse_pwd(const reply& answer);

}  // namespace ftpfs::proto
