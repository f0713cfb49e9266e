// The disk cache under the file system: what was read once costs the server nothing, what changed is fetched anew.
#include "filesystem/file_system_test.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>

namespace ftpfs::fs {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;

class disk_caching : public file_system_test {
protected:
    disk_caching()
    {
        settings.disk_cache = 64 * MiB;
        settings.cache_dir = folder.str() + "/cache";
        settings.server = "server";
        remote->add_file("/small", small);
        remote->add_file("/large", large);
    }

    // Mounts, runs the body, unmounts. Nothing is in memory at the beginning.
    template <class Body>
    void mount(Body body)
    {
        files.reset();
        start();
        remote->forget_calls();
        play([&]() -> awaitable<> {
            const auto up = co_await files->start();
            EXPECT_TRUE(up);
            co_await body();
            co_await kept();
        });
    }

    // Until the helper has written everything. No test depends on how long that takes.
    awaitable<> kept()
    {
        boost::asio::steady_timer pause{loop};
        const auto deadline = std::chrono::steady_clock::now() + seconds{10};
        for (auto before = files->count().disk_bytes_written + 1;
             before != files->count().disk_bytes_written && std::chrono::steady_clock::now() < deadline;) {
            before = files->count().disk_bytes_written;
            pause.expires_after(std::chrono::milliseconds{30});
            co_await pause.async_wait(as_result);
        }
    }

    void read_both()
    {
        mount([&]() -> awaitable<> {
            EXPECT_EQ(co_await read_all("/small"), small);
            EXPECT_EQ(co_await read_all("/large"), large);
        });
    }

    std::string blocks() const { return settings.cache_dir + "/ftpfs-blocks-1"; }

