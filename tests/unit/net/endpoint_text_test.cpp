#include "ftpfs/net/endpoint_text.hpp"

#include <gtest/gtest.h>

namespace ftpfs::net {
namespace {

TEST(endpoint_text, puts_ipv6_into_brackets)
{
    EXPECT_EQ(to_string(endpoint{boost::asio::ip::make_address("192.0.2.1"), 21}), "192.0.2.1:21");
    EXPECT_EQ(to_string(endpoint{boost::asio::ip::make_address("2001:db8::1"), 21}), "[2001:db8::1]:21");
}

}  // namespace
}  // namespace ftpfs::net
