#include "ftpfs/ftp/armed_data.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace ftpfs::ftp {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

class armed_data_test : public testing::Test {
protected:
    data_link under_way()
    {
        const auto here = asio::ip::make_address("127.0.0.1");
        auto connection = std::make_unique<net::connecting>(
            loop.get_executor(), here, std::vector<net::endpoint>(1, listener.local_endpoint()), 10s);
        return data_link{std::move(connection), data_ladder{config{}, server_profile{}, false}, std::nullopt,
                         std::vector(1, data_host{})};
    }

    // Connected, and accepted by `peer`.
    data_link connected()
    {
        auto link = under_way();
        peer = listener.accept();
        loop.run();
        loop.restart();
        return link;
    }

    asio::io_context loop;
    tcp::acceptor listener{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    tcp::socket peer{loop};
    armed_data armed;
    armed_data::time_point start{1000s};
};

TEST_F(armed_data_test, has_nothing_at_first)
{
    EXPECT_FALSE(armed.ready(start));
    EXPECT_FALSE(armed.take(start));
    EXPECT_EQ(armed.lapses_at(), armed_data::time_point::max());
}

TEST_F(armed_data_test, hands_out_what_it_has_once)
{
    armed.arm(connected(), start);
    EXPECT_TRUE(armed.ready(start + 19s));
    EXPECT_TRUE(armed.take(start + 19s));
    EXPECT_FALSE(armed.take(start + 19s));
}

TEST_F(armed_data_test, keeps_it_for_20_s)
{
    armed.arm(connected(), start);
    EXPECT_EQ(armed.lapses_at(), start + 20s);
    armed.lapse(start + 19s);
    EXPECT_TRUE(armed.ready(start + 19s));
    EXPECT_FALSE(armed.ready(start + 20s));
    EXPECT_FALSE(armed.take(start + 20s));
}

TEST_F(armed_data_test, closes_it_when_it_lapses)
{
    armed.arm(connected(), start);
    armed.lapse(start + 20s);
    EXPECT_EQ(armed.lapses_at(), armed_data::time_point::max());
    char byte = 0;
    error_code error;
    peer.read_some(asio::buffer(&byte, 1), error);
    EXPECT_EQ(error, asio::error::eof);
}

TEST_F(armed_data_test, does_not_hand_out_what_the_server_closed)
{
    armed.arm(connected(), start);
    peer.close();
    EXPECT_FALSE(armed.ready(start));
    EXPECT_FALSE(armed.take(start));
}

TEST_F(armed_data_test, does_not_hand_out_what_something_came_on)
{
    armed.arm(connected(), start);
    asio::write(peer, asio::buffer("x", 1));
    EXPECT_FALSE(armed.take(start));
}

TEST_F(armed_data_test, hands_out_what_is_still_on_its_way)
{
    armed.arm(under_way(), start);
    EXPECT_TRUE(armed.take(start));
}

}  // namespace
}  // namespace ftpfs::ftp
