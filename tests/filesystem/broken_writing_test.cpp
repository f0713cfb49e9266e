// Writing to a server that fails: either success and the right bytes, or an error and the old file (or a kept copy)
// intact. Never success with wrong bytes.
#include "filesystem/writing_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <random>

namespace ftpfs::fs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class broken_writing : public writing_fixture {
protected:
    broken_writing() { remote->add_file("/dir/old", old); }

    const std::string old = pattern(5 * MiB, 7);
    const std::string content = pattern(6 * MiB, 3);
};

// "A transfer that is cut off goes on by itself where the server says it stopped."
TEST_F(broken_writing, an_upload_that_breaks_anywhere_goes_on_by_itself)
{
    play([&]() -> awaitable<> {
        int number = 0;
        for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{1}, 1 * MiB - 1, 3 * MiB, 6 * MiB - 1}) {
            for (const std::uint64_t lost : {std::uint64_t{0}, std::uint64_t{1}, 512 * KiB}) {
                const auto path = "/dir/new" + std::to_string(number++);
                remote->cut_upload_after(at, errc::connection_lost, lost);
                EXPECT_TRUE((co_await store(path, content)).has_value()) << "at " << at << " lost " << lost;
                EXPECT_TRUE(on_server(path) == content) << "at " << at << " lost " << lost;
            }
        }
    });
}

TEST_F(broken_writing, after_a_failure_the_kernel_forgets_what_was_written)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/dir/old");
        const auto reader = co_await open("/dir/old");
        EXPECT_EQ(co_await read(reader, 0, 100), old.substr(0, 100));
        files->release(reader);
        const auto writer = co_await open_with("/dir/old", O_RDWR);
        EXPECT_TRUE((co_await write(writer, 10, "changed")).has_value());
        remote->fail(test::call::open_upload, errc::permission_denied);
        EXPECT_FALSE((co_await close(writer)).has_value());
        const auto again = (co_await files->open(inode, O_RDONLY)).value();
        EXPECT_FALSE(again.keep_page_cache);
        EXPECT_EQ(co_await read(again.handle, 0, 100), old.substr(0, 100));
        files->release(again.handle);
    });
}

TEST_F(broken_writing, without_appending_a_small_upload_begins_anew)
{
    remote->set_append_supported(false);
    play([&]() -> awaitable<> {
        remote->cut_upload_after(3 * MiB);
        EXPECT_TRUE((co_await store("/dir/new", content)).has_value());
        EXPECT_TRUE(on_server("/dir/new") == content);
    });
}

TEST_F(broken_writing, without_appending_a_large_upload_fails)
{
    remote->set_append_supported(false);
    play([&]() -> awaitable<> {
        remote->cut_upload_after(20 * MiB);
        EXPECT_FALSE((co_await store("/dir/new", pattern(24 * MiB))).has_value());
    });
}

TEST_F(broken_writing, a_server_that_breaks_again_and_again_is_given_up)
{
    for (int i = 0; i < 10; ++i) {
        remote->cut_upload_after(0);
    }
    play([&]() -> awaitable<> { EXPECT_EQ((co_await store("/dir/new", content)).error(), errc::connection_lost); });
}

// The old file, still there after the break, is not taken for what has arrived of the new one.
TEST_F(broken_writing, what_a_server_with_hidden_stores_puts_back_is_not_continued)
{
    remote->set_hidden_stores(true);
    play([&]() -> awaitable<> {
        remote->cut_upload_after(6 * MiB);
        EXPECT_TRUE((co_await store("/dir/old", content)).has_value());
        EXPECT_TRUE(on_server("/dir/old") == content);
    });
}

TEST_F(broken_writing, what_a_server_with_hidden_stores_puts_back_is_not_continued_when_the_start_is_gone)
{
    remote->set_hidden_stores(true);
    play([&]() -> awaitable<> {
        remote->cut_upload_after(20 * MiB);
        const auto stored = co_await store("/dir/old", pattern(24 * MiB));
        EXPECT_FALSE(stored.has_value());
        EXPECT_TRUE(on_server("/dir/old") == old);
    });
}

TEST_F(broken_writing, a_server_that_loses_the_same_bytes_again_and_again_is_given_up)
{
    for (int i = 0; i < 10; ++i) {
        remote->cut_upload_after(2 * MiB, errc::connection_lost, 2 * MiB);
    }
    play([&]() -> awaitable<> {
        EXPECT_EQ((co_await store("/dir/new", content)).error(), errc::connection_lost);
        EXPECT_LE(remote->count("upload") + remote->count("append"), 5U);
    });
}

