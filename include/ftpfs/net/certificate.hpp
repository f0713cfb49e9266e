// What a server's TLS certificate says of it, and whether it is to be believed.
//
// Plain values, for people: texts come from the server and may hold any character.
#pragma once

#include <chrono>
#include <string>
#include <vector>

struct x509_st;  // X509 of OpenSSL

namespace ftpfs::net {

struct certificate {
    std::string subject;             // "CN = ftp.example.net, O = Example"
    std::string issuer;              // the same for who signed it
    std::vector<std::string> names;  // hosts it is for: DNS names and addresses (RFC 5280 §4.2.1.6)
    std::chrono::sys_seconds valid_from;
    std::chrono::sys_seconds valid_until;
    std::string fingerprint;  // SHA-256 of the whole, "AB:CD:…"
};

certificate describe(const x509_st& from);

}  // namespace ftpfs::net
