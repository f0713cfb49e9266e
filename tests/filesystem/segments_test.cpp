// One long sequential read by several streams: that the bytes are right, and when the sessions are given back.
#include "filesystem/file_system_test.hpp"

#include <algorithm>
#include <deque>

namespace ftpfs::fs {
namespace {

constexpr std::size_t MiB = std::size_t{1} << 20;

class segments : public file_system_test {
protected:
    segments()
    {
        settings.cache_size = 32 * MiB;  // 26 MiB are held: segments of 13 MiB with three streams
        bytes = pattern(256 * MiB);
        remote->add_file("/file", bytes);
    }

    // Reads on, at a rate that grows with the number of streams if they help.
    awaitable<> read_on(handle_id file, std::size_t until)
    {
        while (at < until) {
            const auto got = co_await read(file, at, MiB);
            EXPECT_EQ(got.size(), MiB);
            EXPECT_TRUE(bytes.compare(at, MiB, got) == 0) << "at " << at;
            at += MiB;
            const auto streams = std::max<std::size_t>(1, helps ? remote->open_downloads() : 1);
            pass(std::chrono::milliseconds{12 / std::min<std::size_t>(streams, 3)});
            peak_memory = std::max(peak_memory, files->cached_bytes());
        }
    }

    // As the kernel does it for a reader that goes on: several requests are always on their way, and each stream
    // brings its share in the time.
    awaitable<> read_on_with(std::size_t requests, handle_id file, std::size_t until)
    {
        std::deque<std::shared_ptr<background_read>> on_their_way;
        for (std::size_t next = at; at < until;) {
            for (; on_their_way.size() < requests && next < until; next += MiB) {
                on_their_way.push_back(begin_read(file, next, MiB));
            }
            remote->send_more(MiB);
            co_await settle();
            pass(std::chrono::milliseconds{12});
            while (!on_their_way.empty() && on_their_way.front()->answer) {
                const auto got = joined(on_their_way.front()->answer->value());
                EXPECT_TRUE(bytes.compare(at, MiB, got) == 0) << "at " << at;
                on_their_way.pop_front();
                at += MiB;
            }
        }
    }

    std::string bytes;
    std::size_t at = 0;
    bool helps = true;
    std::uint64_t peak_memory = 0;
};

TEST_F(segments, fetches_a_long_file_with_several_streams_each_byte_once)
{
    settings.streams = 3;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, bytes.size());
        EXPECT_EQ(remote->peak_downloads(), 3U);
        EXPECT_GT(files->count().segments, 3U);
        EXPECT_EQ(files->count().returned_segments, 0U);
        EXPECT_LE(remote->bytes_sent(), bytes.size() + MiB);
        EXPECT_LE(peak_memory, settings.cache_size);
        co_await settle();
        EXPECT_EQ(remote->open_downloads(), 0U);
        files->release(file);
    });
}

TEST_F(segments, begins_several_streams_though_the_kernel_asks_ahead)
{
    settings.streams = 3;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on_with(4, file, bytes.size());
        EXPECT_EQ(remote->peak_downloads(), 3U);
        EXPECT_GT(files->count().segments, 3U);
        EXPECT_EQ(files->count().returned_segments, 0U);
        EXPECT_LE(remote->bytes_sent(), bytes.size() + MiB);
        files->release(file);
    });
}

TEST_F(segments, keeps_one_stream_where_more_do_not_help)
{
    helps = false;
    settings.streams = 3;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, bytes.size());
        EXPECT_EQ(remote->peak_downloads(), 3U);
        EXPECT_LE(files->count().segments, 6U) << "one trial";
        EXPECT_LE(remote->bytes_sent(), bytes.size() + MiB);
        files->release(file);
    });
}

TEST_F(segments, has_one_stream_if_told_so)
{
    settings.streams = 1;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, bytes.size());
        EXPECT_EQ(remote->peak_downloads(), 1U);
        EXPECT_EQ(remote->count("open"), 1U);
        files->release(file);
    });
}

TEST_F(segments, gives_back_under_pressure_and_reads_on)
{
    settings.streams = 2;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, 40 * MiB);
        EXPECT_EQ(remote->open_downloads(), 2U);
        remote->press();
        co_await settle();
        EXPECT_LE(remote->open_downloads(), 1U);
        co_await read_on(file, 200 * MiB);
        EXPECT_EQ(files->count().segments, 1U);
        EXPECT_EQ(files->count().returned_segments, 1U);
        files->release(file);
    });
}

TEST_F(segments, gives_back_when_the_reader_jumps)
{
    settings.streams = 2;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, 40 * MiB);
        EXPECT_EQ(remote->open_downloads(), 2U);
        at = 200 * MiB;
        co_await read_on(file, 202 * MiB);
        co_await settle();
        EXPECT_LE(remote->open_downloads(), 2U) << "the stream the reader had, and the one he has now";
        EXPECT_EQ(files->count().returned_segments, 1U);
        files->release(file);
    });
}

