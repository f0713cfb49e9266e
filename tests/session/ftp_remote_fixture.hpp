// The remote tree over FTP against the scripted server.
#pragma once

#include "ftpfs/async/blocking.hpp"
#include "ftpfs/async/task_group.hpp"
#include "ftpfs/ftp/ftp_remote.hpp"
#include "ftpfs/net/connector.hpp"
#include "support/scripted_server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace ftpfs::test {

inline remote_path path(std::string_view text)
{
    return remote_path::make(text).value();
}

// "ok", or the failure in words without the server's.
template <class T>
std::string outcome(const result<T>& answer)
{
    return answer ? "ok" : answer.error().code.message();
}

inline std::string words(errc value)
{
    return make_error_code(value).message();
}

// Logs in and answers MLSD, MLST, CWD and NOOP in the way of a server with one file in each directory.
// `before` may answer a command itself (true), or hang up.
class small_server {
public:
    using interceptor = std::function<awaitable<bool>(scripted_control&, std::string)>;

    explicit small_server(interceptor before = {}) : before_{std::move(before)} {}

    awaitable<> operator()(scripted_control& control)
    {
        co_await control.greet(std::vector<std::string>(1, "MLST type*;size*;modify*;"));
        co_await serve(control);
    }

    awaitable<> serve(scripted_control& control)
    {
        control.answer("NOOP", "200 ok");
        std::unique_ptr<scripted_data> data;
        for (;;) {
            const std::string command = co_await control.next();
            if (command.empty()) {
                co_return;
            }
            if (before_) {
                const bool done = co_await before_(control, command);
                if (done) {
                    continue;
                }
            }
            if (command == "QUIT") {
                co_await control.say("221 goodbye");
                co_return;
            }
            if (command == "EPSV") {
                data = std::make_unique<scripted_data>(control.listen());
                co_await control.say("229 Entering Extended Passive Mode " + data->epsv_text());
            } else if (command == "MLSD") {
                co_await control.say("150 here it comes");
                co_await data->send("type=file;size=3;modify=20240101000000; name\r\n");
                data->close();
                co_await control.say("226 done");
            } else if (command.starts_with("RETR")) {
                co_await control.say("150 here it comes");
                co_await data->send("abc");
                data->close();
                co_await control.say("226 done");
            } else if (command.starts_with("MLST")) {
                co_await control.say("250-facts\r\n type=file;size=3;modify=20240101000000; /name\r\n250 end");
            } else if (command.starts_with("CWD")) {
                co_await control.say("250 ok");
            } else {
                co_await control.say("502 not implemented");
            }
        }
    }

private:
    interceptor before_;
};

class ftp_remote_fixture : public testing::Test {
public:
    ftp_remote_fixture()
    {
        settings.host = "127.0.0.1";
        settings.port = server.port();
        settings.timeout = std::chrono::seconds{10};
        settings.pipelining = false;  // one command, one reply; what is done ahead of need has tests of its own
        settings.armed = false;
        logger->set_level(spdlog::level::info);
        logger->set_pattern("%l: %v");
    }

    // Runs `client` with a remote, and shuts that down.
    void play(std::function<awaitable<>(ftp::ftp_remote&)> client) { server.play(run_client(std::move(client))); }

    // What each of `count` listings at the same time came to.
    awaitable<std::vector<std::string>> list_at_once(ftp::ftp_remote& remote, int count)
    {
        std::vector<std::string> outcomes;
        for (int i = 0; i < count; ++i) {
            tasks.spawn(list_one(remote, outcomes, "/d" + std::to_string(i)));
        }
        co_await tasks.join();
        co_return outcomes;
    }

    awaitable<> list_one(ftp::ftp_remote& remote, std::vector<std::string>& outcomes, std::string directory)
    {
        const auto listed = co_await remote.list(path(directory));
        outcomes.push_back(outcome(listed));
    }

    static awaitable<std::unique_ptr<remote::download>> open(ftp::ftp_remote& remote, std::string file,
                                                             std::function<void()> on_pressure = {})
    {
        remote::download_request request{path(file)};
        request.on_pressure = std::move(on_pressure);
        auto opened = co_await remote.open_download(std::move(request));
        EXPECT_EQ(outcome(opened), "ok");
        co_return opened ? *std::move(opened) : nullptr;
    }

    // Gives the loop turns until `done`; bounded, and enough on the loopback.
    template <class Predicate>
    static awaitable<bool> comes_true(Predicate done)
    {
        for (int i = 0; i < 100'000; ++i) {
            if (done()) {
                co_return true;
            }
            co_await boost::asio::post(boost::asio::use_awaitable);
        }
        co_return false;
    }

    std::size_t count_commands(std::string_view command)
    {
        std::size_t all = 0;
        for (std::size_t i = 1; i <= server.connections(); ++i) {
            for (const auto& one : server.commands(i)) {
                all += static_cast<std::size_t>(one == command);
            }
        }
        return all;
    }

    boost::asio::io_context loop;
    async::helper_thread helper;
    net::connector connector{loop.get_executor(), helper};
    async::task_group tasks{loop.get_executor()};
    ftp::config settings;
    scripted_server server{loop};
    std::ostringstream logged;
    std::shared_ptr<spdlog::logger> logger =
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(logged));
    ftp::statistics counted;  // at the end of play()

private:
    awaitable<> run_client(std::function<awaitable<>(ftp::ftp_remote&)> client)
    {
        ftp::ftp_remote remote{loop.get_executor(), connector, settings, log{logger}};
        co_await client(remote);
        counted = remote.counters();
        co_await remote.shut_down();
    }
};

}  // namespace ftpfs::test
