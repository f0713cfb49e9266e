// What a probe found out about a server's TLS (RFC 4217): plain data, part of probe_report.
//
// Texts that came from the server are printable already.
#pragma once

#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/net/certificate.hpp"
#include "ftpfs/net/tls_version.hpp"

#include <array>
#include <optional>
#include <string>

namespace ftpfs::ftp {

struct tls_findings {
    support offered = support::unknown;  // AUTH TLS
    std::string why_no_handshake;        // offered, but of no use

    // Of the first handshake, in which the server may choose.
    std::optional<net::tls_version> version;
    std::string cipher;
    std::optional<net::certificate> shown;
    std::string distrust;  // why the certificate proves nothing; empty if it does

    std::array<support, 4> versions{};  // each by itself, in the order of net::tls_version

    support data = support::unknown;              // a listing came through an encrypted data connection
    support resumes = support::unknown;           // the session of the control connection is resumed there
    support requires_session = support::unknown;  // works: without it the server refuses data; refused: it does not
};

}  // namespace ftpfs::ftp
