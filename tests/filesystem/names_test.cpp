// Names and attributes: which commands reach the server, and how long its answers are believed.
#include "filesystem/file_system_test.hpp"

namespace ftpfs::fs {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class names : public file_system_test {
protected:
    names()
    {
        for (const auto* path : {"/dir/a", "/dir/b", "/dir/c"}) {
            remote->add_file(path, "bytes");
        }
        remote->add_link("/dir/link", "a");
    }
};

TEST_F(names, a_directory_listing_serves_the_following_stats_without_another_command)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/dir");
        const auto directory = (co_await files->open_directory(inode)).value();
        remote->forget_calls();
        for (const auto& entry : files->entries(directory)) {
            const auto found = co_await files->lookup(inode, entry.name);
            EXPECT_TRUE((co_await files->get_attributes(found.value().inode)).has_value());
        }
        files->release_directory(directory);
        EXPECT_THAT(remote->calls(), IsEmpty());
    });
}

TEST_F(names, ten_simultaneous_openings_of_one_directory_cause_one_listing)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/dir");
        remote->forget_calls();
        remote->hold(test::call::list);
        int answered = 0;
        const auto open_one = [&]() -> awaitable<> {
            const auto opened = co_await files->open_directory(inode);
            answered += opened.has_value() ? 1 : 0;
        };
        for (int i = 0; i < 10; ++i) {
            together.spawn(open_one());
        }
        co_await settle();
        EXPECT_EQ(answered, 0);
        remote->release();
        co_await together.join();
        EXPECT_EQ(answered, 10);
        EXPECT_THAT(remote->calls(), ElementsAre("list /dir"));
    });
}

TEST_F(names, ten_simultaneous_lookups_cause_one_listing_of_their_directory)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/dir");
        remote->forget_calls();
        remote->hold_everything();
        int answered = 0;
        const auto look_up = [&](const char* wanted) -> awaitable<> {
            const auto found = co_await files->lookup(inode, test::name(wanted));
            answered += found.has_value() && found->inode != inode_id{} ? 1 : 0;
        };
        for (int i = 0; i < 10; ++i) {
            together.spawn(look_up(i % 2 == 0 ? "a" : "b"));
        }
        co_await settle();
        remote->release();
        co_await together.join();
        EXPECT_EQ(answered, 10);
        EXPECT_EQ(remote->count("list"), 1U);
        EXPECT_LE(remote->count("stat"), 1U);
    });
}

TEST_F(names, the_first_lookup_asks_for_the_object_and_the_second_one_lists)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/dir");
        remote->forget_calls();
        for (const auto* wanted : {"a", "b", "c", "none"}) {
            co_await files->lookup(inode, test::name(wanted));
        }
        EXPECT_THAT(remote->calls(), ElementsAre("stat /dir/a", "list /dir"));
    });
}

TEST_F(names, a_complete_listing_answers_that_there_is_no_such_file)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/dir");
        (co_await files->open_directory(inode)).value();
        remote->forget_calls();
        const auto reply = (co_await files->lookup(inode, test::name("none"))).value();
        EXPECT_EQ(reply.inode, inode_id{});
        EXPECT_EQ(reply.valid_for, settings.negative_ttl);
        EXPECT_THAT(remote->calls(), IsEmpty());
    });
}

TEST_F(names, an_incomplete_listing_does_not_answer_that_there_is_no_such_file)
{
    remote->set_listings_complete(false);
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/dir");
        (co_await files->open_directory(inode)).value();
        remote->forget_calls();
        for (const auto* wanted : {"x", "y", "z"}) {
            const auto reply = (co_await files->lookup(inode, test::name(wanted))).value();
            EXPECT_EQ(reply.inode, inode_id{});
        }
        EXPECT_THAT(remote->calls(), ElementsAre("stat /dir/x", "stat /dir/y", "stat /dir/z"));
    });
}

TEST_F(names, a_missing_file_is_remembered_for_its_time)
{
    play([&]() -> awaitable<> {
        co_await find("/dir");
        const auto missing = (co_await files->lookup(root_inode, test::name("none"))).value();
        EXPECT_EQ(missing.inode, inode_id{});
        remote->forget_calls();
        co_await files->lookup(root_inode, test::name("none"));
        EXPECT_THAT(remote->calls(), IsEmpty());
        remote->add_file("/none", "now it is there");
        pass(seconds{10});
        EXPECT_NE(co_await find("/none"), inode_id{});
    });
}

