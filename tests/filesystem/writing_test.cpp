// Writing files: when the bytes reach the server, and when the program hears that they did.
#include "filesystem/writing_fixture.hpp"

namespace ftpfs::fs {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class writing : public writing_fixture {
protected:
    writing() { remote->add_file("/dir/old", old); }

    const std::string old = pattern(3 * MiB, 7);
};

// "A file that is created or emptied and then written from its beginning is sent while it is written, at any size,
// without a local copy."
TEST_F(writing, a_file_written_in_order_is_sent_while_it_is_written)
{
    play([&]() -> awaitable<> {
        const auto content = pattern(20 * MiB);
        const auto file = (co_await create("/dir/new")).value();
        for (std::size_t at = 0; at < content.size(); at += 128 * KiB) {
            EXPECT_TRUE((co_await write(file, at, content.substr(at, 128 * KiB))).has_value());
        }
        EXPECT_GE(remote->bytes_received(), 10 * MiB);
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/new"), content);
        EXPECT_EQ(files->count().staged_files, 0U);
        EXPECT_EQ(remote->count("upload"), 1U);
    });
}

// "open() with O_CREAT fails where the server refuses to create the file."
TEST_F(writing, creating_fails_at_once_where_the_server_refuses)
{
    play([&]() -> awaitable<> {
        remote->fail(test::call::open_upload, errc::permission_denied);
        EXPECT_EQ((co_await create("/dir/new")).error(), errc::permission_denied);
        EXPECT_FALSE((co_await stat_of("/dir/new")).has_value());
    });
}

TEST_F(writing, an_empty_file_is_created)
{
    play([&]() -> awaitable<> {
        EXPECT_TRUE((co_await store("/dir/empty", "")).has_value());
        EXPECT_EQ(on_server("/dir/empty"), "");
    });
}

// `echo text > file` in a shell: a duplicate of the descriptor is closed before anything is written.
TEST_F(writing, a_descriptor_that_is_closed_before_the_first_byte_costs_no_upload_of_its_own)
{
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/new")).value();
        EXPECT_TRUE((co_await files->flush(file)).has_value());
        EXPECT_TRUE((co_await write(file, 0, "text")).has_value());
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/new"), "text");
        EXPECT_EQ(remote->count("upload"), 1U);

        const auto empty = (co_await create("/dir/empty")).value();
        EXPECT_TRUE((co_await files->sync(empty)).has_value());
        EXPECT_EQ(remote->count("finish"), 2U) << "fsync() waits for the verdict, also on an empty file";
        EXPECT_TRUE((co_await close(empty)).has_value());
    });
}

// "fsync() returns success only after the server has confirmed all that was written"
TEST_F(writing, flush_waits_for_the_server)
{
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/new")).value();
        co_await write(file, 0, "some bytes");
        remote->hold(test::call::finish);
        bool flushed = false;
        const auto flush = [&]() -> awaitable<> {
            const auto done = co_await files->sync(file);
            flushed = done.has_value();
        };
        together.spawn(flush());
        co_await settle();
        EXPECT_FALSE(flushed);
        remote->release();
        co_await together.join();
        EXPECT_TRUE(flushed);
        co_await close(file);
    });
}

// "… and reports the right size."
TEST_F(writing, a_file_that_arrived_incomplete_is_no_success)
{
    play([&]() -> awaitable<> {
        const auto content = pattern(30 * MiB);
        const auto file = (co_await create("/dir/new")).value();
        for (std::size_t at = 0; at < content.size(); at += MiB) {
            co_await write(file, at, content.substr(at, MiB));
        }
        remote->lose_at_finish(20 * MiB);
        const auto flushed = co_await files->flush(file);
        EXPECT_FALSE(flushed.has_value());
        EXPECT_FALSE((co_await files->flush(file)).has_value()) << "every later call reports it again";
        EXPECT_FALSE((co_await write(file, content.size(), "x")).has_value());
        files->release(file);
    });
}

TEST_F(writing, what_the_server_lost_at_the_end_is_sent_again)
{
    play([&]() -> awaitable<> {
        const auto content = pattern(6 * MiB);
        remote->lose_at_finish(2 * MiB);
        EXPECT_TRUE((co_await store("/dir/new", content)).has_value());
        EXPECT_EQ(on_server("/dir/new"), content);
    });
}

TEST_F(writing, pieces_that_come_a_little_early_wait_for_their_neighbours)
{
    play([&]() -> awaitable<> {
        const auto content = pattern(2 * MiB);
        const auto file = (co_await create("/dir/new")).value();
        for (const std::size_t block : {1U, 0U, 3U, 2U, 7U, 6U, 5U, 4U, 8U, 9U, 15U, 14U, 13U, 12U, 11U, 10U}) {
            co_await write(file, block * 128 * KiB, content.substr(block * 128 * KiB, 128 * KiB));
        }
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/new"), content);
        EXPECT_EQ(files->count().staged_files, 0U);
    });
}