    test::temporary_folder folder;
    const std::string small = pattern(1000, 1);
    const std::string large = pattern(3 * MiB + 5, 2);
};

TEST_F(disk_caching, what_was_read_once_costs_the_server_nothing_after_a_remount)
{
    read_both();
    EXPECT_EQ(remote->count("open"), 2U);
    EXPECT_EQ(files->count().disk_bytes_written, small.size() + large.size());
    const auto sent = remote->bytes_sent();
    read_both();
    EXPECT_EQ(remote->count("open"), 0U);
    EXPECT_EQ(remote->bytes_sent(), sent);
    EXPECT_EQ(files->count().disk_bytes_read, small.size() + large.size());
    EXPECT_EQ(files->count().disk_bytes_written, 0U);
    EXPECT_EQ(files->count().disk_hits, 1U + large.size() / (128 * KiB) + 1U);
}

TEST_F(disk_caching, what_left_the_memory_comes_from_the_disk)
{
    settings.cache_size = 4 * MiB;
    const auto other = pattern(8 * MiB, 3);
    remote->add_file("/other", other);
    mount([&]() -> awaitable<> {
        EXPECT_EQ(co_await read_all("/large"), large);
        EXPECT_EQ(co_await read_all("/other"), other);
        co_await kept();
        remote->forget_calls();
        EXPECT_EQ(co_await read_all("/large"), large);
        EXPECT_EQ(remote->count("open"), 0U);
    });
}

TEST_F(disk_caching, is_off_unless_asked_for)
{
    settings.disk_cache = 0;
    read_both();
    EXPECT_FALSE(std::filesystem::exists(settings.cache_dir));
    read_both();
    EXPECT_EQ(remote->count("open"), 2U);
}

TEST_F(disk_caching, a_changed_file_is_fetched_anew)
{
    read_both();
    auto changed = large;
    changed[0] = static_cast<char>(changed[0] + 1);
    remote->replace_file("/large", changed);
    mount([&]() -> awaitable<> {
        EXPECT_EQ(co_await read_all("/large"), changed);
        EXPECT_EQ(co_await read_all("/small"), small);
        EXPECT_EQ(remote->count("open"), 1U);
        EXPECT_EQ(files->count().disk_dropped, 1U);
    });
    mount([&]() -> awaitable<> {
        EXPECT_EQ(co_await read_all("/large"), changed);
        EXPECT_EQ(remote->count("open"), 0U);
    });
}

TEST_F(disk_caching, a_file_that_changes_behind_blocks_from_the_disk_is_stale_and_never_mixed)
{
    mount([&]() -> awaitable<> {
        const auto file = co_await open("/large");
        co_await read(file, 0, MiB);
        files->release(file);
    });
    const auto sent = remote->bytes_sent();
    ASSERT_LT(sent, large.size()) << "some of it is not on the disk";
    mount([&]() -> awaitable<> {
        const auto file = co_await open("/large");
        EXPECT_EQ(co_await read(file, 0, 128 * KiB), large.substr(0, 128 * KiB));
        EXPECT_EQ(remote->count("open"), 0U);
        auto changed = pattern(large.size(), 9);
        remote->replace_file("/large", changed);
        const auto end = co_await files->read(file, large.size() - 4 * KiB, 4 * KiB);
        EXPECT_FALSE(end.has_value());
        EXPECT_EQ(end.error(), errc::version_changed);
        files->release(file);
        EXPECT_EQ(co_await read_all("/large"), changed);
    });
}

TEST_F(disk_caching, a_file_changed_a_moment_ago_is_not_kept)
{
    remote->attributes_of("/small").modified.value =
        std::chrono::floor<seconds>(std::chrono::system_clock::now()) - seconds{5};
    read_both();
    EXPECT_EQ(files->count().disk_bytes_written, large.size());
    read_both();
    EXPECT_EQ(remote->count("open"), 1U);
}

TEST_F(disk_caching, a_file_without_time_or_size_is_not_kept)
{
    remote->attributes_of("/small").modified = {};
    remote->attributes_of("/large").size.reset();
    read_both();
    EXPECT_EQ(files->count().disk_bytes_written, 0U);
    read_both();
    EXPECT_EQ(remote->count("open"), 2U);
}

TEST_F(disk_caching, what_is_written_here_drops_the_old_blocks_even_if_size_and_time_stay)
{
    read_both();
    const auto attributes = remote->attributes_of("/small");
    const auto changed = pattern(small.size(), 7);
    mount([&]() -> awaitable<> {
        const auto inode = co_await find("/small");
        const auto file = (co_await files->open(inode, O_WRONLY | O_TRUNC)).value().handle;
        const auto bytes = std::make_shared<std::byte[]>(changed.size());
        std::memcpy(bytes.get(), changed.data(), changed.size());
        EXPECT_TRUE(co_await files->write(file, 0, shared_bytes{bytes, 0, changed.size()}));
        EXPECT_TRUE(co_await files->flush(file));
        files->release(file);
        // As cp -p does.
        attribute_request times;
        times.modified = attributes.modified.value;
        EXPECT_TRUE(co_await files->set_attributes(inode, times, std::nullopt));
        EXPECT_EQ(co_await read_all("/small"), changed);
    });
    EXPECT_EQ(remote->attributes_of("/small").modified.value, attributes.modified.value);
    mount([&]() -> awaitable<> { EXPECT_EQ(co_await read_all("/small"), changed); });
    EXPECT_EQ(remote->count("open"), 0U);
}

TEST_F(disk_caching, what_is_renamed_here_drops_the_blocks_of_both_names_and_below)
{
    const auto other = pattern(small.size(), 8);
    remote->add_file("/a/file", small);
    remote->add_file("/b/file", other);
    remote->attributes_of("/b/file") = remote->attributes_of("/a/file");
    const auto read_as = [&](const std::string& a, const std::string& b) {
        mount([&]() -> awaitable<> {
            EXPECT_EQ(co_await read_all("/a/file"), a);
            EXPECT_EQ(co_await read_all("/b/file"), b);
        });
    };
    read_as(small, other);
    const std::vector<std::pair<const char*, const char*>> swap{{"a", "c"}, {"b", "a"}, {"c", "b"}};
    mount([&]() -> awaitable<> {
        for (const auto& [from, to] : swap) {
            const auto done = co_await files->rename(root_inode, test::name(from), root_inode, test::name(to), 0);
            EXPECT_TRUE(done);
        }
        EXPECT_EQ(co_await read_all("/a/file"), other);
        EXPECT_EQ(co_await read_all("/b/file"), small);
    });
    read_as(other, small);
}

TEST_F(disk_caching, blocks_that_are_damaged_are_fetched_anew)
{
    read_both();
    for (const auto& entry : std::filesystem::directory_iterator{blocks()}) {
        if (entry.path().filename() != "lock") {
            std::filesystem::resize_file(entry.path(), entry.file_size() - 1);
        }
    }
    read_both();
    EXPECT_EQ(files->count().disk_dropped, 2U);
    EXPECT_EQ(remote->count("open"), 2U);
}

TEST_F(disk_caching, a_folder_that_cannot_be_used_is_done_without)
{
    for (const auto* directory : {"/proc/ftpfs", "/nonexistent/cache", "/dev/null", ""}) {
        settings.cache_dir = directory;
        read_both();
        read_both();
        EXPECT_EQ(remote->count("open"), 2U) << directory;
        mount([&]() -> awaitable<> {
            const auto status = co_await files->get_extended_attribute(root_inode, "user.ftpfs.status");
            EXPECT_THAT(status.value(), HasSubstr(R"("disk_cache":{"state":"failed")")) << directory;
        });
    }
}

TEST_F(disk_caching, a_slow_disk_is_not_waited_for_and_what_comes_late_does_no_harm)
{
    read_both();
    settings.disk_patience = std::chrono::milliseconds{0};
    remote->set_chunk(10'000);
    read_both();
    EXPECT_GE(remote->count("open"), 2U);
}

TEST_F(disk_caching, who_holds_the_lock_of_the_folder_holds_up_no_reader)
{
    read_both();
    const auto theirs = cache::disk_folder::open(settings.cache_dir).value();
    const auto lock = theirs.take_lock().value();
    ASSERT_TRUE(lock);
    const auto other = pattern(20 * MiB, 4);
    remote->add_file("/other", other);
    mount([&]() -> awaitable<> {
        const auto begin = std::chrono::steady_clock::now();
        EXPECT_EQ(co_await read_all("/large"), large);
        EXPECT_EQ(remote->count("open"), 0U);
        EXPECT_EQ(co_await read_all("/other"), other);
        EXPECT_LT(std::chrono::steady_clock::now() - begin, cache::disk_folder::lock_patience);
        // Of 160 blocks 128 may wait, and up to 8 are being written meanwhile.
        EXPECT_GE(files->count().disk_refused, 24U) << "no more than 16 MiB wait";
    });
    EXPECT_EQ(files->count().disk_bytes_written, 0U);
}

TEST_F(disk_caching, two_mounts_share_a_folder)
{
    read_both();
    const auto mine = settings;
    auto others = settings;
    others.server = "another server";
    auto second_remote = std::make_shared<test::fake_remote>(loop.get_executor());
    second_remote->add_file("/small", pattern(small.size(), 5));
    second_remote->attributes_of("/small") = remote->attributes_of("/small");
    file_system second{loop.get_executor(), second_remote, others, log{}, [this] { return now; }};
    mount([&]() -> awaitable<> {
        EXPECT_TRUE(co_await second.start());
        EXPECT_EQ(co_await read_all("/small"), small);
        const auto entry = (co_await second.lookup(root_inode, test::name("small"))).value();
        const auto file = (co_await second.open(entry.inode, O_RDONLY)).value().handle;
        EXPECT_EQ(joined((co_await second.read(file, 0, small.size())).value()), pattern(small.size(), 5));
        second.release(file);
        EXPECT_EQ(co_await read_all("/large"), large);
        EXPECT_EQ(remote->count("open"), 0U);
        co_await second.stop();
    });
}

TEST_F(disk_caching, many_reads_at_once_of_one_file_are_right)
{
    read_both();
    mount([&]() -> awaitable<> {
        const auto file = co_await open("/large");
        std::vector<std::shared_ptr<background_read>> reads;
        for (std::size_t at = 0; at < large.size(); at += 100 * KiB) {
            reads.push_back(begin_read(file, at, 100 * KiB));
        }
        const auto is_pending = [](const auto& one) { return !one->answer; };
        boost::asio::steady_timer pause{loop};
        const auto deadline = std::chrono::steady_clock::now() + seconds{10};
        while (std::ranges::any_of(reads, is_pending) && std::chrono::steady_clock::now() < deadline) {
            pause.expires_after(std::chrono::milliseconds{5});
            co_await pause.async_wait(as_result);
        }
        for (std::size_t place = 0; place < reads.size(); ++place) {
            const auto& answer = reads[place]->answer;
            EXPECT_EQ(answer && *answer ? joined(**answer) : "", large.substr(place * 100 * KiB, 100 * KiB)) << place;
        }
        EXPECT_EQ(remote->count("open"), 0U);
        files->release(file);
    });
}

}  // namespace
}  // namespace ftpfs::fs
