#include "ftpfs/net/tls_stream.hpp"

#include "ftpfs/net/tcp_stream.hpp"
#include "support/run.hpp"
#include "support/tls_identity.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

namespace ftpfs::net {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

using tls_peer = ssl::stream<tcp::socket>;

// What the server does when it has shaken hands. Takes its end; whoever leaves closes it.
using conduct = std::function<awaitable<>(tls_peer&)>;

class tls_stream_test : public testing::Test {
protected:
    tls_stream_test() : identity{"ftp.example.net", {"DNS:ftp.example.net", "IP:127.0.0.1"}}, server{identity.server()}
    {
    }

    // A new connection, whose other end is `peer`.
    std::unique_ptr<byte_stream> connect(tcp::socket& peer)
    {
        tcp::acceptor listener{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
        tcp::socket ours{loop};
        ours.connect(listener.local_endpoint());
        listener.accept(peer);
        return std::make_unique<tcp_stream>(std::move(ours));
    }

    std::unique_ptr<tls_stream> over(std::unique_ptr<byte_stream> below, const std::string& host = "ftp.example.net")
    {
        auto made = tls_stream::make(context, host);
        if (!made) {
            throw std::runtime_error{to_string(made.error())};
        }
        (*made)->put_over(std::move(below));
        if (only) {
            EXPECT_TRUE((*made)->offer(*only, *only));
        }
        return *std::move(made);
    }

    // To a server that does that.
    std::unique_ptr<tls_stream> over_server(conduct what, const std::string& host = "ftp.example.net")
    {
        tcp::socket peer{loop};
        auto below = connect(peer);
        asio::co_spawn(loop, serve(std::move(peer), server, std::move(what)), asio::detached);
        return over(std::move(below), host);
    }

    static awaitable<> serve(tcp::socket peer, ssl::context& as, conduct what)
    {
        tls_peer end{std::move(peer), as};
        auto [refused] = co_await end.async_handshake(ssl::stream_base::server, as_result);
        if (!refused) {
            co_await what(end);
        }
    }

    static awaitable<> say_hello(tls_peer& end)
    {
        auto [error, count] = co_await asio::async_write(end, asio::buffer("hello", 5), as_result);
        EXPECT_FALSE(error) << error.message();
        EXPECT_EQ(count, 5U);
        co_await end.async_shutdown(as_result);
    }

    // Everything until the end, or "(broken)".
    static awaitable<std::string> read_all(byte_stream& from)
    {
        std::string all;
        std::array<std::byte, 4096> buffer{};
        for (;;) {
            const auto count = co_await from.read_some(buffer);
            if (!count || *count == 0) {
                co_return count ? all : "(broken)";
            }
            all.append(reinterpret_cast<const char*>(buffer.data()), *count);
        }
    }

    // The handshake, and what came then; the stream is closed at the end.
    static awaitable<std::string> shake_and_read(tls_stream& with)
    {
        const auto shaken = co_await with.handshake();
        std::string came;
        if (shaken) {
            came = co_await read_all(with);
        } else {
            came = to_string(shaken.error());
        }
        with.close(close_mode::orderly);
        co_return came;
    }

    asio::io_context loop;
    test::tls_identity identity;
    ssl::context server;
    std::shared_ptr<tls_context> context = tls_context::make().value();
    std::optional<tls_version> only;  // is offered
};

TEST_F(tls_stream_test, brings_bytes_both_ways)
{
    constexpr std::size_t much = 300'000;
    std::string came(much, ' ');
    const auto stream = over_server([&came](tls_peer& end) -> awaitable<> {
        auto [lost, count] = co_await asio::async_read(end, asio::buffer(came), as_result);
        EXPECT_FALSE(lost) << lost.message();
        auto [error, sent] = co_await asio::async_write(end, asio::buffer(came), as_result);
        EXPECT_FALSE(error) << error.message();
        co_await end.async_shutdown(as_result);
    });
    std::string bytes(much, 'x');
    bytes[much / 2] = 'y';
    const auto talk = [](tls_stream& with, const std::string& what) -> awaitable<std::string> {
        const auto shaken = co_await with.handshake();
        EXPECT_TRUE(shaken);
        const auto written = co_await with.write_all(std::as_bytes(std::span{what}));
        EXPECT_TRUE(written);
        auto back = co_await read_all(with);
        const auto farewell = co_await with.shutdown_send();
        EXPECT_TRUE(farewell);
        with.close(close_mode::orderly);
        co_return back;
    };
    EXPECT_EQ(test::run(loop, talk(*stream, bytes)), bytes);
    EXPECT_EQ(came, bytes);
    EXPECT_TRUE(stream->ended_cleanly());
    EXPECT_EQ(stream->version(), tls_version::tls_1_3);
    EXPECT_THAT(stream->cipher(), StartsWith("TLS_"));
    EXPECT_FALSE(stream->was_resumed());
}

TEST_F(tls_stream_test, tells_whose_certificate_it_is)
{
    const auto stream = over_server(say_hello);
    EXPECT_EQ(test::run(loop, shake_and_read(*stream)), "hello");
    const auto shown = stream->peer_certificate();
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->subject, "CN = ftp.example.net");
    EXPECT_EQ(shown->issuer, shown->subject);
    EXPECT_THAT(shown->names, ElementsAre("ftp.example.net", "127.0.0.1"));
    const auto now = std::chrono::system_clock::now();
    EXPECT_LT(shown->valid_from, now);
    EXPECT_GT(shown->valid_until, now);
    EXPECT_LT(shown->valid_until, now + std::chrono::hours{25});
    EXPECT_EQ(shown->fingerprint.size(), 32U * 3 - 1);
    EXPECT_THAT(stream->distrust(), HasSubstr("self-signed"));
}

TEST_F(tls_stream_test, shows_names_beyond_ascii)
{
    const test::tls_identity other{"zażółć"};
    server = other.server();
    const auto stream = over_server(say_hello);
    EXPECT_EQ(test::run(loop, shake_and_read(*stream)), "hello");
    EXPECT_EQ(stream->peer_certificate().value().subject, "CN = zażółć");
    EXPECT_TRUE(stream->peer_certificate().value().names.empty());
}

class trusted_tls_stream : public tls_stream_test {
protected:
    trusted_tls_stream() : file{std::filesystem::path{testing::TempDir()} / "ftpfs_trusted.pem"}
    {
        ::setenv("SSL_CERT_FILE", file.c_str(), 1);
        trust(identity);
    }
    ~trusted_tls_stream() override
    {
        ::unsetenv("SSL_CERT_FILE");
        std::filesystem::remove(file);
    }

