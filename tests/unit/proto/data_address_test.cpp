#include "ftpfs/proto/data_address.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using host = std::array<std::uint8_t, 4>;

data_address extended(std::string line)
{
    return parse_data_address(reply{229, {std::move(line)}}).value();
}

data_address classic(std::string line)
{
    return parse_data_address(reply{227, {std::move(line)}}).value();
}

TEST(data_address, reads_every_form_of_229)
{
    for (const char* const line :
         {"Entering Extended Passive Mode (|||4127|)", "Extended Passive mode OK (|||4127|)", "(!!!4127!)",
          "(~~~4127~)", "Entering (||4127|)", "Entering Extended Passive Mode |||4127|.", "EPSV ok (|2|::1|4127|)",
          "(|1|192.0.2.1|4127|)", "Entering Extended Passive Mode (EPSV) (|||4127|)", "(|||4127|", "4127",
          "Entering Extended Passive Mode (|||4127|) until 2030"}) {
        EXPECT_EQ(extended(line), (data_address{std::nullopt, 4127})) << line;
    }
    EXPECT_EQ(extended("(|||65535|)").port, 65535);
    EXPECT_EQ(extended("(|||1|)").port, 1);
}

TEST(data_address, reads_every_form_of_227)
{
    const data_address expected{host{192, 0, 2, 1}, 4 * 256 + 18};
    for (const char* const line :
         {"Entering Passive Mode (192,0,2,1,4,18).", "Entering Passive Mode 192,0,2,1,4,18", "=192,0,2,1,4,18",
          "Entering Passive Mode. 192, 0, 2, 1, 4, 18", "(192 ,0 ,2 ,1 ,4 ,18)", "Version 2 Passive (192,0,2,1,4,18)",
          "Entering Passive Mode (192,0,2,001,4,18)"}) {
        EXPECT_EQ(classic(line), expected) << line;
    }
    EXPECT_EQ(classic("PASV ok (0,0,0,0,255,255)"), (data_address{host{0, 0, 0, 0}, 65535}));
}

TEST(data_address, looks_into_the_last_line)
{
    EXPECT_EQ(parse_data_address(reply{227, {"1,2,3,4,5,6", "Passive (192,0,2,1,4,18)"}}).value().host,
              (host{192, 0, 2, 1}));
    EXPECT_EQ(parse_data_address(reply{229, {"(|||1|)", "(|||4127|)"}}).value().port, 4127);
}

TEST(data_address, refuses_what_is_no_address)
{
    for (const char* const line :
         {"", "Entering Extended Passive Mode", "(|||0|)", "(|||65536|)", "(|||99999999999|)", "()", "(||||)"}) {
        EXPECT_EQ(parse_data_address(reply{229, {line}}).error(), errc::protocol_violation) << line;
    }
    for (const char* const line : {"", "(1,2,3,4,5)", "(1,2,3,4,5,256)", "(256,2,3,4,5,6)", "(1,2,3,4,0,0)",
                                   "1.2.3.4.5.6", "(1,2,3,4,,6)", "(1,2,3,4,5,-6)", "1,2,3,4,5,"}) {
        EXPECT_EQ(parse_data_address(reply{227, {line}}).error(), errc::protocol_violation) << line;
    }
}

TEST(data_address, passes_a_refusal_on)
{
    EXPECT_EQ(parse_data_address(reply{500, {"EPSV not understood (|||4127|)"}}).error().code, make_reply_error(500));
    EXPECT_EQ(parse_data_address(reply{228, {"(1,2,3,4,5,6)"}}).error().code, make_reply_error(228));
}

}  // namespace
}  // namespace ftpfs::proto
