// Changing names and attributes: what is asked of the server, and what is seen at once.
#include "filesystem/writing_fixture.hpp"

namespace ftpfs::fs {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class changes : public writing_fixture {
protected:
    changes()
    {
        remote->add_file("/dir/a", "bytes of a");
        remote->add_file("/dir/b", "bytes of b!");
        remote->add_directory("/dir/sub");
        remote->add_file("/dir/sub/deep", "deep bytes");
    }

    awaitable<result<>> rename(std::string from, std::string to, unsigned flags = 0)
    {
        const auto a = test::path(from);
        const auto b = test::path(to);
        const auto parent = co_await find(a.parent().str());
        const auto new_parent = co_await find(b.parent().str());
        co_return co_await files->rename(parent, test::name(a.name()), new_parent, test::name(b.name()), flags);
    }
    awaitable<result<>> remove(std::string what)
    {
        const auto path = test::path(what);
        const auto parent = co_await find(path.parent().str());
        co_return co_await files->remove(parent, test::name(path.name()));
    }
    awaitable<result<>> rmdir(std::string what)
    {
        const auto path = test::path(what);
        const auto parent = co_await find(path.parent().str());
        co_return co_await files->remove_directory(parent, test::name(path.name()));
    }
    awaitable<result<node_status>> chmod(std::string path, mode_t mode)
    {
        const auto inode = co_await find(path);
        attribute_request request;
        request.mode = mode;
        co_return co_await files->set_attributes(inode, request, std::nullopt);
    }
    awaitable<result<node_status>> touch(std::string path, std::int64_t time)
    {
        const auto inode = co_await find(path);
        attribute_request request;
        request.modified = std::chrono::system_clock::time_point{seconds{time}};
        co_return co_await files->set_attributes(inode, request, std::nullopt);
    }
    awaitable<result<node_status>> chown(std::string path, uid_t uid)
    {
        const auto inode = co_await find(path);
        attribute_request request;
        request.uid = uid;
        co_return co_await files->set_attributes(inode, request, std::nullopt);
    }
    static int errno_of(const failure& why) { return why.code.value(); }
};

// "A change made through the mount is seen at once through the mount, in names, attributes and bytes."
TEST_F(changes, names_are_seen_at_once_without_another_listing)
{
    play([&]() -> awaitable<> {
        EXPECT_THAT(co_await names_in("/dir"), ElementsAre("a", "b", "sub"));
        const auto listings = remote->count("list");
        const auto parent = co_await find("/dir");
        EXPECT_TRUE((co_await files->make_directory(parent, test::name("new"), 0755)).has_value());
        EXPECT_TRUE((co_await files->make_symlink(parent, test::name("link"), "a")).has_value());
        EXPECT_TRUE((co_await store("/dir/file", "content")).has_value());
        EXPECT_TRUE((co_await remove("/dir/a")).has_value());
        EXPECT_TRUE((co_await rename("/dir/b", "/dir/c")).has_value());
        EXPECT_THAT(co_await names_in("/dir"), ElementsAre("c", "file", "link", "new", "sub"));
        EXPECT_THAT(co_await names_in("/dir/new"), IsEmpty());
        EXPECT_FALSE((co_await stat_of("/dir/a")).has_value());
        EXPECT_FALSE((co_await stat_of("/dir/b")).has_value());
        EXPECT_EQ((co_await stat_of("/dir/file")).value().st_size, 7);
        EXPECT_EQ((co_await stat_of("/dir/c")).value().st_size, 11);
        EXPECT_TRUE((co_await rmdir("/dir/new")).has_value());
        EXPECT_FALSE((co_await stat_of("/dir/new")).has_value());
        EXPECT_EQ(remote->count("list"), listings);
        EXPECT_EQ(co_await read_all("/dir/c"), "bytes of b!");
    });
}

TEST_F(changes, a_thousand_new_files_in_a_new_directory_need_no_question)
{
    play([&]() -> awaitable<> {
        const auto parent = co_await find("/dir");
        co_await files->make_directory(parent, test::name("new"), 0755);
        remote->forget_calls();
        for (int i = 0; i < 100; ++i) {
            EXPECT_TRUE((co_await store("/dir/new/" + std::to_string(i), "x")).has_value());
        }
        EXPECT_EQ(remote->count("list"), 0U);
        EXPECT_EQ(remote->count("stat"), 0U);
        EXPECT_EQ((co_await names_in("/dir/new")).size(), 100U);
    });
}

TEST_F(changes, a_listing_that_was_under_way_does_not_undo_a_change)
{
    play([&]() -> awaitable<> {
        const auto parent = co_await find("/dir");
        remote->hold(test::call::list);
        const auto look = [&]() -> awaitable<> {
            const auto opened = co_await files->open_directory(parent);
            files->release_directory(opened.value());
        };
        together.spawn(look());
        co_await settle();
        const auto made = co_await files->make_directory(parent, test::name("new"), 0755);
        EXPECT_TRUE(made.has_value());
        remote->remove("/dir/new");  // as if the listing had been taken before
        remote->release();
        co_await together.join();
        EXPECT_THAT(co_await names_in("/dir"), ElementsAre("a", "b", "new", "sub"));
    });
}

// "unlink() never removes a directory." and "rmdir() fails with ENOTEMPTY …"
TEST_F(changes, kinds_are_respected)
{
    play([&]() -> awaitable<> {
        EXPECT_EQ((co_await remove("/dir/sub")).error(), errc::is_a_directory);
        EXPECT_EQ((co_await rmdir("/dir/a")).error(), errc::not_a_directory);
        EXPECT_EQ((co_await rmdir("/dir/sub")).error(), errc::not_empty);
        EXPECT_EQ((co_await rename("/dir/a", "/dir/sub")).error(), errc::is_a_directory);
        EXPECT_EQ((co_await rename("/dir/sub", "/dir/a")).error(), errc::not_a_directory);
        EXPECT_EQ((co_await rename("/dir/none", "/dir/x")).error(), errc::not_found);
        EXPECT_EQ((co_await rename("/dir/sub", "/dir/sub/x")).error(), errc::invalid_name);
    });
}

// "rename() replaces an existing target." "RENAME_NOREPLACE fails with EEXIST …" "RENAME_EXCHANGE fails with EINVAL."
TEST_F(changes, renaming_replaces_unless_told_otherwise)
{
    play([&]() -> awaitable<> {
        EXPECT_EQ((co_await rename("/dir/a", "/dir/b", 1)).error(), errc::already_exists);
        EXPECT_EQ((co_await rename("/dir/a", "/dir/b", 2)).error(), errc::invalid_name);
        EXPECT_TRUE((co_await rename("/dir/a", "/dir/new", 1)).has_value());
        EXPECT_TRUE((co_await rename("/dir/new", "/dir/b")).has_value());
        EXPECT_EQ(co_await read_all("/dir/b"), "bytes of a");
        EXPECT_EQ(on_server("/dir/b"), "bytes of a");
    });
}

TEST_F(changes, a_directory_with_files_the_server_has_not_seen_is_not_empty)
{
    settings.upload = upload_mode::atomic;
    play([&]() -> awaitable<> {
        const auto parent = co_await find("/dir");
        EXPECT_TRUE((co_await files->make_directory(parent, test::name("target"), 0755)).has_value());
        const auto file = (co_await create("/dir/target/new")).value();
        EXPECT_TRUE((co_await write(file, 0, "unsent")).has_value());
        EXPECT_EQ((co_await rename("/dir/sub", "/dir/target")).error(), errc::not_empty);
        EXPECT_EQ((co_await rmdir("/dir/target")).error(), errc::not_empty);
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/target/new"), "unsent");
        EXPECT_EQ(on_server("/dir/sub/deep"), "deep bytes");
    });
}

TEST_F(changes, a_directory_is_moved_with_what_is_known_below)
{
    play([&]() -> awaitable<> {
        const auto file = co_await open("/dir/sub/deep");
        const auto inode = co_await find("/dir/sub/deep");
        EXPECT_TRUE((co_await rename("/dir/sub", "/top")).has_value());
        EXPECT_EQ(files->describe(inode), "/top/deep");
        EXPECT_EQ(co_await find("/top/deep"), inode);
        EXPECT_EQ(co_await read(file, 0, 100), "deep bytes");
        EXPECT_TRUE((co_await files->get_attributes(inode)).has_value());
        files->release(file);
        EXPECT_THAT(co_await names_in("/dir"), ElementsAre("a", "b"));
        EXPECT_THAT(co_await names_in("/top"), ElementsAre("deep"));
    });
}

// "A file may be renamed while it is open, also while it is being written."
TEST_F(changes, a_file_is_renamed_while_it_is_written)
{
    play([&]() -> awaitable<> {
        const auto streamed = (co_await create("/dir/new")).value();
        co_await write(streamed, 0, "before ");
        EXPECT_TRUE((co_await rename("/dir/new", "/dir/sub/moved")).has_value());
        co_await write(streamed, 7, "after");
        EXPECT_TRUE((co_await close(streamed)).has_value());
        EXPECT_EQ(on_server("/dir/sub/moved"), "before after");
        EXPECT_EQ(on_server("/dir/new"), "(none)");

        const auto staged = co_await open_with("/dir/a", O_RDWR);
        co_await write(staged, 0, "BYTES");
        EXPECT_TRUE((co_await rename("/dir/a", "/dir/b")).has_value());
        EXPECT_EQ(on_server("/dir/b"), "bytes of a");
        EXPECT_EQ(co_await read(staged, 0, 100), "BYTES of a");
        EXPECT_TRUE((co_await close(staged)).has_value());
        EXPECT_EQ(on_server("/dir/b"), "BYTES of a");
        EXPECT_EQ(on_server("/dir/a"), "(none)");
        EXPECT_EQ(co_await read_all("/dir/b"), "BYTES of a");
    });
}

// "A file that is removed while it is open gives ESTALE for bytes that are not cached; what is still being written to
// it is dropped."
TEST_F(changes, a_removed_file_is_never_sent)
{
    play([&]() -> awaitable<> {
        const auto reader = co_await open("/dir/b");
        const auto inode = co_await find("/dir/b");
        const auto writer = co_await open_with("/dir/a", O_RDWR);
        co_await write(writer, 0, "BYTES");
        EXPECT_TRUE((co_await remove("/dir/a")).has_value());
        EXPECT_TRUE((co_await remove("/dir/b")).has_value());
        EXPECT_EQ((co_await files->read(reader, 0, 100)).error(), errc::version_changed);
        EXPECT_EQ((co_await files->get_attributes(inode)).value().attributes.st_nlink, 0U);
        EXPECT_TRUE((co_await close(writer)).has_value());
        files->release(reader);
        EXPECT_THAT(remote->names_in("/dir"), ElementsAre("sub"));
    });
    EXPECT_THAT(kept_copies(), IsEmpty());
}

TEST_F(changes, bytes_that_were_read_of_a_removed_file_can_be_read_again)
{
    play([&]() -> awaitable<> {
        const auto reader = co_await open("/dir/b");
        EXPECT_EQ(co_await read(reader, 0, 100), "bytes of b!");
        EXPECT_TRUE((co_await remove("/dir/b")).has_value());
        EXPECT_EQ(co_await read(reader, 0, 100), "bytes of b!");
        files->release(reader);
    });
}

TEST_F(changes, a_temporary_file_without_a_name_keeps_what_is_written)
{
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/tmp", O_RDWR | O_CREAT | O_EXCL)).value();
        EXPECT_TRUE((co_await remove("/dir/tmp")).has_value());
        EXPECT_TRUE((co_await write(file, 0, "scratch")).has_value());
        EXPECT_EQ(co_await read(file, 0, 100), "scratch");
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/tmp"), "(none)");
    });
}