TEST_F(names, a_change_on_the_server_is_seen_when_the_time_is_over)
{
    play([&]() -> awaitable<> {
        const auto inode = co_await find("/dir/a");
        const auto before = (co_await files->get_attributes(inode)).value();
        remote->replace_file("/dir/a", "more bytes");
        pass(seconds{4});
        const auto still = (co_await files->get_attributes(inode)).value();
        EXPECT_EQ(still.attributes.st_size, before.attributes.st_size);
        EXPECT_EQ(still.valid_for, seconds{6});
        pass(seconds{6});
        const auto after = (co_await files->get_attributes(inode)).value();
        EXPECT_EQ(after.attributes.st_size, 10);
        EXPECT_GT(after.attributes.st_mtim.tv_sec, before.attributes.st_mtim.tv_sec);
    });
}

TEST_F(names, expired_attributes_of_a_listed_directory_are_refreshed_by_one_listing)
{
    play([&]() -> awaitable<> {
        const auto directory = co_await find("/dir");
        (co_await files->open_directory(directory)).value();
        const auto a = co_await find("/dir/a");
        const auto b = co_await find("/dir/b");
        pass(seconds{11});
        remote->forget_calls();
        (co_await files->get_attributes(a)).value();
        (co_await files->get_attributes(b)).value();
        EXPECT_THAT(remote->calls(), ElementsAre("list /dir"));
    });
}

TEST_F(names, a_directory_that_cannot_be_listed_is_asked_entry_by_entry)
{
    play([&]() -> awaitable<> {
        const auto directory = co_await find("/dir");
        remote->forget_calls();
        remote->fail(test::call::list, errc::permission_denied);
        for (const auto* wanted : {"a", "b", "c"}) {
            const auto reply = (co_await files->lookup(directory, test::name(wanted))).value();
            EXPECT_NE(reply.inode, inode_id{});
        }
        EXPECT_THAT(remote->calls(), ElementsAre("stat /dir/a", "list /dir", "stat /dir/b", "stat /dir/c"));
    });
}

TEST_F(names, a_listing_that_took_long_is_believed_for_as_long_again)
{
    settings.dir_ttl = seconds{1};
    settings.attr_ttl = seconds{1};
    play([&]() -> awaitable<> {
        const auto directory = co_await find("/dir");
        remote->hold(test::call::list);
        const auto list = [&]() -> awaitable<> { (co_await files->open_directory(directory)).value(); };
        together.spawn(list());
        co_await settle();
        pass(seconds{30});
        remote->release();
        co_await together.join();
        remote->forget_calls();
        pass(seconds{29});
        (co_await files->open_directory(directory)).value();
        EXPECT_THAT(remote->calls(), IsEmpty());
        pass(seconds{1});
        (co_await files->open_directory(directory)).value();
        EXPECT_THAT(remote->calls(), ElementsAre("list /dir"));
    });
}

TEST_F(names, a_name_that_became_a_directory_gets_a_new_inode_and_the_old_one_is_stale)
{
    play([&]() -> awaitable<> {
        const auto file = co_await find("/dir/a");
        remote->remove("/dir/a");
        remote->add_directory("/dir/a");
        pass(seconds{11});
        const auto directory = co_await find("/dir/a");
        EXPECT_NE(directory, file);
        EXPECT_EQ((co_await files->get_attributes(file)).error(), errc::version_changed);
        EXPECT_TRUE((co_await files->open_directory(directory)).has_value());
    });
}

TEST_F(names, an_object_that_vanished_is_not_found)
{
    play([&]() -> awaitable<> {
        const auto file = co_await find("/dir/a");
        remote->remove("/dir/a");
        pass(seconds{11});
        EXPECT_EQ((co_await files->get_attributes(file)).error(), errc::not_found);
    });
}

TEST_F(names, a_directory_handle_shows_the_moment_it_was_opened)
{
    play([&]() -> awaitable<> {
        const auto directory = co_await find("/dir");
        const auto handle = (co_await files->open_directory(directory)).value();
        remote->add_file("/dir/new", "");
        pass(seconds{11});
        const auto later = (co_await files->open_directory(directory)).value();
        EXPECT_EQ(files->entries(handle).size(), 4U);
        EXPECT_EQ(files->entries(later).size(), 5U);
        EXPECT_EQ(files->inode_of(handle), directory);
        EXPECT_EQ(files->parent_of(directory), root_inode);
    });
}

