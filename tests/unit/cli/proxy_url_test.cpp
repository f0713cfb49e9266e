#include "ftpfs/cli/proxy_url.hpp"

#include <gmock/gmock.h>

#include <string>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(proxy_url, is_taken_apart)
{
    const auto socks = parse_proxy("socks5://pat:p%40ss%2C@proxy.example:1081").value();
    EXPECT_EQ(socks.kind, net::proxy_kind::socks5);
    EXPECT_EQ(socks.host, "proxy.example");
    EXPECT_EQ(socks.port, 1081);
    EXPECT_EQ(socks.user, "pat");
    EXPECT_EQ(socks.password.reveal(), "p@ss,");
    const auto http = parse_proxy("http://[2001:db8::1]:3128/").value();
    EXPECT_EQ(http.kind, net::proxy_kind::http);
    EXPECT_EQ(http.host, "2001:db8::1");
    EXPECT_EQ(http.port, 3128);
    EXPECT_EQ(http.user, "");
    EXPECT_EQ(parse_proxy("socks5h://192.0.2.1").value().port, 1080);
}

TEST(proxy_url, says_what_is_wrong_without_the_password)
{
    struct row {
        std::string url;
        std::string words;
    };
    for (const auto& [url, words] : {
             row{"proxy:1080", "a proxy is socks5:// or http://"},
             row{"https://u:hunter2@proxy:443", "a proxy is socks5:// or http://"},
             row{"socks5://u:hun ter2@proxy", "special characters as %XX"},
             row{"http://u:hunter2@proxy", "the port of the proxy is missing"},
             row{"socks5://u:hunter2@:1080", "the host of the proxy is missing"},
             row{"socks5://u:hunter2@proxy/path", "a proxy has no path"},
             row{"socks5://u:hunter2%0A@proxy", "cannot be sent"},
             row{"socks5://u:hunter2" + std::string(300, 'x') + "@proxy", "more than 255 bytes"},
             row{"http://u%3Ax:hunter2@proxy:80", "a user with a colon"},
         }) {
        const auto parsed = parse_proxy(url);
        ASSERT_FALSE(parsed) << url;
        EXPECT_THAT(parsed.error().message, HasSubstr(words)) << url;
        EXPECT_THAT(parsed.error().message, Not(HasSubstr("ter2"))) << url;
    }
}

}  // namespace
}  // namespace ftpfs::cli
