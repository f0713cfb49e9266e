#include "ftpfs/proto/command.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using namespace std::string_literals;

TEST(command, ends_its_line_with_crlf)
{
    EXPECT_EQ(command::make("RETR", "/a b").value().wire(), "RETR /a b\r\n");
    EXPECT_EQ(command::make("PWD").value().wire(), "PWD\r\n");
    EXPECT_EQ(command::bare("TYPE I").wire(), "TYPE I\r\n");
    EXPECT_EQ(command::with_number("REST", 18446744073709551615U).wire(), "REST 18446744073709551615\r\n");
}

TEST(command, keeps_every_other_byte_of_its_argument)
{
    EXPECT_EQ(command::make("CWD", " \xff\t*[x] ").value().wire(), "CWD  \xff\t*[x] \r\n");
}

TEST(command, refuses_what_would_end_the_line)
{
    for (const auto& argument : {"a\rb"s, "a\nb"s, "a\0b"s, "a\r\nDELE b"s}) {
        EXPECT_EQ(command::make("RETR", argument).error(), errc::invalid_name);
    }
}

TEST(command, refuses_a_line_that_servers_do_not_take)
{
    const std::string longest(command::longest_line - "RETR \r\n"s.size(), 'x');
    EXPECT_EQ(command::make("RETR", longest).value().wire().size(), command::longest_line);
    EXPECT_EQ(command::make("RETR", longest + 'x').error(), errc::name_too_long);
}

TEST(command, hides_a_secret_argument_from_the_log_only)
{
    const auto pass = command::make("PASS", "hunter2").value();
    EXPECT_TRUE(pass.is_secret());
    EXPECT_EQ(pass.for_log(), "PASS ****");
    EXPECT_EQ(pass.wire(), "PASS hunter2\r\n");
    EXPECT_EQ(command::make("ACCT", "hunter2").value().for_log(), "ACCT ****");
    EXPECT_EQ(command::make("PASS").value().for_log(), "PASS ****");
}

TEST(command, does_not_quote_a_refused_password)
{
    const auto refused = command::make("PASS", "hunter2\n").error();
    EXPECT_EQ(refused.detail.find("hunter2"), std::string::npos);
}

TEST(command, shows_other_commands_printably)
{
    const auto retr = command::make("RETR", "a\x1b[2J").value();
    EXPECT_FALSE(retr.is_secret());
    EXPECT_EQ(retr.verb(), "RETR");
    EXPECT_EQ(retr.for_log(), "RETR a\\x1b[2J");
    EXPECT_EQ(command::bare("OPTS UTF8 ON").verb(), "OPTS");
    EXPECT_EQ(command::bare("OPTS UTF8 ON").argument(), "UTF8 ON");
    EXPECT_EQ(retr.argument(), "a\x1b[2J");
    EXPECT_EQ(command::bare("NOOP").argument(), "");
}

TEST(command, can_be_copied_and_moved)
{
    auto original = command::make("CWD", "/a").value();
    const auto copy = original;
    const auto moved = std::move(original);
    EXPECT_EQ(copy.wire(), moved.wire());
    EXPECT_EQ(moved.verb(), "CWD");
}

}  // namespace
}  // namespace ftpfs::proto