TEST_F(writing, a_small_new_file_written_at_random_costs_one_whole_upload)
{
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/new", O_RDWR | O_CREAT)).value();
        co_await write(file, 0, "header....");
        co_await write(file, 10, "body");
        co_await write(file, 0, "HEADER");
        EXPECT_EQ((co_await read(file, 0, 100)), "HEADER....body");
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/new"), "HEADER....body");
        EXPECT_EQ(remote->count("open"), 0U);
        EXPECT_THAT(remote->names_in("/dir"), ElementsAre("new", "old"));
    });
}

// "A file written at other places … is first changed in a copy on this machine … holding only what was touched."
TEST_F(writing, a_file_changed_in_place_stays_complete_on_the_server_until_it_is_replaced)
{
    play([&]() -> awaitable<> {
        remote->attributes_of("/dir/old").mode = std::uint16_t{0640};
        const auto file = co_await open_with("/dir/old", O_RDWR);
        remote->forget_calls();
        EXPECT_TRUE((co_await write(file, 100, "changed")).has_value());
        EXPECT_THAT(remote->calls(), IsEmpty());
        EXPECT_EQ(on_server("/dir/old"), old);
        auto expected = old;
        expected.replace(100, 7, "changed");
        EXPECT_EQ(co_await read(file, 0, 1000), expected.substr(0, 1000));
        EXPECT_EQ(on_server("/dir/old"), old);
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/old"), expected);
        EXPECT_EQ(remote->attributes_of("/dir/old").mode, 0640) << "its permission bits are kept";
        EXPECT_THAT(remote->calls(), Contains(StartsWith("upload /dir/.old.ftpfs-")));
        EXPECT_THAT(remote->names_in("/dir"), ElementsAre("old"));
        EXPECT_EQ(co_await read_all("/dir/old"), expected);
    });
}

TEST_F(writing, cutting_a_file_to_a_length_takes_effect_before_the_call_returns)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/dir/old");
        attribute_request cut;
        cut.size = 1000;
        const auto status = co_await files->set_attributes(inode, cut, std::nullopt);
        EXPECT_EQ(status.value().attributes.st_size, 1000);
        EXPECT_EQ(on_server("/dir/old"), old.substr(0, 1000));
        cut.size = 0;
        co_await files->set_attributes(inode, cut, std::nullopt);
        EXPECT_EQ(on_server("/dir/old"), "");
        cut.size = 5;
        co_await files->set_attributes(inode, cut, std::nullopt);
        EXPECT_EQ(on_server("/dir/old"), std::string(5, '\0'));
    });
}

// "A file opened with O_APPEND, or written only behind its end, is extended by sending the new part alone"
TEST_F(writing, appending_sends_the_new_part_alone)
{
    play([&]() -> awaitable<> {
        const auto file = co_await open_with("/dir/old", O_WRONLY | O_APPEND);
        remote->forget_calls();
        co_await write(file, old.size(), "one line\n");
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/old"), old + "one line\n");
        EXPECT_THAT(remote->calls(), ElementsAre("append /dir/old @" + std::to_string(old.size()), "finish /dir/old"));
    });
}

// "… after checking that the file is still the one that was opened"
TEST_F(writing, appending_to_another_version_is_refused)
{
    play([&]() -> awaitable<> {
        const auto file = co_await open_with("/dir/old", O_WRONLY | O_APPEND);
        remote->replace_file("/dir/old", "longer than before? no: shorter");
        co_await write(file, old.size(), "one line\n");
        EXPECT_EQ((co_await close(file)).error(), errc::version_changed);
        EXPECT_EQ(on_server("/dir/old"), "longer than before? no: shorter");
    });
}

// "… otherwise it is sent as a whole."
TEST_F(writing, where_the_server_cannot_append_the_whole_file_is_sent)
{
    remote->set_append_supported(false);
    play([&]() -> awaitable<> {
        const auto file = co_await open_with("/dir/old", O_WRONLY | O_APPEND);
        co_await write(file, old.size(), "one line\n");
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/old"), old + "one line\n");
    });
}

