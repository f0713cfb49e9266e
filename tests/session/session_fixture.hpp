// One session against the scripted server.
#pragma once

#include "ftpfs/async/blocking.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/net/connector.hpp"
#include "support/scripted_server.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <utility>

// For coroutines, where ASSERT_… can't return.
#define CO_REQUIRE(answer)                                                                                             \
    if (auto&& co_required = (answer); !co_required) {                                                                 \
        ADD_FAILURE() << ftpfs::to_string(co_required.error());                                                        \
        co_return;                                                                                                     \
    }                                                                                                                  \
    static_cast<void>(0)

namespace ftpfs::test {

using ftp::session;
using ftp::support;

class session_fixture : public testing::Test {
protected:
    session_fixture()
    {
        settings.host = "127.0.0.1";
        settings.port = server.port();
        settings.user = "bob";
        settings.password = secret{"s3cret"};
        settings.connect_timeout = std::chrono::seconds{10};
        settings.timeout = std::chrono::seconds{10};
        settings.pipelining = false;  // one command, one reply; what is done in one packet has tests of its own
    }

    // A silent server is noticed at once.
    void be_impatient()
    {
        settings.connect_timeout = std::chrono::milliseconds{50};
        settings.timeout = std::chrono::milliseconds{50};
    }

    static remote_path path(std::string_view text) { return remote_path::make(text).value(); }

    awaitable<result<std::unique_ptr<session>>> open()
    {
        ftp::session_setup setup{connector, settings, profile, log{}};
        co_return co_await session::open(std::move(setup));
    }

    // Logs in, does something, hangs up.
    void with_session(std::function<awaitable<>(session&)> what) { server.play(run_with_session(std::move(what))); }

    // What a login that must fail says.
    failure refused_login()
    {
        failure why;
        server.play(log_in(why));
        return why;
    }

    // The rest of a transfer; on a failure, what came before it.
    static awaitable<result<>> read_all(session& from, std::string& into)
    {
        std::array<std::byte, 1000> buffer{};
        for (;;) {
            FTPFS_CO_TRY(const auto count, co_await from.read_some(buffer));
            if (count == 0) {
                co_return result<>{};
            }
            into.append(reinterpret_cast<const char*>(buffer.data()), count);
        }
    }

    boost::asio::io_context loop;
    async::helper_thread helper;
    net::connector connector{loop.get_executor(), helper};
    ftp::config settings;
    ftp::server_profile profile;
    scripted_server server{loop};

private:
    awaitable<> run_with_session(std::function<awaitable<>(session&)> what)
    {
        auto opened = co_await open();
        CO_REQUIRE(opened);
        co_await what(**opened);
    }

    awaitable<> log_in(failure& why)
    {
        const auto opened = co_await open();
        EXPECT_FALSE(opened);
        if (!opened) {
            why = opened.error();
        }
    }
};

}  // namespace ftpfs::test
