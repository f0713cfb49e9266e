#include "ftpfs/net/certificate.hpp"

#include "openssl_ptr.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace ftpfs::net {
namespace {

// A certificate may name thousands of hosts; nobody reads more.
constexpr int most_names = 20;

std::string text_of(const X509_NAME* name)
{
    const openssl_ptr<BIO, BIO_free> memory{BIO_new(BIO_s_mem())};
    // Characters beyond ASCII as they are, not as \xx.
    constexpr unsigned long readable = XN_FLAG_ONELINE & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    X509_NAME_print_ex(memory.get(), name, 0, readable);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(std::max(size, 0L))};
}

// The beginning of 1970 where the certificate's own time makes no sense.
std::chrono::sys_seconds time_of(const ASN1_TIME* time)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) {
        return {};
    }
    return std::chrono::sys_seconds{std::chrono::seconds{::timegm(&parts)}};
}

template <std::size_t Size>
std::string address_of(const unsigned char* bytes)
{
    std::array<unsigned char, Size> raw{};
    std::copy_n(bytes, Size, raw.begin());
    if constexpr (Size == 4) {
        return boost::asio::ip::address_v4{raw}.to_string();
    } else {
        return boost::asio::ip::address_v6{raw}.to_string();
    }
}

// Empty for what names no host.
std::string name_of(const GENERAL_NAME& entry)
{
    constexpr std::size_t ipv4 = 4;
    constexpr std::size_t ipv6 = 16;
    const auto* const value = entry.type == GEN_DNS     ? static_cast<const ASN1_STRING*>(entry.d.dNSName)
                              : entry.type == GEN_IPADD ? static_cast<const ASN1_STRING*>(entry.d.iPAddress)
                                                        : nullptr;
    if (value == nullptr) {
        return {};
    }
    const auto* const bytes = ASN1_STRING_get0_data(value);
    const auto size = static_cast<std::size_t>(std::max(ASN1_STRING_length(value), 0));
    if (entry.type == GEN_DNS) {
        return {bytes, bytes + size};
    }
    return size == ipv4 ? address_of<ipv4>(bytes) : size == ipv6 ? address_of<ipv6>(bytes) : std::string{};
}

std::vector<std::string> names_in(const X509& from)
{
    const openssl_ptr<GENERAL_NAMES, GENERAL_NAMES_free> entries{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&from, NID_subject_alt_name, nullptr, nullptr))};
    std::vector<std::string> names;
    const int count = entries ? std::min(sk_GENERAL_NAME_num(entries.get()), most_names) : 0;
    for (int i = 0; i < count; ++i) {
        auto name = name_of(*sk_GENERAL_NAME_value(entries.get(), i));
        if (!name.empty()) {
            names.push_back(std::move(name));
        }
    }
    return names;
}

std::string fingerprint_of(const X509& from)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(&from, EVP_sha256(), digest.data(), &size) != 1) {
        return {};
    }
    return fmt::format("{:02X}", fmt::join(digest.begin(), digest.begin() + size, ":"));
}

}  // namespace

certificate describe(const x509_st& from)
{
    certificate told;
    told.subject = text_of(X509_get_subject_name(&from));
    told.issuer = text_of(X509_get_issuer_name(&from));
    told.names = names_in(from);
    told.valid_from = time_of(X509_get0_notBefore(&from));
    told.valid_until = time_of(X509_get0_notAfter(&from));
    told.fingerprint = fingerprint_of(from);
    return told;
}

}  // namespace ftpfs::net