// "Two programs of this machine that append to one file both find their lines in it."
TEST_F(writing, two_appenders_both_find_their_lines)
{
    play([&]() -> awaitable<> {
        const auto a = co_await open_with("/dir/old", O_WRONLY | O_APPEND);
        const auto b = co_await open_with("/dir/old", O_WRONLY | O_APPEND);
        std::string expected = old;
        for (int line = 0; line < 20; ++line) {
            const auto text = "line " + std::to_string(line) + "\n";
            co_await write(line % 2 == 0 ? a : b, old.size(), text);
            expected += text;
            if (line % 5 == 0) {
                EXPECT_TRUE((co_await files->flush(a)).has_value());
            }
        }
        EXPECT_TRUE((co_await close(a)).has_value());
        EXPECT_TRUE((co_await close(b)).has_value());
        EXPECT_EQ(on_server("/dir/old"), expected);
    });
}

TEST_F(writing, writing_goes_on_after_a_flush)
{
    for (const bool appends : {true, false}) {
        remote->set_append_supported(appends);
        play([&]() -> awaitable<> {
            const auto file = (co_await create("/dir/new")).value();
            std::string expected;
            for (int line = 0; line < 5; ++line) {
                co_await write(file, expected.size(), "line\n");
                expected += "line\n";
                EXPECT_TRUE((co_await files->flush(file)).has_value());
                EXPECT_EQ(on_server("/dir/new"), expected);
            }
            co_await close(file);
        });
        files.reset();
        remote->remove("/dir/new");
    }
}

// "A change made through the mount is seen at once through the mount, in names, attributes and bytes."
TEST_F(writing, what_is_written_is_seen_at_once_by_others)
{
    play([&]() -> awaitable<> {
        const auto reader = co_await open("/dir/old");
        EXPECT_EQ(co_await read(reader, 0, 100), old.substr(0, 100));
        const auto writer = co_await open_with("/dir/old", O_RDWR);
        co_await write(writer, 50, "changed");
        auto expected = old;
        expected.replace(50, 7, "changed");
        EXPECT_EQ(co_await read(reader, 0, 100), expected.substr(0, 100));
        co_await write(writer, old.size(), "more");
        expected += "more";
        EXPECT_EQ((co_await stat_of("/dir/old")).value().st_size, static_cast<off_t>(expected.size()));
        pass(std::chrono::seconds{60});
        EXPECT_EQ((co_await stat_of("/dir/old")).value().st_size, static_cast<off_t>(expected.size()))
            << "a listing that arrives meanwhile does not show the old size";
        EXPECT_TRUE((co_await close(writer)).has_value());
        EXPECT_EQ(co_await read(reader, 0, 100), expected.substr(0, 100));
        EXPECT_EQ(co_await read(reader, old.size() - 4, 100), expected.substr(old.size() - 4));
        files->release(reader);
    });
}

TEST_F(writing, a_new_file_can_be_read_while_it_is_written)
{
    play([&]() -> awaitable<> {
        const auto content = pattern(20 * MiB);
        const auto file = (co_await create("/dir/new", O_RDWR | O_CREAT)).value();
        for (std::size_t at = 0; at < 2 * MiB; at += MiB) {
            co_await write(file, at, content.substr(at, MiB));
        }
        EXPECT_EQ(co_await read(file, 0, 1000), content.substr(0, 1000));
        EXPECT_EQ(files->count().downloads, 0U);
        for (std::size_t at = 2 * MiB; at < content.size(); at += MiB) {
            co_await write(file, at, content.substr(at, MiB));
        }
        EXPECT_EQ(co_await read(file, 0, 1000), content.substr(0, 1000));
        EXPECT_EQ(co_await read(file, content.size() - 10, 1000), content.substr(content.size() - 10));
        co_await write(file, content.size(), "end");
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/new"), content + "end");
    });
}

TEST_F(writing, an_idle_file_open_for_writing_gives_its_only_session_to_others)
{
    remote->limit_sessions(1);
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/new")).value();
        co_await write(file, 0, "first ");
        EXPECT_EQ(co_await read_all("/dir/old"), old);
        co_await write(file, 6, "second");
        EXPECT_EQ((co_await names_in("/dir")).size(), 2U);
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/new"), "first second");
    });
}

TEST_F(writing, a_file_is_changed_in_place_with_a_single_session)
{
    remote->limit_sessions(1);
    play([&]() -> awaitable<> {
        const auto file = co_await open_with("/dir/old", O_RDWR);
        co_await write(file, 10, "x");
        co_await write(file, 2 * MiB, "y");
        auto expected = old;
        expected[10] = 'x';
        expected[2 * MiB] = 'y';
        EXPECT_EQ(co_await read(file, 2 * MiB - 5, 10), expected.substr(2 * MiB - 5, 10));
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/old"), expected);
    });
}

TEST_F(writing, atomic_uploads_show_a_new_file_only_when_it_is_complete)
{
    settings.upload = upload_mode::atomic;
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/new")).value();
        co_await write(file, 0, "content");
        EXPECT_EQ(on_server("/dir/new"), "(none)");
        EXPECT_THAT(co_await names_in("/dir"), ElementsAre("new", "old"));
        pass(std::chrono::seconds{60});
        EXPECT_THAT(co_await names_in("/dir"), ElementsAre("new", "old"));
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/new"), "content");
    });
}

