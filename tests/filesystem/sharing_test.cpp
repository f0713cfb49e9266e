// Interrupted readers, silent servers, scarce sessions and scarce memory.
#include "filesystem/file_system_test.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>

namespace ftpfs::fs {
namespace {

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;

class sharing : public file_system_test {
protected:
    void add_files(unsigned count, std::size_t size)
    {
        for (unsigned i = 0; i < count; ++i) {
            contents.push_back(pattern(size, i + 1));
            remote->add_file("/file" + std::to_string(i), contents.back());
        }
    }
    awaitable<> read_and_compare(unsigned number)
    {
        const auto file = co_await open("/file" + std::to_string(number));
        const auto& expected = contents[number];
        for (std::size_t at = 0; at < expected.size(); at += 128 * KiB) {
            const auto got = co_await read(file, at, 128 * KiB);
            EXPECT_TRUE(expected.compare(at, 128 * KiB, got) == 0) << "file " << number << " at " << at;
            most_memory = std::max(most_memory, cached());
        }
        files->release(file);
        finished.push_back(number);
    }
    std::uint64_t cached() const { return files->cached_bytes(); }

    std::vector<std::string> contents;
    std::vector<unsigned> finished;
    std::uint64_t most_memory = 0;
};

TEST_F(sharing, a_cancelled_reader_ends_at_once_while_another_of_the_same_file_goes_on)
{
    add_files(1, MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file0");
        remote->hold(test::call::read);
        const auto impatient = begin_read(file, 0, 128 * KiB);
        const auto patient = begin_read(file, 0, 128 * KiB);
        co_await settle();
        EXPECT_FALSE(impatient->answer);
        impatient->cancel.emit(boost::asio::cancellation_type::terminal);
        co_await settle();
        EXPECT_TRUE(impatient->answer);
        EXPECT_EQ(impatient->answer->error(), errc::cancelled);
        EXPECT_FALSE(patient->answer);
        remote->release();
        co_await settle();
        EXPECT_TRUE(patient->answer);
        EXPECT_EQ(joined(patient->answer->value()), contents[0].substr(0, 128 * KiB));
        EXPECT_EQ(remote->count("open"), 1U);
        files->release(file);
    });
}

TEST_F(sharing, a_read_of_a_silent_server_fails_after_the_timeout)
{
    settings.timeout = std::chrono::milliseconds{20};
    add_files(1, MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file0");
        remote->hold_everything();
        const auto failed = co_await files->read(file, 0, 4 * KiB);
        EXPECT_EQ(failed.error(), errc::timed_out);
        EXPECT_THAT(failed.error().detail, testing::StartsWith("/file0"));
        files->release(file);
        remote->release();
    });
}

// The kernel asks for a page again when reading ahead failed: nobody waits twice as long as was promised.
TEST_F(sharing, a_read_right_after_the_timeout_fails_at_once)
{
    settings.timeout = std::chrono::milliseconds{20};
    add_files(1, MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file0");
        remote->hold_everything();
        const auto failed = co_await files->read(file, 0, 4 * KiB);
        EXPECT_EQ(failed.error(), errc::timed_out);
        const auto again = begin_read(file, 0, 4 * KiB);
        co_await settle();
        EXPECT_TRUE(again->answer);
        EXPECT_EQ(again->answer->error(), errc::timed_out);
        files->release(file);
        remote->release();
    });
}

TEST_F(sharing, stopping_does_not_wait_for_a_silent_server)
{
    add_files(1, MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file0");
        remote->hold_everything();
        const auto read = begin_read(file, 0, 4 * KiB);
        co_await settle();
        co_await files->stop();
        co_await settle();
        EXPECT_TRUE(read->answer);
        EXPECT_EQ(read->answer->error(), errc::shutting_down);
        EXPECT_EQ(remote->open_downloads(), 0U);
    });
}

TEST_F(sharing, an_idle_stream_gives_its_session_to_others)
{
    add_files(2, 8 * MiB);
    remote->limit_downloads(1);
    play([&]() -> awaitable<> {
        const auto idle = co_await open("/file0");
        co_await read(idle, 0, 128 * KiB);
        co_await settle();
        EXPECT_EQ(remote->open_downloads(), 1U);
        co_await read_and_compare(1);
        EXPECT_EQ(co_await read(idle, 128 * KiB, MiB), contents[0].substr(128 * KiB, MiB));
        files->release(idle);
    });
}

TEST_F(sharing, eight_readers_with_two_sessions_all_come_to_their_end)
{
    settings.stream_share = std::chrono::milliseconds{0};
    add_files(8, 3 * MiB);
    remote->limit_downloads(2);
    play([&]() -> awaitable<> {
        for (unsigned i = 0; i < 8; ++i) {
            together.spawn(read_and_compare(i));
        }
        co_await together.join();
        EXPECT_EQ(finished.size(), 8U);
        EXPECT_LE(remote->peak_downloads(), 2U);
        EXPECT_GT(files->count().yielded_downloads, 0U);
    });
}

TEST_F(sharing, a_busy_stream_keeps_its_session_for_a_fair_share)
{
    settings.stream_share = std::chrono::hours{1};
    add_files(2, 20 * MiB);
    remote->limit_downloads(1);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file1");
        co_await find("/file0");
        together.spawn(read_and_compare(0));
        while (remote->open_downloads() == 0) {
            co_await boost::asio::post(boost::asio::use_awaitable);
        }
        EXPECT_EQ(co_await read(file, 0, 4 * KiB), contents[1].substr(0, 4 * KiB));
        // Given back after 8 MiB, not after the first packet and not only at the end.
        EXPECT_GE(remote->bytes_sent(), 8 * MiB);
        EXPECT_LT(remote->bytes_sent(), 12 * MiB);
        files->release(file);
    });
}

TEST_F(sharing, the_last_release_ends_the_streams)
{
    add_files(1, 8 * MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file0");
        co_await read(file, 0, 4 * KiB);
        files->release(file);
        co_await settle();
        EXPECT_EQ(remote->open_downloads(), 0U);
    });
}

TEST_F(sharing, eight_sequential_readers_stay_within_the_cache)
{
    settings.cache_size = 8 * MiB;
    add_files(8, 6 * MiB);
    play([&]() -> awaitable<> {
        for (unsigned i = 0; i < 8; ++i) {
            together.spawn(read_and_compare(i));
        }
        co_await together.join();
        EXPECT_LE(most_memory, 8 * MiB);
        EXPECT_GT(most_memory, 4 * MiB);
        // Nothing that was read ahead had to be fetched again.
        EXPECT_EQ(remote->bytes_sent(), 8 * 6 * MiB);
        EXPECT_EQ(remote->count("open"), 8U);
    });
}

TEST_F(sharing, reads_larger_than_the_whole_cache_still_succeed)
{
    settings.cache_size = 0;
    add_files(1, 24 * MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file0");
        EXPECT_TRUE(co_await read(file, 0, 24 * MiB) == contents[0]);
        files->release(file);
    });
}

}  // namespace
}  // namespace ftpfs::fs
