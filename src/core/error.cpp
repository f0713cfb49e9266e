#include "ftpfs/core/error.hpp"

#include "ftpfs/core/result.hpp"

#include <boost/throw_exception.hpp>

#include <string>

namespace ftpfs {
namespace {

const char* describe(errc value) noexcept
{
    switch (value) {
    case errc::timed_out: return "timed out";
    case errc::connection_lost: return "connection lost";
    case errc::connection_refused: return "connection refused";
    case errc::host_not_found: return "no such host";
    case errc::unreachable: return "host unreachable";
    case errc::not_an_ftp_server: return "not an FTP server";
    case errc::protocol_violation: return "the server's answer makes no sense";
    case errc::server_busy: return "the server allows no further session";
    case errc::login_refused: return "login refused";
    case errc::encryption_required: return "the server requires TLS";
    case errc::unsupported: return "not supported by the server";
    case errc::not_found: return "no such file or directory";
    case errc::permission_denied: return "permission denied";
    case errc::not_a_directory: return "not a directory";
    case errc::is_a_directory: return "is a directory";
    case errc::already_exists: return "already exists";
    case errc::not_empty: return "directory not empty";
    case errc::invalid_name: return "a name FTP cannot carry";
    case errc::not_in_charset: return "a name that the server's charset cannot express";
    case errc::name_too_long: return "name too long";
    case errc::version_changed: return "the file changed on the server while it was being read";
    case errc::truncated: return "the transfer ended early";
    case errc::read_only: return "read-only";
    case errc::no_space: return "no space left on the server";
    case errc::quota_exceeded: return "quota exceeded on the server";
    case errc::busy: return "busy";
    case errc::no_such_attribute: return "no such attribute";
    case errc::cancelled: return "interrupted";
    case errc::shutting_down: return "the mount is going away";
    case errc::io_failure: return "input/output error";
    }
    return "unknown error";
}

class client_category_type final : public error_category {
public:
    const char* name() const noexcept override { return "ftpfs"; }
    std::string message(int value) const override { return describe(static_cast<errc>(value)); }
};

class reply_category_type final : public error_category {
public:
    const char* name() const noexcept override { return "ftp reply"; }
    std::string message(int value) const override { return "reply " + std::to_string(value); }
};

}  // namespace

const error_category& client_category() noexcept
{
    static const client_category_type category;
    return category;
}

const error_category& reply_category() noexcept
{
    static const reply_category_type category;
    return category;
}

error_code make_error_code(errc value) noexcept
{
    return {static_cast<int>(value), client_category()};
}

error_code make_reply_error(int reply_code) noexcept
{
    return {reply_code, reply_category()};
}

std::string to_string(const failure& why)
{
    if (why.detail.empty()) {
        return why.code.message();
    }
    if (why.code.category() == reply_category()) {
        return why.detail;
    }
    return why.code.message() + " (" + why.detail + ")";
}

bool retryable(const failure& why) noexcept
{
    if (why.code.category() == reply_category()) {
        return why.code.value() == 421 || why.code.value() == 425 || why.code.value() == 426;
    }
    return why == errc::connection_lost || why == errc::protocol_violation;
}

bool session_is_lost(const failure& why) noexcept
{
    if (why.code.category() == reply_category()) {
        return why.code.value() == 421;
    }
    return why == errc::connection_lost || why == errc::timed_out || why == errc::protocol_violation ||
           why == errc::cancelled || why == errc::shutting_down;
}

void throw_exception_from_error(const failure& why, const boost::source_location& where)
{
    boost::throw_exception(boost::system::system_error{why.code, why.detail}, where);
}

}  // namespace ftpfs
