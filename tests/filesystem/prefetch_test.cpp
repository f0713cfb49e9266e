// What is asked of the server before a program asks: walks over trees, and small files in order.
#include "filesystem/file_system_test.hpp"

#include <algorithm>
#include <iterator>

namespace ftpfs::fs {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Not;

class prefetching : public file_system_test {
protected:
    prefetching() { settings.prefetch = true; }

public:
    // A program opens the directory and reads it.
    awaitable<result<>> list(std::string directory)
    {
        const auto inode = co_await find(std::move(directory));
        const auto opened = co_await files->open_directory(inode);
        if (!opened) {
            co_return opened.error();
        }
        files->release_directory(*opened);
        co_return result<>{};
    }
    // What find does: depth first in the order of the listing, with a lookup for every entry.
    awaitable<> walk(inode_id directory)
    {
        const auto handle = (co_await files->open_directory(directory)).value();
        std::vector<directory_entry> entries;
        std::ranges::copy(files->entries(handle), std::back_inserter(entries));
        files->release_directory(handle);
        for (const auto& entry : entries) {
            const auto node = (co_await files->lookup(directory, entry.name)).value();
            (void)(co_await files->get_attributes(node.inode)).value();
            if (entry.attributes.kind == file_kind::directory) {
                co_await walk(node.inode);
            }
        }
    }
    void add_tree(const std::string& at, int depth)
    {
        remote->add_directory(at.empty() ? "/" : at);
        remote->add_file(at + "/file", "bytes");
        for (int i = 0; depth > 0 && i < 3; ++i) {
            add_tree(at + "/" + std::to_string(i), depth - 1);
        }
    }
    void add_files(int count, std::size_t size = 8 * 1024)
    {
        for (int i = 0; i < count; ++i) {
            remote->add_file(name_of(i), pattern(size, static_cast<unsigned>(i)));
        }
    }
    static std::string name_of(int number)
    {
        auto digits = std::to_string(number);
        return "/d/" + std::string(4 - digits.size(), '0') + digits;
    }
    std::size_t ahead() const
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(remote->calls(), [](const auto& call) { return call.ends_with(" ahead"); }));
    }
};

TEST_F(prefetching, a_walk_lists_every_directory_once_and_most_of_them_ahead)
{
    add_tree("", 4);
    play([&]() -> awaitable<> {
        co_await walk(root_inode);
        EXPECT_EQ(remote->count("list"), 121U);
        EXPECT_EQ(remote->count("stat"), 0U);
        EXPECT_GE(ahead(), 100U);
        EXPECT_EQ(files->count().listed_ahead_wasted, 0U);
        EXPECT_GE(files->count().listed_ahead_used, 100U);
    });
}

TEST_F(prefetching, without_it_a_walk_is_the_same_but_for_who_asks)
{
    settings.prefetch = false;
    add_tree("", 3);
    play([&]() -> awaitable<> {
        co_await walk(root_inode);
        EXPECT_EQ(remote->count("list"), 40U);
        EXPECT_EQ(remote->count("stat"), 0U);
        EXPECT_EQ(ahead(), 0U);
    });
}

TEST_F(prefetching, a_walk_works_without_a_session_to_spare)
{
    remote->set_spare(0);
    remote->limit_sessions(1);
    add_tree("", 3);
    play([&]() -> awaitable<> {
        co_await walk(root_inode);
        EXPECT_EQ(remote->count("list"), 40U);
        EXPECT_EQ(ahead(), 0U);
    });
}

// rsync and a shell's * go by names; ProFTPD's MLSD is in the order of the disk.
TEST_F(prefetching, files_are_fetched_in_the_order_of_their_names_whatever_the_listing)
{
    remote->set_lists_backwards(true);
    add_files(50);
    play([&]() -> awaitable<> {
        co_await list("/d");
        for (int i = 0; i < 50; ++i) {
            EXPECT_EQ(co_await read_all(name_of(i)), pattern(8 * 1024, static_cast<unsigned>(i)));
            co_await settle();
        }
        EXPECT_GE(ahead(), 40U);
        EXPECT_EQ(files->count().fetched_ahead_wasted, 0U);
    });
}

