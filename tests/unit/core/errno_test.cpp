#include "ftpfs/core/errno.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace ftpfs {
namespace {

constexpr operation operations[] = {operation::lookup,
                                    operation::stat,
                                    operation::list,
                                    operation::read_link,
                                    operation::open,
                                    operation::read,
                                    operation::write,
                                    operation::create,
                                    operation::remove,
                                    operation::make_directory,
                                    operation::remove_directory,
                                    operation::rename,
                                    operation::set_attributes,
                                    operation::extended_attributes,
                                    operation::mount};

struct client_row {
    errc value;
    int number;
};

constexpr client_row client_rows[] = {
    {errc::timed_out, ETIMEDOUT},
    {errc::connection_lost, EIO},
    {errc::connection_refused, ECONNREFUSED},
    {errc::host_not_found, EHOSTUNREACH},
    {errc::unreachable, EHOSTUNREACH},
    {errc::not_an_ftp_server, EPROTO},
    {errc::protocol_violation, EPROTO},
    {errc::server_busy, EAGAIN},
    {errc::login_refused, EACCES},
    {errc::encryption_required, EACCES},
    {errc::unsupported, EOPNOTSUPP},
    {errc::not_found, ENOENT},
    {errc::permission_denied, EACCES},
    {errc::not_a_directory, ENOTDIR},
    {errc::is_a_directory, EISDIR},
    {errc::already_exists, EEXIST},
    {errc::not_empty, ENOTEMPTY},
    {errc::invalid_name, EINVAL},
    {errc::not_in_charset, EILSEQ},
    {errc::name_too_long, ENAMETOOLONG},
    {errc::version_changed, ESTALE},
    {errc::truncated, EIO},
    {errc::read_only, EROFS},
    {errc::no_space, ENOSPC},
    {errc::quota_exceeded, EDQUOT},
    {errc::busy, EBUSY},
    {errc::no_such_attribute, ENODATA},
    {errc::cancelled, EINTR},
    {errc::shutting_down, EIO},
    {errc::io_failure, EIO},
};

TEST(errno_table, gives_each_of_our_errors_one_number)
{
    EXPECT_EQ(std::size(client_rows), static_cast<std::size_t>(errc::io_failure)) << "a row for every errc";
    for (const auto& row : client_rows) {
        for (const auto what : operations) {
            EXPECT_EQ(to_errno(failure{row.value}, what), row.number) << static_cast<int>(row.value);
        }
    }
}

struct reply_row {
    int code;
    operation what;
    int number;
};

constexpr reply_row reply_rows[] = {
    {550, operation::lookup, ENOENT},     {550, operation::read, ENOENT},     {550, operation::open, ENOENT},
    {550, operation::remove, EACCES},     {550, operation::rename, EACCES},   {450, operation::list, ENOENT},
    {450, operation::remove, EBUSY},      {530, operation::read, EACCES},     {532, operation::read, EACCES},
    {534, operation::read, EACCES},       {522, operation::read, EACCES},     {452, operation::write, ENOSPC},
    {552, operation::write, ENOSPC},      {553, operation::create, EACCES},   {500, operation::rename, EOPNOTSUPP},
    {502, operation::rename, EOPNOTSUPP}, {504, operation::read, EOPNOTSUPP}, {501, operation::read, EINVAL},
    {421, operation::read, EIO},          {426, operation::read, EIO},        {451, operation::read, EIO},
    {551, operation::read, EIO},          {631, operation::read, EIO},
};

TEST(errno_table, reads_a_reply_code_in_the_light_of_the_operation)
{
    for (const auto& row : reply_rows) {
        EXPECT_EQ(to_errno(failure{make_reply_error(row.code)}, row.what), row.number) << row.code;
    }
}

TEST(errno_table, always_gives_a_positive_number)
{
    for (int code = 0; code < 700; ++code) {
        for (const auto what : operations) {
            EXPECT_GT(to_errno(failure{make_reply_error(code)}, what), 0) << code;
        }
    }
    EXPECT_EQ(to_errno(failure{}, operation::read), EIO);
}

TEST(errno_table, passes_the_system_s_own_errors_through)
{
    EXPECT_EQ(to_errno(failure{error_code{ENOSPC, boost::system::system_category()}}, operation::write), ENOSPC);
}

}  // namespace
}  // namespace ftpfs
