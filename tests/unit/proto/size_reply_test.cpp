#include "ftpfs/proto/size_reply.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

std::optional<std::uint64_t> size_in(std::string line)
{
    return parse_size_reply(reply{213, {std::move(line)}});
}

TEST(size_reply, reads_the_last_number_of_the_line)
{
    EXPECT_EQ(size_in("48213"), 48213U);
    EXPECT_EQ(size_in(" 0 "), 0U);
    EXPECT_EQ(size_in("18446744073709551615"), 18446744073709551615U);
    EXPECT_EQ(size_in("File size of report2.txt is 48213 bytes."), 48213U);
}

TEST(size_reply, refuses_what_is_no_size)
{
    EXPECT_EQ(size_in(""), std::nullopt);
    EXPECT_EQ(size_in("none"), std::nullopt);
    EXPECT_EQ(size_in("-1"), std::nullopt);
    EXPECT_EQ(size_in("18446744073709551616"), std::nullopt);
    EXPECT_EQ(parse_size_reply(reply{550, {"48213"}}), std::nullopt);
    EXPECT_EQ(parse_size_reply(reply{213, {"dir", "48213"}}), std::nullopt) << "IIS about a directory";
}

}  // namespace
}  // namespace ftpfs::proto
