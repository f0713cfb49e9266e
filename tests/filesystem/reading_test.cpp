// Reading files: which transfers are begun, and that every byte is the right one.
#include "filesystem/file_system_test.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <random>

namespace ftpfs::fs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;

class reading_files : public file_system_test {
protected:
    void add_file(std::size_t size)
    {
        bytes = pattern(size);
        remote->add_file("/file", bytes);
    }
    awaitable<> expect_bytes(handle_id file, std::size_t offset, std::size_t size)
    {
        const auto got = co_await read(file, offset, size);
        EXPECT_EQ(got.size(), offset < bytes.size() ? std::min(size, bytes.size() - offset) : 0) << "at " << offset;
        EXPECT_TRUE(bytes.compare(std::min(offset, bytes.size()), got.size(), got) == 0) << "at " << offset;
    }
    std::size_t downloads() const { return remote->count("open"); }

    std::string bytes;
};

TEST_F(reading_files, a_sequential_read_is_one_download)
{
    add_file(5 * MiB + 123);
    play([&]() -> awaitable<> {
        EXPECT_EQ(co_await read_all("/file"), bytes);
        EXPECT_EQ(downloads(), 1U);
        EXPECT_EQ(remote->bytes_sent(), bytes.size());
        co_await settle();
        EXPECT_EQ(remote->open_downloads(), 0U);
    });
}

TEST_F(reading_files, reads_of_every_size_are_short_only_at_the_end)
{
    add_file(300 * KiB + 1);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        for (const std::size_t size : {std::size_t{1}, 4 * KiB, 128 * KiB, 300 * KiB, 300 * KiB + 1, MiB}) {
            co_await expect_bytes(file, 0, size);
            co_await expect_bytes(file, bytes.size() - 1, size);
            co_await expect_bytes(file, bytes.size(), size);
            co_await expect_bytes(file, bytes.size() + MiB, size);
        }
        files->release(file);
    });
}

TEST_F(reading_files, an_empty_file_needs_no_download)
{
    add_file(0);
    play([&]() -> awaitable<> {
        EXPECT_EQ(co_await read_all("/file"), "");
        EXPECT_EQ(downloads(), 0U);
    });
}

TEST_F(reading_files, reads_on_over_small_gaps_without_a_new_download)
{
    add_file(16 * MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        for (std::size_t at = 0; at + 4 * KiB < bytes.size(); at += 500 * KiB) {
            co_await expect_bytes(file, at, 4 * KiB);
        }
        EXPECT_EQ(downloads(), 1U);
        // What was passed over is kept.
        remote->forget_calls();
        co_await expect_bytes(file, 5 * MiB - 8 * KiB, 4 * KiB);
        EXPECT_THAT(remote->calls(), IsEmpty());
        files->release(file);
    });
}

TEST_F(reading_files, begins_elsewhere_after_a_large_jump_and_fetches_little_there)
{
    add_file(64 * MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        for (const std::size_t at : {50 * MiB, 10 * MiB, 30 * MiB, 60 * MiB}) {
            co_await expect_bytes(file, at, 4 * KiB);
        }
        co_await settle();
        EXPECT_EQ(downloads(), 4U);
        EXPECT_LE(remote->bytes_sent(), 4 * (4 + 64 + 64) * KiB);
        EXPECT_LE(remote->open_downloads(), 1U);
        files->release(file);
    });
}

// Where the server can end a transfer by itself, the session is free at once.
TEST_F(reading_files, a_jump_occupies_no_session_where_a_part_can_be_asked_for)
{
    add_file(20 * MiB);
    remote->set_ends_parts(true);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        for (const auto at : {15 * MiB, 5 * MiB, 10 * MiB + 4096}) {
            co_await expect_bytes(file, at, 4 * KiB);
            co_await settle();
            EXPECT_EQ(remote->open_downloads(), 0U) << "at " << at;
        }
        EXPECT_LE(remote->bytes_sent(), 3 * (4 + 64) * KiB);
        // The part that ends with the file, and nothing behind it.
        co_await expect_bytes(file, 20 * MiB - KiB, KiB);
        files->release(file);
    });
}