TEST_F(changes, what_was_written_without_a_name_stays_for_those_who_still_have_it_open)
{
    play([&]() -> awaitable<> {
        const auto writer = (co_await create("/dir/new", O_RDWR | O_CREAT)).value();
        const auto reader = co_await open("/dir/new");
        EXPECT_TRUE((co_await remove("/dir/new")).has_value());
        EXPECT_TRUE((co_await write(writer, 0, "left behind")).has_value());
        EXPECT_TRUE((co_await close(writer)).has_value());
        co_await settle();
        EXPECT_EQ(co_await read(reader, 0, 100), "left behind");
        files->release(reader);
        co_await settle();
        EXPECT_EQ(on_server("/dir/new"), "(none)");
        EXPECT_THAT(kept_copies(), IsEmpty());
    });
}

TEST_F(changes, a_removal_the_server_refuses_does_no_harm)
{
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/new")).value();
        co_await write(file, 0, "content");
        remote->fail(test::call::remove, errc::permission_denied);
        EXPECT_EQ((co_await remove("/dir/new")).error(), errc::permission_denied);
        co_await write(file, 7, " and more");
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/new"), "content and more");
    });
}

// "chmod() works where the server has a command for it, else it fails with EOPNOTSUPP unless the bits are already so."
TEST_F(changes, modes_are_changed_where_the_server_can)
{
    play([&]() -> awaitable<> {
        EXPECT_EQ((co_await chmod("/dir/a", 0750)).value().attributes.st_mode, S_IFREG | 0750U);
        EXPECT_EQ(remote->attributes_of("/dir/a").mode, 0750);
        remote->set_modes_supported(false);
        EXPECT_EQ((co_await chmod("/dir/a", 0600)).error(), errc::unsupported);
        EXPECT_TRUE((co_await chmod("/dir/a", 0750)).has_value());
    });
}