    void trust(const test::tls_identity& whom)
    {
        std::ofstream{file} << whom.certificate;
        server = whom.server();
        context = tls_context::make().value();
    }

    std::string distrust_as(const std::string& host)
    {
        const auto stream = over_server(say_hello, host);
        EXPECT_EQ(test::run(loop, shake_and_read(*stream)), "hello");
        return stream->distrust();
    }

    std::filesystem::path file;
};

TEST_F(trusted_tls_stream, believes_it_for_the_hosts_it_names_only)
{
    EXPECT_EQ(distrust_as("ftp.example.net"), "");
    EXPECT_EQ(distrust_as("127.0.0.1"), "");
    EXPECT_THAT(distrust_as("ftp.example.com"), HasSubstr("hostname mismatch"));
    EXPECT_THAT(distrust_as("::1"), HasSubstr("IP address mismatch"));
}

TEST_F(trusted_tls_stream, does_not_believe_what_has_expired)
{
    const test::tls_identity old{"ftp.example.net", {"DNS:ftp.example.net"}, std::chrono::hours{-1}};
    trust(old);
    EXPECT_THAT(distrust_as("ftp.example.net"), HasSubstr("expired"));
}

class resumed_tls_stream : public tls_stream_test, public testing::WithParamInterface<tls_version> {};

TEST_P(resumed_tls_stream, begins_where_another_one_is)
{
    SSL_CTX_set_session_id_context(server.native_handle(), reinterpret_cast<const unsigned char*>("ftpfs"), 5);
    only = GetParam();
    const auto first = over_server(say_hello);
    EXPECT_EQ(test::run(loop, shake_and_read(*first)), "hello");
    EXPECT_EQ(first->version(), GetParam());
    ASSERT_TRUE(first->session());
    for (int i = 0; i < 2; ++i) {  // as often as it likes
        const auto next = over_server(say_hello);
        next->use_session(first->session());
        EXPECT_EQ(test::run(loop, shake_and_read(*next)), "hello");
        EXPECT_TRUE(next->was_resumed());
    }
    const auto stranger = over_server(say_hello);
    EXPECT_EQ(test::run(loop, shake_and_read(*stranger)), "hello");
    EXPECT_FALSE(stranger->was_resumed());
}

INSTANTIATE_TEST_SUITE_P(versions, resumed_tls_stream, testing::Values(tls_version::tls_1_2, tls_version::tls_1_3),
                         [](const auto& version) { return version.param == tls_version::tls_1_2 ? "v12" : "v13"; });

TEST_F(tls_stream_test, names_the_version_that_the_server_refuses)
{
    SSL_CTX_set_min_proto_version(server.native_handle(), TLS1_3_VERSION);
    only = tls_version::tls_1_2;
    const auto stream = over_server(say_hello);
    EXPECT_THAT(test::run(loop, shake_and_read(*stream)), HasSubstr("protocol version"));
}

TEST_F(tls_stream_test, speaks_old_versions_where_they_are_asked_for)
{
    SSL_CTX_set_min_proto_version(server.native_handle(), TLS1_VERSION);
    SSL_CTX_set_cipher_list(server.native_handle(), "DEFAULT@SECLEVEL=0");
    only = tls_version::tls_1_0;
    const auto stream = over_server(say_hello);
    EXPECT_EQ(test::run(loop, shake_and_read(*stream)), "hello");
    EXPECT_EQ(stream->version(), tls_version::tls_1_0);
    EXPECT_EQ(to_string(stream->version()), "TLS 1.0");
}

TEST_F(tls_stream_test, speaks_no_old_versions_by_itself)
{
    SSL_CTX_set_max_proto_version(server.native_handle(), TLS1_1_VERSION);
    SSL_CTX_set_cipher_list(server.native_handle(), "DEFAULT@SECLEVEL=0");
    const auto stream = over_server(say_hello);
    EXPECT_THAT(test::run(loop, shake_and_read(*stream)), HasSubstr("protocol version"));
}

// Without TLS's own farewell it may have been cut by anybody.
TEST_F(tls_stream_test, tells_an_end_from_a_farewell)
{
    const auto stream = over_server([](tls_peer& end) -> awaitable<> {
        co_await asio::async_write(end, asio::buffer("hello", 5), as_result);
        end.lowest_layer().close();
    });
    EXPECT_EQ(test::run(loop, shake_and_read(*stream)), "hello");
    EXPECT_FALSE(stream->ended_cleanly());
}

TEST_F(tls_stream_test, sees_only_what_is_decrypted)
{
    const auto stream = over_server(say_hello);
    const auto look = [](tls_stream& with) -> awaitable<> {
        const auto shaken = co_await with.handshake();
        EXPECT_TRUE(shaken);
        EXPECT_FALSE(with.peek());
        std::array<std::byte, 1> first{};
        const auto count = co_await with.read_some(first);
        EXPECT_TRUE(count && *count == 1);
        EXPECT_EQ(with.look(), idle_state::readable);
        EXPECT_EQ(with.peek(), std::byte{'e'});
        const auto rest = co_await read_all(with);
        EXPECT_EQ(rest, "ello");
        EXPECT_FALSE(with.peek());
        with.close(close_mode::orderly);
    };
    test::run(loop, look(*stream));
}

// --- servers that are none ---

TEST_F(tls_stream_test, is_not_taken_in_by_plain_text)
{
    tcp::socket peer{loop};
    const auto stream = over(connect(peer));
    asio::write(peer, asio::buffer("220 welcome\r\n", 13));
    EXPECT_THAT(test::run(loop, shake_and_read(*stream)), HasSubstr("wrong version number"));
}

TEST_F(tls_stream_test, ends_when_the_peer_leaves_in_the_handshake)
{
    tcp::socket peer{loop};
    const auto stream = over(connect(peer));
    peer.shutdown(tcp::socket::shutdown_send);
    const auto words = test::run(loop, shake_and_read(*stream));
    EXPECT_THAT(words, HasSubstr("closed the connection during the TLS handshake"));
}

TEST_F(tls_stream_test, does_not_wait_longer_than_its_deadline)
{
    tcp::socket peer{loop};
    const auto stream = over(connect(peer));
    stream->expires_after(std::chrono::milliseconds{20});
    const auto shake = [](tls_stream& with) -> awaitable<failure> {
        const auto shaken = co_await with.handshake();
        co_return shaken ? failure{} : shaken.error();
    };
    EXPECT_TRUE(test::run(loop, shake(*stream)) == errc::timed_out);
}

TEST_F(tls_stream_test, reports_a_peer_that_has_gone_when_it_writes)
{
    const auto stream = over_server([](tls_peer& end) -> awaitable<> {
        end.lowest_layer().set_option(tcp::socket::linger{true, 0});
        end.lowest_layer().close();
        co_return;
    });
    const auto write_on = [](tls_stream& with) -> awaitable<bool> {
        const auto shaken = co_await with.handshake();
        EXPECT_TRUE(shaken);
        const std::string much(100'000, 'x');
        bool went = true;
        for (int i = 0; went && i < 100; ++i) {
            const auto written = co_await with.write_all(std::as_bytes(std::span{much}));
            went = written.has_value();
        }
        with.close(close_mode::abortive);
        co_return went;
    };
    EXPECT_FALSE(test::run(loop, write_on(*stream)));
}

}  // namespace
}  // namespace ftpfs::net
