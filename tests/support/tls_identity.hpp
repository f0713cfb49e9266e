// A key and a certificate for a TLS server of the tests, made when it is needed.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace ftpfs::test {

// Signed by itself, valid from two days ago.
struct tls_identity {
    // `names`: as OpenSSL writes them, "DNS:ftp.example.net" or "IP:127.0.0.1".
    explicit tls_identity(const std::string& common_name, const std::vector<std::string>& names = {},
                          std::chrono::hours from_now = std::chrono::hours{24});

    // A server that shows it.
    boost::asio::ssl::context server() const;

    std::string key;          // PEM
    std::string certificate;  // PEM
};

}  // namespace ftpfs::test
