#include "ftpfs/cli/failure_report.hpp"

#include <gmock/gmock.h>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

ftp::config example()
{
    ftp::config settings;
    settings.host = "ftp.example.org";
    settings.user = "alice";
    settings.password = secret{"geheim"};
    settings.root = *remote_path::make("/pub");
    return settings;
}

TEST(failure_report, gives_each_cause_a_status_and_words)
{
    struct row {
        failure why;
        exit_status status;
        std::string_view words;
    };
    const std::vector<row> rows{
        {errc::host_not_found, exit_status::host_not_found, "no such host: ftp.example.org"},
        {errc::connection_refused, exit_status::cannot_connect,
         "cannot connect to ftp.example.org: connection refused"},
        {errc::unreachable, exit_status::cannot_connect, "host unreachable"},
        {errc::timed_out, exit_status::cannot_connect, "timed out"},
        {errc::connection_lost, exit_status::cannot_connect, "connection lost"},
        {errc::not_an_ftp_server, exit_status::not_an_ftp_server, "is not an FTP server"},
        {failure{errc::login_refused, "530 Login incorrect."}, exit_status::login_refused,
         "login refused by ftp.example.org for user \"alice\" (530 Login incorrect.): check user and password; see "
         "credentials= in ftpfs(1)"},
        {errc::not_found, exit_status::no_such_directory, "/pub below the login directory on ftp.example.org"},
        {errc::not_a_directory, exit_status::no_such_directory, "not a directory"},
        {errc::permission_denied, exit_status::no_such_directory, "permission denied"},
        {errc::server_busy, exit_status::server_busy, "try again later"},
        {errc::encryption_required, exit_status::tls_wanted, "wants TLS"},
        {errc::io_failure, exit_status::other, "ftpfs -d"},
        {failure{make_reply_error(421), "421 Too many"}, exit_status::server_busy, "(421 Too many)"},
        {failure{make_reply_error(530), "530 No"}, exit_status::login_refused, "(530 No)"},
        {failure{make_reply_error(550), "550 No"}, exit_status::no_such_directory, "550 No"},
        {failure{make_reply_error(500), "500 What?"}, exit_status::other, "500 What?"},
    };
    for (const auto& [why, status, words] : rows) {
        const auto told = explain_connection(why, example());
        EXPECT_EQ(told.status, status) << told.message;
        EXPECT_THAT(told.message, HasSubstr(words));
        EXPECT_THAT(told.message, Not(HasSubstr("geheim")));
    }
}

TEST(failure_report, tells_data_connections_from_the_login)
{
    const auto said = explain_connection(
        failure{errc::timed_out, "/: data connection: connect 10.0.0.5:50000: timed out"}, example());
    EXPECT_EQ(said.status, exit_status::cannot_connect);
    EXPECT_EQ(said.message, "ftp.example.org takes the login, but no connection for data comes about (/: data "
                            "connection: connect 10.0.0.5:50000: timed out)");
}

TEST(failure_report, names_the_port_and_the_brackets_that_were_used)
{
    auto settings = example();
    settings.host = "::1";
    settings.port = 2121;
    EXPECT_THAT(explain_connection(errc::connection_refused, settings).message, HasSubstr("[::1]:2121"));
}

TEST(failure_report, makes_a_servers_words_safe_for_a_terminal)
{
    const auto told = explain_connection({errc::login_refused, "530 \x1b[2J\xff"}, example());
    EXPECT_THAT(told.message, HasSubstr("530 \\x1b[2J\\xff"));
}

TEST(failure_report, tells_mount_points_from_fuse)
{
    fuse::config settings;
    settings.mount_point = "/mnt";
    EXPECT_EQ(explain_mount(errc::not_found, settings).status, exit_status::no_mount_point);
    EXPECT_EQ(explain_mount(errc::not_a_directory, settings).status, exit_status::no_mount_point);
    EXPECT_EQ(explain_mount(errc::busy, settings).status, exit_status::mount_point_busy);
    EXPECT_EQ(explain_mount(errc::permission_denied, settings).status, exit_status::fuse_unavailable);
    EXPECT_EQ(explain_mount(errc::unsupported, settings).status, exit_status::fuse_unavailable);
    EXPECT_THAT(explain_mount(errc::io_failure, settings).message, HasSubstr("/mnt"));
    EXPECT_EQ(explain_mount({errc::busy, "the words of fuse"}, settings).message, "the words of fuse");
}

}  // namespace
}  // namespace ftpfs::cli
