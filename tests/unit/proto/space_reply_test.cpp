#include "ftpfs/proto/space_reply.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

std::optional<std::uint64_t> space_in(int code, std::string line)
{
    return parse_space_reply(reply{code, {std::move(line)}});
}

TEST(space_reply, reads_the_number_of_a_213)
{
    EXPECT_EQ(space_in(213, "123456789012"), 123456789012U);
    EXPECT_EQ(space_in(213, "Available bytes: 0"), 0U);
}

TEST(space_reply, refuses_what_is_no_space)
{
    EXPECT_EQ(space_in(213, ""), std::nullopt);
    EXPECT_EQ(space_in(213, "plenty"), std::nullopt);
    EXPECT_EQ(space_in(213, "-1"), std::nullopt);
    EXPECT_EQ(space_in(213, "18446744073709551616"), std::nullopt);
    EXPECT_EQ(space_in(250, "17"), std::nullopt);
}

}  // namespace
}  // namespace ftpfs::proto