// "No space left on the server is ENOSPC, a full quota EDQUOT, a refusal EACCES"
// "An error of the server reaches the program at the next write(), at fsync() or at close(), and every later call on
// the same descriptor reports it again."
TEST_F(broken_writing, the_verdict_of_the_server_reaches_the_program)
{
    play([&]() -> awaitable<> {
        for (const auto verdict : {errc::no_space, errc::quota_exceeded, errc::permission_denied}) {
            remote->cut_upload_after(MiB, verdict);
            const auto file = (co_await create("/dir/new")).value();
            bool failed = false;
            for (std::size_t at = 0; at < 64 * MiB && !failed; at += MiB) {
                const auto written = co_await write(file, at, std::string(MiB, 'x'));
                failed = !written && written.error() == verdict;
            }
            EXPECT_TRUE(failed);
            EXPECT_EQ((co_await files->flush(file)).error(), verdict);
            EXPECT_EQ((co_await files->sync(file)).error(), verdict);
            EXPECT_EQ((co_await write(file, 0, "x")).error(), verdict);
            files->release(file);
        }
    });
}

// "A failed upload never deletes or empties what was there before" and "A changed copy that could not be sent is kept
// below recovery in the staging directory, with a note of where it belongs"
TEST_F(broken_writing, a_changed_file_that_cannot_be_sent_leaves_the_old_one_and_is_kept)
{
    auto changed = old;
    changed.replace(0, 3, "new");
    const std::vector<std::pair<test::call, errc>> steps{{test::call::open_upload, errc::permission_denied},
                                                         {test::call::write, errc::no_space},
                                                         {test::call::finish, errc::quota_exceeded},
                                                         {test::call::rename, errc::permission_denied}};
    play([&]() -> awaitable<> {
        std::size_t kept = 0;
        for (const auto& [step, why] : steps) {
            const auto file = co_await open_with("/dir/old", O_RDWR);
            co_await write(file, 0, "new");
            remote->fail(step, why);
            EXPECT_EQ((co_await files->flush(file)).error(), why);
            EXPECT_EQ((co_await files->flush(file)).error(), why);
            EXPECT_TRUE(on_server("/dir/old") == old);
            EXPECT_THAT(remote->names_in("/dir"), ElementsAre("old")) << "the temporary file is gone";
            files->release(file);
            while (kept_copies().size() == kept && kept < 10) {
                co_await settle();
            }
            kept = kept_copies().size();
            EXPECT_TRUE(co_await read_all("/dir/old") == old);
        }
        EXPECT_EQ(kept, steps.size());
    });
    for (const auto& copy : kept_copies()) {
        EXPECT_TRUE(content_of(copy) == changed);
        EXPECT_THAT(content_of(copy + ".txt"), HasSubstr("/dir/old"));
    }
}

TEST_F(broken_writing, a_staged_upload_that_breaks_goes_on_by_itself)
{
    play([&]() -> awaitable<> {
        auto expected = old;
        for (const std::uint64_t at : {std::uint64_t{0}, 1 * MiB + 5, 5 * MiB - 1}) {
            const auto file = co_await open_with("/dir/old", O_RDWR);
            const auto text = "at " + std::to_string(at);
            co_await write(file, 1000, text);
            expected.replace(1000, text.size(), text);
            remote->cut_upload_after(at, errc::connection_lost, 100);
            EXPECT_TRUE((co_await close(file)).has_value());
            EXPECT_TRUE(on_server("/dir/old") == expected);
        }
    });
}

TEST_F(broken_writing, a_staged_file_whose_rest_was_replaced_meanwhile_is_not_mixed)
{
    play([&]() -> awaitable<> {
        const auto file = co_await open_with("/dir/old", O_RDWR);
        co_await write(file, 0, "new");
        remote->cut_download_after(100 * KiB);
        EXPECT_EQ((co_await read(file, 0, 6)), "new" + old.substr(3, 3));
        remote->replace_file("/dir/old", pattern(5 * MiB, 99));
        EXPECT_EQ((co_await close(file)).error(), errc::version_changed);
        EXPECT_TRUE(on_server("/dir/old") == pattern(5 * MiB, 99));
    });
    EXPECT_EQ(kept_copies().size(), 1U);
    for (const auto& copy : kept_copies()) {
        EXPECT_THAT(content_of(copy + ".txt"), HasSubstr("not complete"));
    }
}