TEST_F(reading_files, a_part_that_is_read_on_costs_one_more_download)
{
    add_file(20 * MiB);
    remote->set_ends_parts(true);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        for (auto at = 5 * MiB; at < 20 * MiB; at += 128 * KiB) {
            co_await expect_bytes(file, at, 128 * KiB);
        }
        EXPECT_EQ(downloads(), 2U);
        EXPECT_EQ(remote->bytes_sent(), 15 * MiB);
        files->release(file);
    });
}

TEST_F(reading_files, bytes_in_memory_are_answered_without_suspending)
{
    add_file(MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await expect_bytes(file, 0, MiB);
        const auto answer = begin_read(file, 100, 512 * KiB);
        // co_spawn runs a coroutine at once, up to its first wait; only the completion is posted.
        co_await boost::asio::post(boost::asio::use_awaitable);
        co_await boost::asio::post(boost::asio::use_awaitable);
        EXPECT_TRUE(answer->answer.has_value());
        EXPECT_EQ(downloads(), 1U);
        EXPECT_GE(files->count().reads_from_memory, 1U);
        files->release(file);
    });
}

TEST_F(reading_files, several_readers_of_one_file_share_its_blocks)
{
    add_file(3 * MiB);
    play([&]() -> awaitable<> {
        const auto read_it = [&]() -> awaitable<> {
            const auto all = co_await read_all("/file");
            EXPECT_EQ(all, bytes);
        };
        for (int i = 0; i < 8; ++i) {
            together.spawn(read_it());
        }
        co_await together.join();
        EXPECT_EQ(downloads(), 1U);
        EXPECT_EQ(remote->bytes_sent(), bytes.size());
    });
}

TEST_F(reading_files, a_file_opened_again_finds_its_blocks_and_keeps_the_page_cache)
{
    add_file(MiB);
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/file");
        const auto first = (co_await files->open(inode, O_RDONLY)).value();
        EXPECT_FALSE(first.keep_page_cache);
        co_await expect_bytes(first.handle, 0, MiB);
        files->release(first.handle);
        const auto second = (co_await files->open(inode, O_RDONLY)).value();
        EXPECT_TRUE(second.keep_page_cache);
        co_await expect_bytes(second.handle, 0, MiB);
        files->release(second.handle);
        EXPECT_EQ(downloads(), 1U);
    });
}

TEST_F(reading_files, interleaved_readers_get_two_streams)
{
    add_file(64 * MiB);
    play([&]() -> awaitable<> {
        const auto a = co_await open("/file");
        const auto b = co_await open("/file");
        for (std::size_t at = 0; at < 8 * MiB; at += 128 * KiB) {
            co_await expect_bytes(a, at, 128 * KiB);
            co_await expect_bytes(b, 32 * MiB + at, 128 * KiB);
        }
        EXPECT_LE(downloads(), 4U);
        EXPECT_LE(remote->peak_downloads(), 2U);
        files->release(a);
        files->release(b);
    });
}

TEST_F(reading_files, three_interleaved_readers_all_come_to_their_end)
{
    add_file(12 * MiB);
    play([&]() -> awaitable<> {
        const auto read_part = [&](std::size_t begin, std::size_t end) -> awaitable<> {
            const auto file = co_await open("/file");
            for (auto at = begin; at < end; at += 128 * KiB) {
                co_await expect_bytes(file, at, 128 * KiB);
            }
            files->release(file);
        };
        for (std::size_t part = 0; part < 4; ++part) {
            together.spawn(read_part(part * 3 * MiB, (part + 1) * 3 * MiB));
        }
        co_await together.join();
        EXPECT_LE(remote->peak_downloads(), 3U);
    });
}

TEST_F(reading_files, the_kernels_requests_in_any_order_are_one_download)
{
    add_file(4 * MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        for (std::size_t at = 0; at < bytes.size(); at += MiB) {
            std::vector<std::shared_ptr<background_read>> reads;
            for (const std::size_t part : {3U, 1U, 0U, 2U, 7U, 5U, 4U, 6U}) {
                reads.push_back(begin_read(file, at + part * 128 * KiB, 128 * KiB));
            }
            co_await settle();
            for (const auto& one : reads) {
                EXPECT_TRUE(one->answer && *one->answer);
            }
        }
        EXPECT_EQ(downloads(), 1U);
        files->release(file);
    });
}

