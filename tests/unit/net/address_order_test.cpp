#include "ftpfs/net/address_order.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ftpfs::net {
namespace {

std::vector<boost::asio::ip::address> addresses(const std::vector<const char*>& texts)
{
    std::vector<boost::asio::ip::address> all;
    for (const auto* text : texts) {
        all.push_back(boost::asio::ip::make_address(text));
    }
    return all;
}

TEST(address_order, alternates_the_families_and_begins_with_the_first)
{
    EXPECT_EQ(alternate_families(addresses({"::1", "::2", "::3", "10.0.0.1", "10.0.0.2"})),
              addresses({"::1", "10.0.0.1", "::2", "10.0.0.2", "::3"}));
    EXPECT_EQ(alternate_families(addresses({"10.0.0.1", "10.0.0.2", "::1"})),
              addresses({"10.0.0.1", "::1", "10.0.0.2"}));
}

TEST(address_order, keeps_the_order_within_a_family_and_drops_duplicates)
{
    EXPECT_EQ(alternate_families(addresses({"10.0.0.2", "10.0.0.1", "10.0.0.2"})), addresses({"10.0.0.2", "10.0.0.1"}));
}

TEST(address_order, makes_nothing_of_nothing)
{
    EXPECT_TRUE(alternate_families({}).empty());
}

}  // namespace
}  // namespace ftpfs::net
