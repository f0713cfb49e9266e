// Broken transfers and changing files: a reader gets the bytes of one version, or an error.
#include "filesystem/file_system_test.hpp"

#include <algorithm>
#include <random>

namespace ftpfs::fs {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;

class versions : public file_system_test {
protected:
    versions() { remote->add_file("/file", first); }

    const std::string first = pattern(4 * MiB, 1);
    const std::string second = pattern(5 * MiB, 2);
};

TEST_F(versions, a_cut_transfer_goes_on_at_the_same_byte)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    for (int cuts = 0; cuts < 10; ++cuts) {
        remote->cut_download_after(1 + random() % (300 * KiB));
    }
    play([&]() -> awaitable<> {
        EXPECT_EQ(co_await read_all("/file"), first);
        EXPECT_EQ(remote->count("open"), 11U);
        EXPECT_EQ(files->count().resumed_downloads, 10U);
        EXPECT_EQ(remote->bytes_sent(), first.size());
    });
}

TEST_F(versions, a_connection_that_always_breaks_fails_the_reads_that_wait_and_the_next_one_tries_again)
{
    for (int attempt = 0; attempt < 3; ++attempt) {
        remote->fail(test::call::open, errc::connection_lost);
    }
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        const auto failed = co_await files->read(file, 0, 4 * KiB);
        EXPECT_EQ(failed.error(), errc::connection_lost);
        EXPECT_THAT(failed.error().detail, testing::StartsWith("/file"));
        EXPECT_EQ(remote->count("open"), 3U);
        EXPECT_EQ(co_await read(file, 0, 4 * KiB), first.substr(0, 4 * KiB));
        files->release(file);
    });
}

TEST_F(versions, a_refusal_is_reported_at_once)
{
    remote->fail(test::call::open, errc::permission_denied);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        EXPECT_EQ((co_await files->read(file, 0, 4 * KiB)).error(), errc::permission_denied);
        EXPECT_EQ(remote->count("open"), 1U);
        files->release(file);
    });
}

TEST_F(versions, a_file_that_changes_while_it_is_read_is_stale_and_can_be_opened_again)
{
    remote->cut_download_after(MiB);
    play([&]() -> awaitable<> {
        const auto file = co_await open("/file");
        EXPECT_EQ(co_await read(file, 0, 512 * KiB), first.substr(0, 512 * KiB));
        remote->replace_file("/file", second);
        std::size_t at = 512 * KiB;
        bytes_result answer = co_await files->read(file, at, 128 * KiB);
        while (answer) {
            const auto bytes = joined(*answer);
            EXPECT_EQ(bytes, first.substr(at, bytes.size()));
            at += bytes.size();
            if (at >= 2 * MiB) {
                break;
            }
            answer = co_await files->read(file, at, 128 * KiB);
        }
        EXPECT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error(), errc::version_changed);
        // For good: not even bytes from before.
        EXPECT_EQ((co_await files->read(file, 0, 4 * KiB)).error(), errc::version_changed);
        EXPECT_EQ(co_await read_all("/file"), second);
        files->release(file);
        EXPECT_EQ(files->count().changed_files, 1U);
    });
}

TEST_F(versions, a_change_before_the_first_byte_is_adopted_and_the_attributes_follow)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/file");
        const auto file = (co_await files->open(inode, O_RDONLY)).value().handle;
        remote->replace_file("/file", second);
        EXPECT_EQ(co_await read(file, 0, 256 * KiB), second.substr(0, 256 * KiB));
        const auto status = (co_await files->get_attributes(inode)).value();
        EXPECT_EQ(status.attributes.st_size, static_cast<off_t>(second.size()));
        EXPECT_EQ(co_await read(file, second.size() - 10, 100), second.substr(second.size() - 10));
        files->release(file);
    });
}

TEST_F(versions, a_later_handle_sees_the_new_version_while_the_old_one_is_still_open)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/file");
        const auto old_one = (co_await files->open(inode, O_RDONLY)).value().handle;
        co_await read(old_one, 0, 256 * KiB);
        remote->replace_file("/file", second);
        pass(seconds{11});
        const auto reply = (co_await files->open(inode, O_RDONLY)).value();
        EXPECT_FALSE(reply.keep_page_cache);
        EXPECT_EQ(co_await read(reply.handle, 0, 256 * KiB), second.substr(0, 256 * KiB));
        EXPECT_EQ(co_await read(old_one, 0, 256 * KiB), first.substr(0, 256 * KiB));
        EXPECT_EQ((co_await files->read(old_one, 3 * MiB, 4 * KiB)).error(), errc::version_changed);
        files->release(old_one);
        files->release(reply.handle);
    });
}

TEST_F(versions, blocks_of_a_closed_file_are_not_used_for_its_next_version)
{
    play([&]() -> awaitable<> {
        EXPECT_EQ(co_await read_all("/file"), first);
        remote->replace_file("/file", second);
        pass(seconds{11});
        EXPECT_EQ(co_await read_all("/file"), second);
    });
}

TEST_F(versions, bytes_of_a_transfer_that_was_left_do_not_reach_the_next_version)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/file");
        const auto left = (co_await files->open(inode, O_RDONLY)).value().handle;
        remote->hold(test::call::read);
        const auto waiting = begin_read(left, 0, 128 * KiB);
        co_await settle();
        waiting->cancel.emit(boost::asio::cancellation_type::terminal);
        co_await settle();
        files->release(left);
        remote->replace_file("/file", second);
        const auto next = (co_await files->open(inode, O_RDONLY)).value().handle;
        const auto again = begin_read(next, 0, 128 * KiB);
        co_await settle();
        remote->release();
        co_await settle();
        EXPECT_TRUE(again->answer && *again->answer);
        EXPECT_EQ(joined(again->answer->value()), second.substr(0, 128 * KiB));
        files->release(next);
    });
}

TEST_F(versions, a_transfer_that_ends_early_in_earnest_corrects_the_size)
{
    // The listing says more than the server sends, and tells no version that could prove a change.
    remote->attributes_of("/file").size = 6 * MiB;
    remote->attributes_of("/file").size_is_exact = false;
    play([&]() -> awaitable<> { EXPECT_EQ(co_await read_all("/file"), first); });
}

TEST_F(versions, a_random_mixture_of_cuts_and_changes_never_gives_bytes_of_two_versions)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    play([&]() -> awaitable<> {
        std::vector<std::string> contents{first};
        for (unsigned round = 0; round < 40; ++round) {
            remote->cut_download_after(1 + random() % (2 * MiB));
            const auto inode = co_await find("/file");
            const auto file = (co_await files->open(inode, O_RDONLY)).value().handle;
            std::string all;
            const std::size_t changes_at = random() % (6 * MiB);
            bool changed = false;
            for (;;) {
                const auto answer = co_await files->read(file, all.size(), 1 + random() % MiB);
                if (!answer || answer->empty()) {
                    break;
                }
                all += joined(*answer);
                if (!changed && all.size() > changes_at) {
                    changed = true;
                    contents.push_back(pattern(3 * MiB + round * 100, seed + round));
                    remote->replace_file("/file", contents.back());
                }
            }
            const auto is_begin_of = [&](const std::string& version) { return version.starts_with(all); };
            EXPECT_TRUE(std::ranges::any_of(contents, is_begin_of)) << "round " << round;
            files->release(file);
            pass(seconds{random() % 15});
        }
    });
}

}  // namespace
}  // namespace ftpfs::fs