TEST_F(names, remembered_entries_count_as_lookups)
{
    play([&]() -> awaitable<> {
        const auto directory = co_await find("/dir");
        const auto handle = (co_await files->open_directory(directory)).value();
        const auto entry = files->entries(handle)[0];
        const auto unknown = files->summary(handle, 0);
        const auto reply = files->remember(handle, entry);
        EXPECT_EQ(reply.valid_for, settings.attr_ttl);
        EXPECT_EQ(reply.status.attributes.st_size, 5);
        EXPECT_NE(unknown.st_ino, reply.status.attributes.st_ino);
        EXPECT_EQ(files->summary(handle, 0).st_ino, reply.status.attributes.st_ino);
        EXPECT_EQ(files->describe(reply.inode), "/dir/a");
        files->forget(reply.inode, 1);
        EXPECT_EQ((co_await files->get_attributes(reply.inode)).error(), errc::not_found);
        EXPECT_EQ(files->describe(handle), "/dir");
        files->release_directory(handle);
        EXPECT_EQ(files->entries(handle).size(), 0U);
    });
}

TEST_F(names, a_cancelled_opening_ends_at_once_and_disturbs_nobody)
{
    play([&]() -> awaitable<> {
        const auto directory = co_await find("/dir");
        remote->hold(test::call::list);
        async::task_group impatient{loop.get_executor()};
        std::optional<result<handle_id>> first;
        std::optional<result<handle_id>> second;
        const auto open_into = [&](std::optional<result<handle_id>>& answer) -> awaitable<> {
            answer = co_await files->open_directory(directory);
        };
        impatient.spawn(open_into(first));
        together.spawn(open_into(second));
        co_await settle();
        impatient.cancel();
        co_await impatient.join();
        EXPECT_EQ(first->error(), errc::cancelled);
        EXPECT_FALSE(second);
        remote->release();
        co_await together.join();
        EXPECT_TRUE(second->has_value());
        EXPECT_EQ(remote->count("list"), 1U);
    });
}

TEST_F(names, a_link_is_read_from_its_listing_or_asked_for_once)
{
    remote->add_link("/hidden", "");
    play([&]() -> awaitable<> {
        const auto link = co_await find("/dir/link");
        remote->forget_calls();
        EXPECT_EQ((co_await files->read_link(link)).value(), "a");
        EXPECT_THAT(remote->calls(), IsEmpty());
        const auto file = co_await find("/dir/a");
        EXPECT_FALSE((co_await files->read_link(file)).has_value());
        const auto hidden = co_await find("/hidden");
        co_await files->read_link(hidden);
        EXPECT_EQ(remote->count("read_link"), 1U);
    });
}

TEST_F(names, a_link_that_would_lead_out_of_the_mount_is_seen_and_not_read)
{
    remote->set_root("/srv/ftp");
    remote->add_link("/dir/inside", "/srv/ftp/dir/a");
    remote->add_link("/dir/outside", "/etc/passwd");
    remote->add_link("/dir/up", "../../x");
    remote->add_link("/dir/asked for", "");
    play([&]() -> awaitable<> {
        const auto inside = co_await find("/dir/inside");
        EXPECT_EQ((co_await files->read_link(inside)).value(), "a");
        for (const auto* name : {"/dir/outside", "/dir/up", "/dir/asked for"}) {
            const auto link = co_await find(name);
            const auto seen = co_await files->get_attributes(link);
            EXPECT_TRUE(S_ISLNK(seen.value().attributes.st_mode)) << name;
            const auto read = co_await files->read_link(link);
            EXPECT_EQ(read ? error_code{} : read.error().code, make_error_code(errc::permission_denied)) << name;
        }
    });
}

TEST_F(names, links_are_shown_as_they_are_where_it_is_wished)
{
    settings.symlinks = link_policy::show;
    remote->set_root("/srv/ftp");
    remote->add_link("/dir/outside", "/etc/passwd");
    play([&]() -> awaitable<> {
        const auto link = co_await find("/dir/outside");
        EXPECT_EQ((co_await files->read_link(link)).value(), "/etc/passwd");
    });
}