TEST_F(broken_writing, a_full_staging_directory_is_told_to_the_writer)
{
    settings.staging_dir = "/dev/full/not-a-directory";
    play([&]() -> awaitable<> {
        const auto file = co_await open_with("/dir/old", O_RDWR);
        EXPECT_FALSE((co_await write(file, 0, "new")).has_value());
        EXPECT_FALSE((co_await close(file)).has_value());
        EXPECT_TRUE(on_server("/dir/old") == old);
    });
}

TEST_F(broken_writing, a_writer_that_is_interrupted_only_stops_waiting)
{
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/new")).value();
        remote->hold(test::call::write);
        std::size_t taken = 0;
        boost::asio::cancellation_signal cancel;
        bool cancelled = false;
        const auto write_all = [&]() -> awaitable<> {
            co_await boost::asio::this_coro::throw_if_cancelled(false);
            while (taken < content.size() * 2) {
                const auto written = co_await write(file, taken, std::string(MiB, 'x'));
                if (!written) {
                    cancelled = written.error() == errc::cancelled;
                    break;
                }
                taken += MiB;
            }
        };
        boost::asio::co_spawn(loop, write_all(),
                              boost::asio::bind_cancellation_slot(cancel.slot(), boost::asio::detached));
        co_await settle();
        EXPECT_LE(taken, 6 * MiB) << "the queue is bounded";
        cancel.emit(boost::asio::cancellation_type::terminal);
        co_await settle();
        EXPECT_TRUE(cancelled);
        remote->release();
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_TRUE(on_server("/dir/new") == std::string(taken, 'x'));
    });
}

TEST_F(broken_writing, a_random_program_on_a_server_that_breaks_never_succeeds_with_wrong_bytes)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    const std::vector<test::call> calls{test::call::open_upload, test::call::write,  test::call::finish,
                                        test::call::rename,      test::call::remove, test::call::stat,
                                        test::call::open,        test::call::read,   test::call::list};
    const std::vector<errc> reasons{errc::connection_lost, errc::no_space, errc::timed_out, errc::permission_denied};
    play([&]() -> awaitable<> {
        std::string confirmed = old;
        const auto parent = co_await find("/dir");
        for (int round = 0; round < 60; ++round) {
            pass(std::chrono::seconds{random() % 15});
            const bool empties = random() % 3 == 0;
            const auto found = co_await files->lookup(parent, test::name("old"));
            if (!found) {
                continue;
            }
            const auto opened = co_await files->open(found->inode, O_RDWR | (empties ? O_TRUNC : 0));
            if (!opened) {
                // Emptying may have reached the server; the program was told that it does not know.
                confirmed = on_server("/dir/old");
                continue;
            }
            std::string wanted = empties ? "" : confirmed;
            bool failed = false;
            if (random() % 2 == 0) {
                remote->fail(calls[random() % calls.size()], reasons[random() % reasons.size()], random() % 3);
            }
            if (random() % 2 == 0) {
                remote->cut_upload_after(random() % (2 * MiB), reasons[random() % reasons.size()], random() % 1000);
            }
            for (unsigned step = 0; step < 1 + random() % 6; ++step) {
                const auto at = random() % 2 == 0 ? wanted.size() : random() % (wanted.size() + 100);
                const auto text = pattern(1 + random() % (300 * KiB), static_cast<unsigned>(random()));
                const auto written = co_await write(opened->handle, at, text);
                failed = failed || !written;
                wanted.resize(std::max(wanted.size(), at + text.size()));
                wanted.replace(at, text.size(), text);
            }
            const auto closed = co_await close(opened->handle);
            co_await settle();
            if (closed) {
                EXPECT_FALSE(failed) << "round " << round;
                EXPECT_TRUE(on_server("/dir/old") == wanted) << "round " << round;
            } else if (!empties) {
                // Appending may have added a part of what was wanted; nothing that was there is lost.
                EXPECT_TRUE(on_server("/dir/old").starts_with(confirmed)) << "round " << round;
            }
            confirmed = on_server("/dir/old");
        }
    });
}

}  // namespace
}  // namespace ftpfs::fs
