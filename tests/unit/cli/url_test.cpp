#include "ftpfs/cli/url.hpp"

#include <gmock/gmock.h>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

remote_address parsed(std::string_view text)
{
    auto address = parse_url(text);
    EXPECT_TRUE(address) << text << ": " << (address ? "" : address.error().message);
    return address ? *address : remote_address{};
}

problem refused(std::string_view text)
{
    const auto address = parse_url(text);
    EXPECT_FALSE(address) << text;
    return address ? problem{} : address.error();
}

TEST(url, gives_host_port_user_and_password)
{
    const auto address = parsed("ftp://alice:s3cret@ftp.example.org:2121/pub/docs");
    EXPECT_EQ(address.host, "ftp.example.org");
    EXPECT_EQ(address.port, 2121);
    EXPECT_EQ(address.user, "alice");
    EXPECT_EQ(address.password, secret{"s3cret"});
    EXPECT_EQ(address.path.str(), "/pub/docs");
    EXPECT_FALSE(address.path_is_absolute);
}

TEST(url, has_defaults_for_all_but_the_host)
{
    for (const auto* text : {"ftp://host", "ftp://host/", "FTP://host", "ftp://host:/"}) {
        const auto address = parsed(text);
        EXPECT_EQ(address.host, "host") << text;
        EXPECT_EQ(address.port, 21) << text;
        EXPECT_EQ(address.user, std::nullopt) << text;
        EXPECT_EQ(address.password, std::nullopt) << text;
        EXPECT_TRUE(address.path.is_root()) << text;
        EXPECT_FALSE(address.path_is_absolute) << text;
    }
}

TEST(url, path_is_below_the_login_directory_unless_it_says_otherwise)
{
    struct row {
        std::string_view text;
        std::string_view path;
        bool absolute;
    };
    constexpr std::array rows{
        row{"ftp://h/a/b", "/a/b", false},
        row{"ftp://h/a/b/", "/a/b", false},
        row{"ftp://h//a/b", "/a/b", true},
        row{"ftp://h/%2Fa/b", "/a/b", true},
        row{"ftp://h/%2fa", "/a", true},
        row{"ftp://h//", "/", true},
        row{"ftp://h/%2F", "/", true},
        row{"ftp://h/a//b/./c", "/a/b/c", false},
        row{"ftp://h/%20x%25y%23", "/ x%y#", false},
        row{"ftp://h/ü", "/ü", false},
        row{"ftp://h/a@b:c;d=e,f'(g)*!$&+", "/a@b:c;d=e,f'(g)*!$&+", false},
        row{"ftp://h/~user", "/~user", false},
        row{"ftp://h/%FF", "/\xff", false},
    };
    for (const auto& [text, path, absolute] : rows) {
        const auto address = parsed(text);
        EXPECT_EQ(address.path.str(), path) << text;
        EXPECT_EQ(address.path_is_absolute, absolute) << text;
    }
}

TEST(url, parts_are_percent_decoded)
{
    const auto address = parsed("ftp://us%20er%40host%3A1:p%3Aa%40s%2Fs%20%2541%23%3F%C3%BC@127.0.0.1:2121/");
    EXPECT_EQ(address.user, "us er@host:1");
    EXPECT_EQ(address.password, secret{"p:a@s/s %41#?ü"});
    EXPECT_EQ(address.host, "127.0.0.1");
}

TEST(url, password_may_be_empty_or_have_colons)
{
    EXPECT_EQ(parsed("ftp://alice:@h/").password, secret{""});
    EXPECT_EQ(parsed("ftp://alice@h/").password, std::nullopt);
    EXPECT_EQ(parsed("ftp://alice:a:b:c@h/").password, secret{"a:b:c"});
}

TEST(url, takes_ipv6_addresses_in_brackets)
{
    EXPECT_EQ(parsed("ftp://[::1]/").host, "::1");
    EXPECT_EQ(parsed("ftp://u:p@[2001:db8::7]:2121/x").host, "2001:db8::7");
    EXPECT_EQ(parsed("ftp://u:p@[2001:db8::7]:2121/x").port, 2121);
    EXPECT_EQ(parsed("ftp://[fe80::1%25eth0]/").host, "fe80::1%eth0");
}