TEST_F(reading_files, a_file_of_unknown_size_is_read_to_its_end_and_its_size_is_learned)
{
    add_file(700 * KiB + 7);
    remote->attributes_of("/file").size.reset();
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/file");
        const auto opened = (co_await files->open(inode, O_RDONLY)).value();
        EXPECT_TRUE(opened.past_page_cache);
        co_await expect_bytes(opened.handle, 0, MiB);
        co_await expect_bytes(opened.handle, bytes.size(), MiB);
        const auto status = (co_await files->get_attributes(inode)).value();
        EXPECT_EQ(status.attributes.st_size, static_cast<off_t>(bytes.size()));
        files->release(opened.handle);
    });
}

TEST_F(reading_files, a_size_that_is_an_upper_bound_is_corrected_at_the_end)
{
    add_file(100 * KiB);
    remote->attributes_of("/file").size = 128 * KiB;
    remote->attributes_of("/file").size_is_exact = false;
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/file");
        EXPECT_EQ(co_await read_all("/file"), bytes);
        const auto status = (co_await files->get_attributes(inode)).value();
        EXPECT_EQ(status.attributes.st_size, static_cast<off_t>(bytes.size()));
    });
}

TEST_F(reading_files, nothing_is_read_behind_the_end_of_a_file_of_unknown_size)
{
    add_file(10 * KiB);
    remote->attributes_of("/file").size.reset();
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await expect_bytes(file, 5 * MiB, 4 * KiB);
        co_await expect_bytes(file, 0, 64 * KiB);
        files->release(file);
    });
}

TEST_F(reading_files, opening_for_writing_is_refused_on_a_read_only_mount)
{
    add_file(10);
    settings.read_only = true;
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/file");
        for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC}) {
            EXPECT_EQ((co_await files->open(inode, flags)).error(), errc::read_only);
        }
        EXPECT_EQ((co_await files->open(root_inode, O_RDONLY)).error(), errc::is_a_directory);
    });
}

TEST_F(reading_files, an_idle_stream_is_closed_after_its_time)
{
    settings.stream_idle = std::chrono::milliseconds{1};
    add_file(8 * MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        co_await expect_bytes(file, 0, 4 * KiB);
        boost::asio::steady_timer pause{loop, std::chrono::milliseconds{50}};
        co_await pause.async_wait(boost::asio::use_awaitable);
        EXPECT_EQ(remote->open_downloads(), 0U);
        co_await expect_bytes(file, 300 * KiB, 4 * KiB);
        EXPECT_EQ(downloads(), 2U);
        files->release(file);
    });
}

TEST_F(reading_files, random_reads_give_the_bytes_of_the_file)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    settings.cache_size = 4 * MiB;
    std::vector<std::string> contents;
    for (unsigned i = 0; i < 4; ++i) {
        contents.push_back(pattern(random() % (6 * MiB), seed + i));
        remote->add_file("/random" + std::to_string(i), contents.back());
    }
    remote->attributes_of("/random3").size.reset();
    remote->set_chunk(1 + random() % (200 * KiB));
    play([&]() -> awaitable<> {
        const auto reader = [&](unsigned number, unsigned own_seed) -> awaitable<> {
            std::mt19937 mine{own_seed};
            const auto& expected = contents[number];
            const auto file = co_await open("/random" + std::to_string(number));
            std::size_t at = 0;
            for (int step = 0; step < 60; ++step) {
                at = mine() % 3 == 0 ? mine() % (expected.size() + 1000) : at;
                const std::size_t size = 1 + mine() % (mine() % 2 == 0 ? 8 * KiB : MiB);
                const auto got = co_await read(file, at, size);
                const auto begin = std::min(at, expected.size());
                EXPECT_EQ(got.size(), std::min(size, expected.size() - begin)) << "at " << at << " size " << size;
                EXPECT_TRUE(expected.compare(begin, got.size(), got) == 0) << "at " << at << " size " << size;
                at += got.size();
            }
            files->release(file);
        };
        for (unsigned i = 0; i < 12; ++i) {
            together.spawn(reader(i % 4, seed + i));
        }
        co_await together.join();
    });
}

}  // namespace
}  // namespace ftpfs::fs