TEST_F(prefetching, uses_no_more_sessions_than_there_are_to_spare)
{
    remote->set_spare(2);
    add_tree("", 4);
    play([&]() -> awaitable<> {
        co_await walk(root_inode);
        EXPECT_LE(remote->peak_ahead(), 2U);
        EXPECT_GE(ahead(), 60U);
        EXPECT_EQ(remote->count("list"), 121U);
    });
}

TEST_F(prefetching, a_program_shares_the_listing_that_is_under_way)
{
    add_tree("", 2);
    play([&]() -> awaitable<> {
        co_await list("/");
        co_await list("/0");
        remote->hold(test::call::list);
        co_await settle();
        remote->forget_calls();
        together.spawn([](prefetching& self) -> awaitable<> { (void)co_await self.list("/0/0"); }(*this));
        co_await settle();
        EXPECT_THAT(remote->calls(), Not(Contains("list /0/0")));
        remote->release();
        co_await settle();
        EXPECT_THAT(remote->calls(), Not(Contains("list /0/0")));
        EXPECT_EQ(files->count().listed_ahead_used, 1U);
    });
}

TEST_F(prefetching, a_failure_is_not_shown_to_who_asks_later)
{
    add_tree("", 2);
    play([&]() -> awaitable<> {
        co_await list("/");
        remote->fail(test::call::list, errc::permission_denied, 1);
        co_await list("/0");
        co_await settle();
        EXPECT_GE(ahead(), 1U);
        const auto shown = co_await list("/0/0");
        EXPECT_TRUE(shown.has_value());
    });
}

TEST_F(prefetching, a_directory_that_is_removed_meanwhile_is_not_there)
{
    add_tree("", 2);
    play([&]() -> awaitable<> {
        co_await list("/");
        co_await list("/0");
        co_await settle();
        EXPECT_THAT(remote->calls(), Contains("list /0/0 ahead"));
        const auto parent = co_await find("/0");
        const auto inside = co_await find("/0/0");
        (void)(co_await files->remove(inside, test::name("file"))).value();
        (void)(co_await files->remove_directory(parent, test::name("0"))).value();
        const auto gone = (co_await files->lookup(parent, test::name("0"))).value();
        EXPECT_EQ(gone.inode, inode_id{});
    });
}

TEST_F(prefetching, ends_with_the_mount)
{
    add_tree("", 3);
    play([&]() -> awaitable<> {
        co_await list("/");
        co_await list("/0");
        remote->hold_everything();
        co_await list("/");
        co_await settle();
    });
    SUCCEED() << "play() stops the file system and returns";
}

TEST_F(prefetching, small_files_in_order_are_there_when_they_are_opened)
{
    add_files(40);
    play([&]() -> awaitable<> {
        co_await list("/d");
        for (int i = 0; i < 40; ++i) {
            const auto asked = remote->calls().size() - ahead();
            EXPECT_EQ(co_await read_all(name_of(i)), remote->bytes_of(name_of(i)));
            co_await settle();
            const auto asked_now = remote->calls().size() - ahead();
            EXPECT_EQ(asked_now - asked, i < 2 ? 1U : 0U) << i;
        }
        EXPECT_EQ(remote->count("open"), 40U);
        EXPECT_EQ(files->count().fetched_ahead, 38U);
        EXPECT_EQ(files->count().fetched_ahead_used, 38U);
        EXPECT_EQ(files->count().fetched_ahead_wasted, 0U);
    });
}