// "The modification time can be set where the server has a command for it; it is set after the upload is complete."
TEST_F(changes, times_are_set_after_the_upload)
{
    play([&]() -> awaitable<> {
        EXPECT_EQ((co_await touch("/dir/a", 1'500'000'000)).value().attributes.st_mtim.tv_sec, 1'500'000'000);
        EXPECT_EQ(remote->attributes_of("/dir/a").modified.value.time_since_epoch().count(), 1'500'000'000);
        EXPECT_EQ(co_await read_all("/dir/a"), "bytes of a");

        const auto file = (co_await create("/dir/new")).value();
        co_await write(file, 0, "content");
        EXPECT_TRUE((co_await touch("/dir/new", 1'400'000'000)).has_value());
        EXPECT_EQ((co_await stat_of("/dir/new")).value().st_mtim.tv_sec, 1'400'000'000);
        EXPECT_EQ(remote->count("time"), 1U);
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(remote->attributes_of("/dir/new").modified.value.time_since_epoch().count(), 1'400'000'000);
        EXPECT_EQ((co_await stat_of("/dir/new")).value().st_mtim.tv_sec, 1'400'000'000);
        pass(seconds{60});
        EXPECT_EQ((co_await stat_of("/dir/new")).value().st_mtim.tv_sec, 1'400'000'000);
    });
}

// LIST tells minutes, and whoever compares times takes another one for another file.
TEST_F(changes, a_time_that_was_set_here_is_shown_when_listings_tell_less)
{
    remote->set_lists_minutes(true);
    play([&]() -> awaitable<> {
        EXPECT_TRUE((co_await touch("/dir/a", 1'500'000'017)).has_value());
        pass(seconds{60});
        EXPECT_EQ((co_await stat_of("/dir/a")).value().st_mtim.tv_sec, 1'500'000'017);
        EXPECT_TRUE((co_await rename("/dir/a", "/dir/c")).has_value());
        pass(seconds{60});
        EXPECT_EQ((co_await stat_of("/dir/c")).value().st_mtim.tv_sec, 1'500'000'017);
    });
}

TEST_F(changes, reading_a_file_shows_no_other_time)
{
    remote->set_lists_minutes(true);
    play([&]() -> awaitable<> {
        const auto before = (co_await stat_of("/dir/a")).value().st_mtim.tv_sec;
        EXPECT_LT(before, remote->attributes_of("/dir/a").modified.value.time_since_epoch().count());
        EXPECT_EQ(co_await read_all("/dir/a"), "bytes of a");
        EXPECT_EQ((co_await stat_of("/dir/a")).value().st_mtim.tv_sec, before);
        pass(seconds{60});
        EXPECT_EQ((co_await stat_of("/dir/a")).value().st_mtim.tv_sec, before);
    });
}

// A round trip less for each file of cp -p, tar -x and unzip.
TEST_F(changes, times_need_no_call_of_their_own_where_the_upload_sets_them)
{
    remote->set_times_with_uploads(true);
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/new")).value();
        co_await write(file, 0, "content");
        EXPECT_TRUE((co_await touch("/dir/new", 1'400'000'000)).has_value());
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_THAT(remote->calls(), Contains("finish /dir/new 1400000000"));
        EXPECT_EQ(remote->count("time"), 0U);
        EXPECT_EQ(remote->attributes_of("/dir/new").modified.value.time_since_epoch().count(), 1'400'000'000);
        EXPECT_EQ((co_await stat_of("/dir/new")).value().st_mtim.tv_sec, 1'400'000'000);
        pass(seconds{60});
        EXPECT_EQ((co_await stat_of("/dir/new")).value().st_mtim.tv_sec, 1'400'000'000);
        EXPECT_EQ(co_await read_all("/dir/new"), "content");
    });
}

TEST_F(changes, times_go_with_a_staged_upload_too)
{
    remote->set_times_with_uploads(true);
    play([&]() -> awaitable<> {
        const auto file = co_await open_with("/dir/a", O_RDWR);
        co_await write(file, 0, "BYTES");
        EXPECT_TRUE((co_await touch("/dir/a", 1'400'000'000)).has_value());
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/a"), "BYTES of a");
        EXPECT_EQ(remote->count("time"), 0U);
        EXPECT_EQ(remote->attributes_of("/dir/a").modified.value.time_since_epoch().count(), 1'400'000'000);
        EXPECT_EQ((co_await stat_of("/dir/a")).value().st_mtim.tv_sec, 1'400'000'000);
    });
}

// The first transfer ended with the time; what is written afterwards has a time of its own.
TEST_F(changes, bytes_written_later_have_a_later_time)
{
    remote->set_times_with_uploads(true);
    play([&]() -> awaitable<> {
        const auto file = (co_await create("/dir/new")).value();
        co_await write(file, 0, "one");
        EXPECT_TRUE((co_await touch("/dir/new", 1'400'000'000)).has_value());
        EXPECT_TRUE((co_await files->flush(file)).has_value());
        co_await write(file, 3, " two");
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_EQ(on_server("/dir/new"), "one two");
        EXPECT_NE((co_await stat_of("/dir/new")).value().st_mtim.tv_sec, 1'400'000'000);
        EXPECT_EQ((co_await stat_of("/dir/new")).value().st_mtim.tv_sec,
                  remote->attributes_of("/dir/new").modified.value.time_since_epoch().count());
    });
}

// "Where the server has none, setting a time succeeds and has no effect beyond the mount's memory."
TEST_F(changes, times_the_server_does_not_take_are_remembered)
{
    remote->set_times_supported(false);
    play([&]() -> awaitable<> {
        EXPECT_EQ((co_await touch("/dir/a", 1'500'000'000)).value().attributes.st_mtim.tv_sec, 1'500'000'000);
        pass(seconds{60});
        EXPECT_EQ((co_await stat_of("/dir/a")).value().st_mtim.tv_sec, 1'500'000'000);
        EXPECT_TRUE((co_await rename("/dir/a", "/dir/c")).has_value());
        EXPECT_EQ((co_await stat_of("/dir/c")).value().st_mtim.tv_sec, 1'500'000'000);
        remote->replace_file("/dir/c", "another");
        pass(seconds{60});
        EXPECT_NE((co_await stat_of("/dir/c")).value().st_mtim.tv_sec, 1'500'000'000);
    });
}

TEST_F(changes, times_that_are_remembered_stand_against_coarse_listings)
{
    remote->set_times_supported(false);
    remote->set_lists_minutes(true);
    play([&]() -> awaitable<> {
        EXPECT_TRUE((co_await store("/dir/new", "content")).has_value());
        EXPECT_TRUE((co_await touch("/dir/new", 1'500'000'000)).has_value());
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ((co_await stat_of("/dir/new")).value().st_mtim.tv_sec, 1'500'000'000);
            EXPECT_EQ(co_await read_all("/dir/new"), "content");
            pass(seconds{60});
        }
        remote->replace_file("/dir/new", "another");
        pass(seconds{60});
        EXPECT_NE((co_await stat_of("/dir/new")).value().st_mtim.tv_sec, 1'500'000'000);
    });
}

TEST_F(changes, a_time_that_is_remembered_ends_with_the_content_it_was_set_for)
{
    remote->set_times_supported(false);
    remote->set_lists_minutes(true);
    play([&]() -> awaitable<> {
        co_await names_in("/dir");
        EXPECT_TRUE((co_await touch("/dir/a", 1'500'000'000)).has_value());
        EXPECT_EQ((co_await stat_of("/dir/a")).value().st_mtim.tv_sec, 1'500'000'000);
        const auto file = co_await open_with("/dir/a", O_WRONLY);
        co_await write(file, 0, "BYTES");
        EXPECT_TRUE((co_await close(file)).has_value());
        EXPECT_NE((co_await stat_of("/dir/a")).value().st_mtim.tv_sec, 1'500'000'000);
    });
}

// rsync sets the times of directories last, and only those that have another one by then.
TEST_F(changes, names_that_come_and_go_change_the_time_of_their_directory)
{
    play([&]() -> awaitable<> {
        const auto set_and_check = [&]() -> awaitable<bool> {
            const auto set = co_await touch("/dir", 1'500'000'000);
            const auto shown = co_await stat_of("/dir");
            co_return set.has_value() && shown.value().st_mtim.tv_sec == 1'500'000'000;
        };
        const auto is_recent = [&]() -> awaitable<bool> {
            const auto shown = co_await stat_of("/dir");
            co_return std::abs(shown.value().st_mtim.tv_sec - std::time(nullptr)) < 60;
        };
        EXPECT_TRUE(co_await set_and_check());
        const auto file = (co_await create("/dir/new")).value();
        EXPECT_TRUE(co_await is_recent());
        EXPECT_TRUE((co_await close(file)).has_value());

        EXPECT_TRUE(co_await set_and_check());
        EXPECT_TRUE((co_await rename("/dir/new", "/dir/newer")).has_value());
        EXPECT_TRUE(co_await is_recent());

        EXPECT_TRUE(co_await set_and_check());
        EXPECT_TRUE((co_await remove("/dir/newer")).has_value());
        EXPECT_TRUE(co_await is_recent());

        EXPECT_TRUE(co_await set_and_check());
        const auto again = co_await open_with("/dir/a", O_WRONLY);
        co_await write(again, 0, "BYTES");
        EXPECT_FALSE(co_await is_recent());
        EXPECT_TRUE((co_await close(again)).has_value());
    });
}

// "chown() to that owner succeeds; to another it fails with EPERM, or is ignored with chown=ignore"
TEST_F(changes, owners_stay)
{
    settings.uid = 1000;
    play([&]() -> awaitable<> {
        EXPECT_TRUE((co_await chown("/dir/a", 1000)).has_value());
        EXPECT_EQ(errno_of((co_await chown("/dir/a", 0)).error()), EPERM);
    });
    files.reset();
    settings.chown = owner_policy::ignore;
    play([&]() -> awaitable<> { EXPECT_TRUE((co_await chown("/dir/a", 0)).has_value()); });
}

// "Symbolic links can be made where the server has a command for it, else EPERM."
TEST_F(changes, links_are_made_where_the_server_can)
{
    remote->set_links_supported(false);
    play([&]() -> awaitable<> {
        const auto parent = co_await find("/dir");
        EXPECT_EQ(errno_of((co_await files->make_symlink(parent, test::name("l"), "a")).error()), EPERM);
        remote->set_links_supported(true);
        const auto made = co_await files->make_symlink(parent, test::name("l"), "a");
        EXPECT_EQ((co_await files->read_link(made.value().inode)).value(), "a");
    });
}

TEST_F(changes, a_new_file_gets_the_wanted_mode)
{
    play([&]() -> awaitable<> {
        const auto parent = co_await find("/dir");
        const auto made = co_await files->create(parent, test::name("tool"), O_WRONLY | O_CREAT, 0755);
        EXPECT_TRUE((co_await close(made.value().file.handle)).has_value());
        EXPECT_EQ(remote->attributes_of("/dir/tool").mode, 0755);
        EXPECT_EQ((co_await stat_of("/dir/tool")).value().st_mode, S_IFREG | 0755U);
    });
}

// "Where the server tells its free space it is reported, else 1 PiB is."
TEST_F(changes, free_space_is_what_the_server_tells)
{
    play([&]() -> awaitable<> {
        const auto made_up = (co_await files->free_space()).value();
        EXPECT_EQ(made_up.f_bavail * made_up.f_frsize, std::uint64_t{1} << 50);
        ftpfs::remote::free_space told;
        told.total = 10 * MiB;
        told.available = 4 * MiB;
        remote->set_space(told);
        pass(seconds{60});
        const auto space = (co_await files->free_space()).value();
        EXPECT_EQ(space.f_bavail * space.f_frsize, 4 * MiB);
        EXPECT_EQ(space.f_blocks * space.f_frsize, 10 * MiB);
    });
}

TEST_F(changes, free_space_is_not_waited_for_when_the_server_is_silent)
{
    settings.space_patience = std::chrono::milliseconds{10};
    play([&]() -> awaitable<> {
        ftpfs::remote::free_space told;
        told.total = 10 * MiB;
        told.available = 4 * MiB;
        remote->set_space(told);
        const auto known = (co_await files->free_space()).value();
        pass(seconds{60});
        remote->hold(test::call::space);
        const auto last = (co_await files->free_space()).value();
        EXPECT_EQ(last.f_bavail, known.f_bavail);
        const auto asked = remote->count("space");
        co_await files->free_space();
        EXPECT_EQ(remote->count("space"), asked) << "one question at a time";
        remote->release();
    });
}

TEST_F(changes, a_server_that_copies_by_itself_is_let_to)
{
    remote->set_copy_supported(true);
    play([&]() -> awaitable<> {
        const auto from = co_await open("/dir/a");
        const auto to = (co_await create("/dir/copy")).value();
        EXPECT_EQ((co_await files->copy_range(from, 0, to, 0, 1 << 20)).value(), 10U);
        EXPECT_EQ((co_await files->copy_range(from, 10, to, 10, 1 << 20)).value(), 0U);
        files->release(from);
        EXPECT_TRUE((co_await close(to)).has_value());
        EXPECT_EQ(on_server("/dir/copy"), "bytes of a");
        EXPECT_EQ(co_await read_all("/dir/copy"), "bytes of a");
    });
    files.reset();
    remote->set_copy_supported(false);
    play([&]() -> awaitable<> {
        const auto from = co_await open("/dir/a");
        const auto to = (co_await create("/dir/copy2")).value();
        EXPECT_EQ((co_await files->copy_range(from, 0, to, 0, 1 << 20)).error(), errc::unsupported);
        co_await write(to, 0, "by hand");
        EXPECT_TRUE((co_await close(to)).has_value());
        EXPECT_EQ(on_server("/dir/copy2"), "by hand");
        files->release(from);
    });
}

}  // namespace
}  // namespace ftpfs::fs