TEST_F(writing, everything_is_refused_on_a_read_only_mount)
{
    settings.read_only = true;
    play([&]() -> awaitable<> {
        EXPECT_EQ((co_await create("/dir/new")).error(), errc::read_only);
        const auto inode = co_await find("/dir/old");
        const auto directory = co_await find("/dir");
        EXPECT_EQ((co_await files->open(inode, O_WRONLY)).error(), errc::read_only);
        EXPECT_EQ((co_await files->remove(directory, test::name("old"))).error(), errc::read_only);
        EXPECT_EQ((co_await files->make_directory(directory, test::name("d"), 0755)).error(), errc::read_only);
        EXPECT_EQ((co_await files->set_attributes(inode, {}, std::nullopt)).error(), errc::read_only);
    });
}

// "Unmounting … finishes the uploads first"
TEST_F(writing, stopping_sends_what_is_left)
{
    play([&]() -> awaitable<> {
        const auto a = (co_await create("/dir/a")).value();
        co_await write(a, 0, "streamed");
        const auto b = co_await open_with("/dir/old", O_RDWR);
        co_await write(b, 0, "staged");
    });
    EXPECT_EQ(on_server("/dir/a"), "streamed");
    EXPECT_EQ(on_server("/dir/old"), "staged" + old.substr(6));
}

// "… within a limit of time; what could not be sent is named in the log, with the place where it is kept."
TEST_F(writing, stopping_keeps_what_a_silent_server_does_not_take)
{
    settings.stop_limit = std::chrono::milliseconds{100};
    play([&]() -> awaitable<> {
        const auto b = co_await open_with("/dir/old", O_RDWR);
        co_await write(b, 0, "staged");
        co_await read(b, 0, 4 * MiB);
        remote->hold_everything();
    });
    EXPECT_EQ(on_server("/dir/old"), old);
    EXPECT_EQ(kept_copies().size(), 1U);
    for (const auto& kept : kept_copies()) {
        EXPECT_EQ(content_of(kept), "staged" + old.substr(6));
        EXPECT_THAT(content_of(kept + ".txt"), testing::HasSubstr("/dir/old"));
    }
}

// The kernel's pages: nobody else may have some of a file that is written past them.
TEST_F(writing, only_a_file_nobody_else_has_open_is_written_past_the_page_cache)
{
    play([&]() -> awaitable<> {
        const auto directory = co_await find("/dir");
        const auto inode = co_await find("/dir/old");
        const auto reader = (co_await files->open(inode, O_RDONLY)).value();
        const auto beside = (co_await files->open(inode, O_WRONLY | O_TRUNC)).value();
        EXPECT_FALSE(beside.past_page_cache);
        EXPECT_TRUE((co_await close(beside.handle)).has_value());
        files->release(reader.handle);

        const auto both = (co_await files->create(directory, test::name("both"), O_RDWR, 0644)).value();
        EXPECT_FALSE(both.file.past_page_cache);  // it may be mapped
        EXPECT_TRUE((co_await close(both.file.handle)).has_value());

        const auto alone = (co_await files->open(inode, O_WRONLY | O_TRUNC)).value();
        EXPECT_TRUE(alone.past_page_cache);
        EXPECT_TRUE((co_await close(alone.handle)).has_value());

        const auto changed = (co_await files->open(inode, O_WRONLY)).value();
        EXPECT_FALSE(changed.past_page_cache);
        EXPECT_TRUE((co_await close(changed.handle)).has_value());
    });
}

TEST_F(writing, who_opens_a_file_that_is_written_past_the_page_cache_goes_past_it_too)
{
    play([&]() -> awaitable<> {
        const auto directory = co_await find("/dir");
        const auto made = (co_await files->create(directory, test::name("new"), O_WRONLY, 0644)).value();
        EXPECT_TRUE(made.file.past_page_cache);
        const auto reader = (co_await files->open(made.node.inode, O_RDONLY)).value();
        EXPECT_TRUE(reader.past_page_cache);
        const auto second = (co_await files->open(made.node.inode, O_WRONLY)).value();
        EXPECT_TRUE(second.past_page_cache);
        files->release(reader.handle);
        EXPECT_TRUE((co_await close(made.file.handle)).has_value());
        EXPECT_TRUE((co_await close(second.handle)).has_value());

        const auto later = (co_await files->open(made.node.inode, O_RDONLY)).value();
        EXPECT_FALSE(later.past_page_cache);
        files->release(later.handle);
    });
}

}  // namespace
}  // namespace ftpfs::fs