TEST(url, refusals_say_what_to_write)
{
    struct row {
        std::string_view text;
        std::string_view words;
    };
    constexpr std::array rows{
        row{"ftp.example.org", "write ftp://HOST/PATH"},
        row{"host:/path", "write ftp://HOST/PATH"},
        row{"", "not a URL"},
        row{"http://h/", "does not know http://"},
        row{"sftp://h/", "does not know sftp://"},
        row{"ftp:///x", "the host is missing"},
        row{"ftp://u:p@/x", "the host is missing"},
        row{"ftp://:21/x", "the host is missing"},
        row{"ftp://@h/", "the user is missing"},
        row{"ftp://h:99999/", "port"},
        row{"ftp://h:0/", "port"},
        row{"ftp://h:2x/", "port"},
        row{"ftp://h/a#b", "the character \"#\" must be written as %23"},
        row{"ftp://h/a?b", "the character \"?\" must be written as %3F"},
        row{"ftp://h/a b", "a space must be written as %20"},
        row{"ftp://h/a{b", "must be written as %7B"},
        row{"ftp://h/%zz", "a percent sign must be written as %25"},
        row{"ftp://h/50%", "a percent sign must be written as %25"},
        row{"ftp://u:p@ss@h/", "write the others as %40"},
        row{"ftp://u:pa/ss@h/", "a slash in a password must be written as %2F"},
        row{"ftp://2001:db8::1/", "needs brackets"},
        row{"ftp://[::1/", "needs brackets"},
        row{"ftp://[no address]/", "a space"},
        row{"ftp://[::x]/", "not a valid URL"},
        row{"ftp://h/%0d%0aDELE", "line breaks and NUL"},
        row{"ftp://h/a%00b", "line breaks and NUL"},
        row{"ftp://u%0Ax@h/", "line breaks and NUL"},
        row{"ftp://u:p%0Dx@h/", "line breaks and NUL"},
        row{"ftp://h/a/../b", "\"..\""},
        row{"ftp://h/%2E%2E", "\"..\""},
        row{"ftp://h%20x/", "not a name or an address"},
    };
    for (const auto& [text, words] : rows) {
        const auto why = refused(text);
        EXPECT_THAT(why.message, HasSubstr(words)) << text;
        EXPECT_EQ(why.status, exit_status::usage) << text;
    }
}

TEST(url, tls_is_refused_rather_than_downgraded)
{
    for (const auto* text : {"ftps://u:geheim@h/", "ftpes://u:geheim@h/", "FTPS://u:geheim@h/"}) {
        const auto why = refused(text);
        EXPECT_EQ(why.status, exit_status::tls_wanted);
        EXPECT_THAT(why.message, HasSubstr("does not speak TLS yet"));
        EXPECT_THAT(why.message, Not(HasSubstr("geheim")));
    }
}

TEST(url, no_refusal_shows_the_password)
{
    // Each is wrong in another place, and each holds the same password.
    for (const auto* text : {
             "ftp://u:geheim@h/a b",
             "ftp://u:geheim#@h/",
             "ftp://u:geheim?@h/",
             "ftp://u:geheim/x@h/",
             "ftp://u:geheim@x@h/",
             "ftp://u:x@geheim@h/",
             "ftp://u:geheim%zz@h/",
             "ftp://u:geheim@h:bad/",
             "ftp://u:geheim@[::1/",
             "http://u:geheim@h/",
             "u:geheim@h",
             "ftp://u:geheim@",
             "ftp://u:geheim x@h/",
             "ftp://u:x/geheim@h/",
             "ftp://u:x#geheim@h/",
             "ftp://:geheim@h/",
         }) {
        EXPECT_THAT(refused(text).message, Not(HasSubstr("geheim"))) << text;
    }
}

TEST(url, without_password_is_otherwise_as_typed)
{
    struct row {
        std::string_view text;
        std::string_view shown;
    };
    constexpr std::array rows{
        row{"ftp://alice:geheim@h:2121/x/", "ftp://alice@h:2121/x/"},
        row{"ftp://alice@h:2121/x@y:z", "ftp://alice@h:2121/x@y:z"},
        row{"ftp://h:21/x@y", "ftp://h:21/x@y"},
        row{"ftp://[::1]:21/x@y", "ftp://[::1]:21/x@y"},
        row{"ftp://h/a:b@c", "ftp://h/a:b@c"},
        row{"ftp://h/", "ftp://h/"},
        row{"ftp://a:b:c@h/", "ftp://a@h/"},
        row{"", ""},
    };
    for (const auto& [text, shown] : rows) {
        EXPECT_EQ(without_password(text), shown);
    }
}

}  // namespace
}  // namespace ftpfs::cli
