#include "ftpfs/core/errno.hpp"

#include <cerrno>

namespace ftpfs {
namespace {

int from_client(errc value) noexcept
{
    switch (value) {
    case errc::timed_out: return ETIMEDOUT;
    case errc::connection_refused: return ECONNREFUSED;
    case errc::host_not_found:
    case errc::unreachable: return EHOSTUNREACH;
    case errc::server_busy: return EAGAIN;
    case errc::login_refused:
    case errc::encryption_required:
    case errc::permission_denied: return EACCES;
    case errc::not_an_ftp_server:
    case errc::protocol_violation: return EPROTO;
    case errc::unsupported: return EOPNOTSUPP;
    case errc::not_found: return ENOENT;
    case errc::not_a_directory: return ENOTDIR;
    case errc::is_a_directory: return EISDIR;
    case errc::already_exists: return EEXIST;
    case errc::not_empty: return ENOTEMPTY;
    case errc::invalid_name: return EINVAL;
    case errc::not_in_charset: return EILSEQ;
    case errc::name_too_long: return ENAMETOOLONG;
    case errc::version_changed: return ESTALE;
    case errc::read_only: return EROFS;
    case errc::no_space: return ENOSPC;
    case errc::quota_exceeded: return EDQUOT;
    case errc::busy: return EBUSY;
    case errc::no_such_attribute: return ENODATA;
    case errc::cancelled: return EINTR;
    case errc::connection_lost:
    case errc::truncated:
    case errc::shutting_down:
    case errc::io_failure: return EIO;
    }
    return EIO;
}

bool names_an_existing_object(operation what) noexcept
{
    switch (what) {
    case operation::lookup:
    case operation::stat:
    case operation::list:
    case operation::read_link:
    case operation::open:
    case operation::read: return true;
    default: return false;
    }
}

int from_reply(int code, operation what) noexcept
{
    switch (code) {
    case 332:
    case 430:
    case 530:
    case 532: return EACCES;
    case 521:
    case 522:
    case 534: return EACCES;
    case 450: return names_an_existing_object(what) ? ENOENT : EBUSY;
    case 452: return ENOSPC;
    case 552: return ENOSPC;
    case 500:
    case 502:
    case 504: return EOPNOTSUPP;
    case 501: return EINVAL;
    case 550: return names_an_existing_object(what) ? ENOENT : EACCES;
    case 553: return EACCES;
    default: return EIO;
    }
}

}  // namespace

int to_errno(const failure& why, operation what) noexcept
{
    if (why.code.category() == client_category()) {
        return from_client(static_cast<errc>(why.code.value()));
    }
    if (why.code.category() == reply_category()) {
        return from_reply(why.code.value(), what);
    }
    if (why.code.category() == boost::system::system_category() && why.code.value() > 0) {
        return why.code.value();
    }
    return EIO;
}

}  // namespace ftpfs
