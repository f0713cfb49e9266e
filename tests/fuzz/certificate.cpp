// Certificates of servers: whatever OpenSSL takes for one can be told.
#include "ftpfs/net/certificate.hpp"

#include "fuzz.hpp"

#include <openssl/x509.h>

#include <memory>

using ftpfs::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto release = [](X509* what) { X509_free(what); };
    const std::unique_ptr<X509, decltype(release)> parsed{d2i_X509(nullptr, &data, static_cast<long>(size)), release};
    if (!parsed) {
        return 0;
    }
    const auto told = ftpfs::net::describe(*parsed);
    constexpr std::size_t most_names = 20;
    constexpr std::size_t digits = 32 * 3 - 1;
    require(told.names.size() <= most_names, "a bounded number of names");
    require(told.fingerprint.size() == digits, "a whole fingerprint");
    return 0;
}