TEST_F(names, links_are_left_out_where_it_is_wished)
{
    settings.symlinks = link_policy::hide;
    remote->add_link("/dir/outside", "/etc/passwd");
    remote->add_link("/alone", "/etc/passwd");
    play([&]() -> awaitable<> {
        const auto alone = co_await files->lookup(root_inode, test::name("alone"));
        EXPECT_EQ(alone.value().inode, inode_id{});
        const auto inode = co_await find("/dir");
        const auto directory = (co_await files->open_directory(inode)).value();
        std::vector<std::string> seen;
        for (const auto& entry : files->entries(directory)) {
            seen.push_back(entry.name.str());
        }
        files->release_directory(directory);
        EXPECT_THAT(seen, ElementsAre("a", "b", "c"));
        const auto link = co_await files->lookup(inode, test::name("outside"));
        EXPECT_EQ(link.value().inode, inode_id{});
    });
}

TEST_F(names, a_failure_says_which_object_it_is_about)
{
    play([&]() -> awaitable<> {
        const auto directory = co_await find("/dir");
        remote->fail(test::call::list, failure{make_reply_error(550), "550 No."});
        const auto failed = co_await files->open_directory(directory);
        EXPECT_EQ(to_string(failed.error()), "/dir: 550 No.");
    });
}

TEST_F(names, a_mount_whose_root_cannot_be_listed_is_refused)
{
    remote->fail(test::call::list, errc::login_refused);
    play([&]() -> awaitable<> {
        EXPECT_EQ((co_await files->start()).error(), errc::login_refused);
        EXPECT_TRUE((co_await files->start()).has_value());
    });
}

TEST_F(names, with_times_of_zero_every_question_reaches_the_server)
{
    settings.dir_ttl = settings.attr_ttl = settings.negative_ttl = seconds{0};
    play([&]() -> awaitable<> {
        const auto file = co_await find("/dir/a");
        remote->forget_calls();
        for (int i = 0; i < 3; ++i) {
            const auto status = (co_await files->get_attributes(file)).value();
            EXPECT_EQ(status.valid_for.count(), 0);
        }
        EXPECT_EQ(remote->calls().size(), 3U);
    });
}

TEST_F(names, a_hundred_thousand_entries_are_no_trouble)
{
    for (int i = 0; i < 100'000; ++i) {
        remote->add_file("/large/" + std::to_string(i), "");
    }
    play([&]() -> awaitable<> {
        const auto handle = (co_await files->open_directory(co_await find("/large"))).value();
        remote->forget_calls();
        for (const auto& entry : files->entries(handle)) {
            EXPECT_NE(files->remember(handle, entry).inode, inode_id{});
        }
        for (int i = 0; i < 100'000; i += 1000) {
            EXPECT_NE(co_await find("/large/" + std::to_string(i)), inode_id{});
        }
        EXPECT_THAT(remote->calls(), IsEmpty());
    });
}

TEST_F(names, extended_attributes_tell_of_the_mount_and_its_objects)
{
    play([&]() -> awaitable<> {
        files->set_url("ftp://host/");
        files->set_remote_status([] { return std::string{"{\"sessions\":2}"}; });
        const auto file = co_await find("/dir/a");
        EXPECT_EQ((co_await files->get_extended_attribute(root_inode, "user.ftpfs.url")).value(), "ftp://host/");
        EXPECT_EQ((co_await files->get_extended_attribute(file, "user.ftpfs.url")).value(), "ftp://host/dir/a");
        const auto status = (co_await files->get_extended_attribute(root_inode, "user.ftpfs.status")).value();
        EXPECT_THAT(status, testing::HasSubstr("\"remote\":{\"sessions\":2}"));
        const auto facts = (co_await files->get_extended_attribute(file, "user.ftpfs.facts")).value();
        EXPECT_THAT(facts, testing::StartsWith("type=file;size=5;"));
        for (const auto* unknown : {"user.other", "security.selinux", "system.posix_acl_access"}) {
            EXPECT_EQ((co_await files->get_extended_attribute(file, unknown)).error(), errc::no_such_attribute);
        }
        EXPECT_EQ((co_await files->get_extended_attribute(file, "user.ftpfs.status")).error(), errc::no_such_attribute);
    });
}

}  // namespace
}  // namespace ftpfs::fs
