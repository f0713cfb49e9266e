#include "ftpfs/proto/pwd_path.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

std::string path_of(std::string line)
{
    return parse_pwd(reply{257, {std::move(line)}}).value().str();
}

TEST(pwd_path, reads_what_servers_say)
{
    EXPECT_EQ(path_of(R"("/" is the current directory)"), "/");
    EXPECT_EQ(path_of(R"("/home/alice" is the current directory)"), "/home/alice");
    EXPECT_EQ(path_of(R"("/home/alice")"), "/home/alice");
    EXPECT_EQ(path_of(R"(PWD "/srv" cwd)"), "/srv");
    EXPECT_EQ(path_of(R"("/a b/ c " is current directory.)"), "/a b/ c ");
    EXPECT_EQ(path_of("\"/\xe9t\xe9\""), "/\xe9t\xe9");
    EXPECT_EQ(path_of(R"("/home/alice/")"), "/home/alice");
}

TEST(pwd_path, halves_doubled_quotes)  // vsftpd, ProFTPD, pyftpdlib
{
    EXPECT_EQ(path_of(R"("/a""b" is the current directory)"), R"(/a"b)");
    EXPECT_EQ(path_of(R"("/a""""b""c")"), R"(/a""b"c)");
    EXPECT_EQ(path_of(R"("/a""" is the current directory)"), R"(/a")");
}

TEST(pwd_path, leaves_single_quotes_alone)  // Pure-FTPd, inetutils
{
    EXPECT_EQ(path_of(R"("/a"b" is your current location)"), R"(/a"b)");
    EXPECT_EQ(path_of(R"("/a"b""c")"), R"(/a"b""c)");
}

TEST(pwd_path, takes_the_first_word_where_quotes_are_missing)
{
    EXPECT_EQ(path_of("/home/alice is current"), "/home/alice");
    EXPECT_EQ(path_of("/"), "/");
}

TEST(pwd_path, finds_the_path_in_several_lines)
{
    EXPECT_EQ(parse_pwd(reply{257, {R"("/srv" is current)", "have fun"}}).value().str(), "/srv");
}

TEST(pwd_path, refuses_other_worlds)
{
    for (const char* const line : {R"("'ALICE.'" is working directory)", R"("DISK$USER:[ALICE]" is current directory)",
                                   R"("QGPL" is current library)", R"("C:\ftp")"}) {
        EXPECT_EQ(parse_pwd(reply{257, {line}}).error(), errc::unsupported) << line;
    }
}

TEST(pwd_path, refuses_nonsense)
{
    for (const char* const line : {"", "\"\"", "\"/unfinished", R"("/a/../b")", "\"/a\rb\""}) {
        EXPECT_EQ(parse_pwd(reply{257, {line}}).error(), errc::protocol_violation) << line;
    }
}

TEST(pwd_path, passes_a_refusal_on)
{
    EXPECT_EQ(parse_pwd(reply{550, {"\"/\" no"}}).error().code, make_reply_error(550));
}

}  // namespace
}  // namespace ftpfs::proto