TEST_F(segments, gives_back_when_the_file_is_closed)
{
    settings.streams = 2;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, 40 * MiB);
        files->release(file);
        co_await settle();
        EXPECT_EQ(remote->open_downloads(), 0U);
    });
}

TEST_F(segments, goes_on_with_one_stream_when_another_can_not_begin)
{
    remote->fail(test::call::open, errc::unsupported, 1);
    settings.streams = 2;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, 200 * MiB);
        EXPECT_EQ(remote->peak_downloads(), 1U);
        EXPECT_EQ(files->count().returned_segments, 1U);
        files->release(file);
    });
}

TEST_F(segments, asks_again_when_there_is_no_session_to_spare)
{
    remote->fail(test::call::open, errc::busy, 1);
    settings.streams = 2;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        while (at < 48 * MiB && files->count().returned_segments == 0) {
            co_await read_on(file, at + MiB);
        }
        EXPECT_EQ(files->count().returned_segments, 1U);
        EXPECT_EQ(remote->open_downloads(), 1U);
        co_await read_on(file, at + 6 * MiB);
        co_await settle();
        EXPECT_EQ(remote->open_downloads(), 2U);
        co_await read_on(file, bytes.size());
        EXPECT_EQ(files->count().returned_segments, 1U);
        files->release(file);
    });
}

// As at the begin of a trial, when all further sessions have yet to log in.
TEST_F(segments, goes_on_with_the_stream_it_has_while_no_session_can_be_spared)
{
    settings.streams = 3;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        remote->set_spare(0);
        co_await read_on_with(4, file, 100 * MiB);
        EXPECT_GT(files->count().returned_segments, 0U);
        EXPECT_EQ(remote->count("open"), 1U) << "the reader never had to wait for another stream";
        remote->set_spare(8);
        co_await read_on_with(4, file, bytes.size());
        EXPECT_EQ(remote->peak_downloads(), 3U);
        EXPECT_LE(remote->bytes_sent(), bytes.size() + MiB) << "each byte once";
        files->release(file);
    });
}

// It has read ahead of the program, and drops that when it learns another time of the file.
TEST_F(segments, gives_the_kernel_once_more_what_it_had_last)
{
    settings.streams = 3;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, 60 * MiB);
        EXPECT_EQ(remote->peak_downloads(), 3U);
        at -= 4 * MiB;
        co_await read_on(file, bytes.size());
        EXPECT_EQ(files->count().returned_segments, 0U);
        EXPECT_LE(remote->bytes_sent(), bytes.size() + MiB) << "each byte once";
        files->release(file);
    });
}

// All streams bring what they may while the reader stands still: what he reads next must still be there.
TEST_F(segments, holds_no_more_than_there_is_room_for)
{
    settings.streams = 6;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, 34 * MiB);
        while (at < bytes.size()) {
            for (int i = 0; i < 8; ++i) {
                co_await settle();
            }
            co_await read_on(file, at + 2 * MiB);
        }
        EXPECT_EQ(remote->peak_downloads(), 6U);
        EXPECT_LE(remote->bytes_sent(), bytes.size() + MiB) << "each byte once";
        EXPECT_EQ(files->count().returned_segments, 0U);
        files->release(file);
    });
}

TEST_F(segments, goes_on_with_one_stream_when_another_breaks)
{
    remote->cut_download_after(1024 * MiB);
    remote->cut_download_after(3 * MiB);
    settings.streams = 2;
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, 200 * MiB);
        EXPECT_EQ(files->count().returned_segments, 1U);
        EXPECT_EQ(files->count().resumed_downloads, 0U);
        files->release(file);
    });
}

TEST_F(segments, never_mix_two_versions)
{
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await read_on(file, 30 * MiB);
        EXPECT_EQ(remote->open_downloads(), 1U);
        remote->replace_file("/file", pattern(256 * MiB, 2));
        bool failed = false;
        while (at < bytes.size() && !failed) {
            const auto answer = begin_read(file, at, MiB);
            co_await settle();
            EXPECT_TRUE(answer->answer.has_value());
            failed = !answer->answer || !*answer->answer;
            if (!failed) {
                const auto got = joined(**answer->answer);
                EXPECT_TRUE(bytes.compare(at, got.size(), got) == 0) << "at " << at;
                at += got.size();
                pass(std::chrono::milliseconds{12});
            }
        }
        EXPECT_TRUE(failed);
        EXPECT_EQ(files->count().changed_files, 1U);
        files->release(file);
    });
}

}  // namespace
}  // namespace ftpfs::fs