TEST_F(prefetching, a_reader_shares_the_file_that_is_under_way)
{
    add_files(10);
    play([&]() -> awaitable<> {
        co_await list("/d");
        co_await read_all(name_of(0));
        co_await read_all(name_of(1));
        co_await settle();
        remote->hold(test::call::read);
        co_await read_all(name_of(2));
        co_await settle();
        const auto file = co_await open(name_of(6));
        const auto reading = begin_read(file, 0, 128 * 1024);
        co_await settle();
        EXPECT_FALSE(reading->answer.has_value());
        remote->release();
        co_await settle();
        EXPECT_TRUE(reading->answer && *reading->answer && joined(**reading->answer) == remote->bytes_of(name_of(6)));
        EXPECT_EQ(std::ranges::count(remote->calls(), "open /d/0006 @0 ahead"), 1);
        EXPECT_THAT(remote->calls(), Not(Contains("open /d/0006 @0")));
        files->release(file);
    });
}

TEST_F(prefetching, files_work_without_a_session_to_spare)
{
    remote->set_spare(0);
    remote->limit_sessions(1);
    add_files(10);
    play([&]() -> awaitable<> {
        co_await list("/d");
        for (int i = 0; i < 10; ++i) {
            EXPECT_EQ(co_await read_all(name_of(i)), remote->bytes_of(name_of(i)));
        }
        EXPECT_EQ(ahead(), 0U);
        EXPECT_EQ(files->count().fetched_ahead, 0U);
        EXPECT_EQ(files->count().downloads, 10U);
    });
}

TEST_F(prefetching, a_file_that_changed_on_the_server_is_never_the_old_one)
{
    add_files(10);
    play([&]() -> awaitable<> {
        co_await list("/d");
        co_await read_all(name_of(0));
        co_await read_all(name_of(1));
        co_await settle();
        remote->replace_file(name_of(2), "other bytes");
        pass(std::chrono::seconds{11});
        EXPECT_EQ(co_await read_all(name_of(2)), "other bytes");
    });
}

TEST_F(prefetching, a_file_that_is_written_here_is_never_the_old_one)
{
    add_files(10);
    play([&]() -> awaitable<> {
        co_await list("/d");
        co_await read_all(name_of(0));
        co_await read_all(name_of(1));
        co_await settle();
        EXPECT_THAT(remote->calls(), Contains("open /d/0002 @0 ahead"));
        const auto inode = co_await find(name_of(2));
        const auto file = (co_await files->open(inode, O_WRONLY | O_TRUNC)).value().handle;
        const auto bytes = std::make_shared_for_overwrite<std::byte[]>(3);
        std::fill_n(bytes.get(), 3, std::byte{'x'});
        shared_bytes data{bytes, 0, 3};
        (void)(co_await files->write(file, 0, std::move(data))).value();
        (void)(co_await files->flush(file)).value();
        files->release(file);
        EXPECT_EQ(co_await read_all(name_of(2)), "xxx");
    });
}

TEST_F(prefetching, stops_when_nobody_opens_the_files_and_gives_their_memory_back)
{
    add_files(40, 100 * 1024);
    play([&]() -> awaitable<> {
        co_await list("/d");
        co_await read_all(name_of(0));
        co_await read_all(name_of(1));
        co_await settle();
        const auto held = files->cached_bytes();
        EXPECT_GE(held, 600U * 1024);
        pass(std::chrono::seconds{31});
        remote->forget_calls();
        co_await read_all(name_of(30));
        co_await settle();
        EXPECT_EQ(files->count().fetched_ahead_wasted, 4U);
        EXPECT_LT(files->cached_bytes(), held);
        EXPECT_EQ(ahead(), 0U);
    });
}

TEST_F(prefetching, files_that_were_open_are_not_fetched_again)
{
    add_files(10);
    play([&]() -> awaitable<> {
        co_await list("/d");
        for (int round = 0; round < 2; ++round) {
            for (int i = 0; i < 10; ++i) {
                co_await read_all(name_of(i));
                co_await settle();
            }
        }
        EXPECT_EQ(remote->count("open"), 10U);
    });
}

}  // namespace
}  // namespace ftpfs::fs
