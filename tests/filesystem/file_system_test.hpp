// A file_system over a fake remote, with a clock that stands still until it is told.
#pragma once

#include "ftpfs/async/task_group.hpp"
#include "ftpfs/fs/file_system.hpp"
#include "support/fake_remote.hpp"
#include "support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::fs {

using bytes_result = result<std::vector<shared_bytes>>;

// Bytes that differ from place to place and from seed to seed.
std::string pattern(std::size_t size, unsigned seed = 1);
std::string joined(const std::vector<shared_bytes>& pieces);

class file_system_test : public ::testing::Test {
protected:
    file_system_test();

    // Runs the body as a coroutine and stops the file system after it. EXPECT only: a coroutine can't ASSERT.
    template <class Body>
    void play(Body body)
    {
        if (!files) {
            start();
        }
        test::run(loop, conduct(body));
    }
    // With the settings as they are now; play() does it if nobody did.
    void start();

    // Looks up every name on the way.
    awaitable<inode_id> find(std::string path);
    awaitable<handle_id> open(std::string path);
    awaitable<std::string> read(handle_id file, std::uint64_t offset, std::size_t size);
    awaitable<std::string> read_all(std::string path);

    // A read in the background, which can be cancelled.
    struct background_read {
        std::optional<bytes_result> answer;
        boost::asio::cancellation_signal cancel;
    };
    std::shared_ptr<background_read> begin_read(handle_id file, std::uint64_t offset, std::size_t size);

    // Lets everything happen that can happen without waiting.
    awaitable<> settle();

    void pass(std::chrono::milliseconds time) { now += time; }

    boost::asio::io_context loop;
    std::shared_ptr<test::fake_remote> remote;
    config settings;
    std::chrono::steady_clock::time_point now{std::chrono::hours{1}};
    std::unique_ptr<file_system> files;
    async::task_group together;

private:
    template <class Body>
    awaitable<> conduct(Body& body)
    {
        co_await body();
        co_await together.join();
        co_await files->stop();
    }
};

}  // namespace ftpfs::fs
