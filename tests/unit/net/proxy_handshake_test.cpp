#include "ftpfs/net/proxy_handshake.hpp"

#include <gmock/gmock.h>

namespace ftpfs::net {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::HasSubstr;
using testing::Not;

proxy via(proxy_kind kind, std::string user = {}, std::string_view password = {})
{
    proxy made;
    made.kind = kind;
    made.host = "proxy";
    made.port = 1080;
    made.user = std::move(user);
    made.password = secret{password};
    return made;
}

// What was sent, and the verdict, when the proxy's bytes come in pieces of at most so many.
struct outcome {
    std::string sent;
    result<> verdict;
    std::string left;  // not taken
    bool done = false;
};

outcome talk(const proxy& to, std::string host, std::uint16_t port, std::string_view answers, std::size_t piece)
{
    auto handshake = make_handshake(to, std::move(host), port);
    outcome all;
    all.sent = handshake->take_output().reveal();
    while (all.verdict && !handshake->done() && !answers.empty()) {
        const auto part = answers.substr(0, std::min(piece, handshake->wanted()));
        answers.remove_prefix(part.size());
        all.verdict = handshake->feed(part);
        all.sent += handshake->take_output().reveal();
    }
    all.left = answers;
    all.done = handshake->done();
    return all;
}

// The same in every split.
outcome talk(const proxy& to, std::string host, std::uint16_t port, std::string_view answers)
{
    auto whole = talk(to, host, port, answers, answers.size() + 1);
    for (std::size_t piece = 1; piece <= answers.size(); ++piece) {
        const auto parts = talk(to, host, port, answers, piece);
        EXPECT_EQ(parts.sent, whole.sent) << piece;
        EXPECT_EQ(parts.left, whole.left) << piece;
        EXPECT_EQ(parts.done, whole.done) << piece;
        EXPECT_EQ(parts.verdict.has_value(), whole.verdict.has_value()) << piece;
    }
    return whole;
}

const auto socks = via(proxy_kind::socks5);
const auto socks_with_login = via(proxy_kind::socks5, "pat", "pw");
const auto http = via(proxy_kind::http);
const auto http_with_login = via(proxy_kind::http, "Aladdin", "open sesame");

TEST(socks5, asks_by_name_so_that_the_proxy_resolves_it)
{
    const auto all = talk(socks, "ftp.example", 21, "\x05\x00\x05\x00\x00\x01\x01\x02\x03\x04\x00\x15rest"sv);
    EXPECT_TRUE(all.done);
    EXPECT_EQ(all.sent, "\x05\x01\x00\x05\x01\x00\x03\x0b"s + "ftp.example" + "\x00\x15"s);
    EXPECT_EQ(all.left, "rest");
}

TEST(socks5, asks_for_addresses_as_such)
{
    const auto answers = "\x05\x00\x05\x00\x00\x03\x02hi\x00\x15"sv;
    EXPECT_EQ(talk(socks, "192.0.2.1", 50000, answers).sent, "\x05\x01\x00\x05\x01\x00\x01\xC0\x00\x02\x01\xC3\x50"s);
    const auto ipv6 = talk(socks, "2001:db8::1", 21, answers);
    EXPECT_EQ(ipv6.sent, "\x05\x01\x00\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x15"s);
    EXPECT_TRUE(ipv6.done);
}

TEST(socks5, logs_in_where_it_can)
{
    const auto all = talk(socks_with_login, "192.0.2.1", 21,
                          "\x05\x02\x01\x00\x05\x00\x00\x04"s + std::string(16, '\0') + "\x00\x15"s);
    EXPECT_TRUE(all.done);
    EXPECT_EQ(all.sent, "\x05\x02\x00\x02\x01\x03pat\x02pw\x05\x01\x00\x01\xC0\x00\x02\x01\x00\x15"s);
    EXPECT_TRUE(talk(socks_with_login, "h", 21, "\x05\x00\x05\x00\x00\x01\0\0\0\0\0\0"sv).done);
}

TEST(socks5, says_what_is_wrong_with_the_login)
{
    const auto wrong = talk(socks_with_login, "h", 21, "\x05\x02\x01\x01"sv);
    ASSERT_FALSE(wrong.verdict);
    EXPECT_THAT(wrong.verdict.error().detail, HasSubstr("refuses the user or the password"));
    EXPECT_THAT(wrong.verdict.error().detail, Not(HasSubstr("pw")));
    EXPECT_THAT(talk(socks, "h", 21, "\x05\xff"sv).verdict.error().detail, HasSubstr("wants a login"));
    EXPECT_THAT(talk(socks, "h", 21, "\x05\x02"sv).verdict.error().detail, HasSubstr("wants a login"));
    EXPECT_THAT(talk(socks_with_login, "h", 21, "\x05\x01"sv).verdict.error().detail, HasSubstr("accepts no login"));
}

TEST(socks5, tells_why_it_cannot_connect)
{
    struct row {
        char code;
        errc meaning;
    };
    for (const auto& [code, meaning] :
         {row{1, errc::unreachable}, row{2, errc::unreachable}, row{3, errc::unreachable}, row{4, errc::unreachable},
          row{5, errc::connection_refused}, row{6, errc::timed_out}, row{7, errc::unreachable},
          row{8, errc::unreachable}, row{'\x7f', errc::unreachable}}) {
        const auto all = talk(socks, "h", 21, "\x05\x00\x05"s + code + "\x00\x01"s);
        ASSERT_FALSE(all.verdict);
        EXPECT_TRUE(all.verdict.error() == meaning) << int{code};
    }
}

TEST(socks5, understands_no_nonsense)
{
    for (const auto answers :
         {"220 ftp"sv, "HTTP/1.1 400"sv, "\x04\x00"sv, "\x05\x00\x04\x00\x00\x01"sv, "\x05\x00\x05\x00\x00\x02"sv}) {
        const auto all = talk(socks, "h", 21, answers);
        ASSERT_FALSE(all.verdict) << answers;
        EXPECT_TRUE(all.verdict.error() == errc::protocol_violation) << answers;
    }
}

TEST(http_connect, asks_for_the_host_and_takes_no_byte_behind_the_answer)
{
    const auto all = talk(http, "ftp.example", 21, "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n220 ftp"sv);
    EXPECT_TRUE(all.done);
    EXPECT_EQ(all.sent, "CONNECT ftp.example:21 HTTP/1.1\r\nHost: ftp.example:21\r\n\r\n");
    EXPECT_EQ(all.left, "220 ftp");
    EXPECT_EQ(talk(http, "::1", 50000, "").sent, "CONNECT [::1]:50000 HTTP/1.1\r\nHost: [::1]:50000\r\n\r\n");
}

TEST(http_connect, takes_answers_of_every_form)
{
    for (const auto answer : {"HTTP/1.0 200 OK\r\n\r\n"sv, "HTTP/1.1 200\r\n\r\n"sv, "HTTP/1.1 204 x\n\n"sv,
                              "HTTP/1.1 200 OK\nA: b\r\n\n"sv}) {
        const auto all = talk(http, "h", 21, answer);
        EXPECT_TRUE(all.done) << answer;
        EXPECT_EQ(all.left, "") << answer;
    }
}

TEST(http_connect, logs_in_where_it_can)
{
    // RFC 7617 §2.
    EXPECT_THAT(talk(http_with_login, "h", 21, "").sent,
                HasSubstr("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"));
}

TEST(http_connect, tells_why_it_cannot_connect)
{
    struct row {
        std::string_view answer;
        std::string_view words;
    };
    for (const auto& [answer, words] : {
             row{"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "wants a login"},
             row{"HTTP/1.1 403 Forbidden\r\n\r\n", "does not allow this connection (HTTP/1.1 403 Forbidden)"},
             row{"HTTP/1.1 503 Service Unavailable\r\n\r\n", "cannot connect (HTTP/1.1 503"},
         }) {
        const auto all = talk(http, "h", 21, answer);
        ASSERT_FALSE(all.verdict);
        EXPECT_TRUE(all.verdict.error() == errc::unreachable);
        EXPECT_THAT(all.verdict.error().detail, HasSubstr(words));
    }
    EXPECT_THAT(talk(http_with_login, "h", 21, "HTTP/1.1 401 No\r\n\r\n").verdict.error().detail,
                HasSubstr("refuses the user or the password"));
    const auto wrong = talk(http_with_login, "h", 21, "HTTP/1.1 407 No\r\n\r\n");
    EXPECT_THAT(wrong.verdict.error().detail, HasSubstr("refuses the user or the password"));
    EXPECT_THAT(wrong.verdict.error().detail, Not(HasSubstr("sesame")));
}

TEST(http_connect, understands_no_nonsense)
{
    for (const auto answer : {"220 ftp server\r\n\r\n"sv, "HTTP/1.1\r\n\r\n"sv, "HTTP/1.1 2x0 OK\r\n\r\n"sv,
                              "HTTP/1.1 301 Moved\r\n\r\n"sv, "\r\n\r\n"sv, "HTTP/2 20\n\n"sv}) {
        const auto all = talk(http, "h", 21, answer);
        ASSERT_FALSE(all.verdict) << answer;
        EXPECT_TRUE(all.verdict.error() == errc::protocol_violation) << answer;
    }
}

TEST(http_connect, does_not_read_for_ever)
{
    auto handshake = make_handshake(http, "h", 21);
    result<> verdict;
    std::size_t taken = 0;
    for (; verdict && taken < 100'000; taken += 2) {
        verdict = handshake->feed("xx");
    }
    ASSERT_FALSE(verdict);
    EXPECT_LT(taken, 20'000U);
}

}  // namespace
}  // namespace ftpfs::net
