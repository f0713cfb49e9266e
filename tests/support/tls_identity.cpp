#include "support/tls_identity.hpp"

#include <boost/asio/buffer.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace ftpfs::test {
namespace {

template <auto Free>
struct freed {
    void operator()(auto* what) const { Free(what); }
};

using key_ptr = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed<X509_free>>;
using memory_ptr = std::unique_ptr<BIO, freed<BIO_free>>;

std::string content(const memory_ptr& memory)
{
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

void add_names(X509* to, const std::vector<std::string>& names)
{
    std::string all;
    for (const auto& name : names) {
        all += (all.empty() ? "" : ",") + name;
    }
    using extension_ptr = std::unique_ptr<X509_EXTENSION, freed<X509_EXTENSION_free>>;
    const extension_ptr extension{X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, all.c_str())};
    if (!extension || X509_add_ext(to, extension.get(), -1) != 1) {
        throw std::invalid_argument{"names of a certificate: " + all};
    }
}

}  // namespace

tls_identity::tls_identity(const std::string& common_name, const std::vector<std::string>& names,
                           std::chrono::hours from_now)
{
    constexpr std::chrono::seconds two_days = std::chrono::hours{48};
    const key_ptr pair{EVP_EC_gen("P-256")};
    const certificate_ptr made{X509_new()};
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -two_days.count());
    X509_gmtime_adj(X509_getm_notAfter(made.get()), std::chrono::seconds{from_now}.count());
    auto* const subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made.get(), subject);
    X509_set_pubkey(made.get(), pair.get());
    if (!names.empty()) {
        add_names(made.get(), names);
    }
    X509_sign(made.get(), pair.get(), EVP_sha256());

    const memory_ptr key_text{BIO_new(BIO_s_mem())};
    PEM_write_bio_PrivateKey(key_text.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
    key = content(key_text);
    const memory_ptr certificate_text{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(certificate_text.get(), made.get());
    certificate = content(certificate_text);
}

boost::asio::ssl::context tls_identity::server() const
{
    boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
    context.use_certificate(boost::asio::buffer(certificate), boost::asio::ssl::context::pem);
    context.use_private_key(boost::asio::buffer(key), boost::asio::ssl::context::pem);
    return context;
}

}  // namespace ftpfs::test
