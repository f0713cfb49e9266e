#include "ftpfs/cache/disk_folder.hpp"

#include "ftpfs/cache/disk_entry.hpp"
#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <functional>

namespace ftpfs::cache {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names_of(const std::vector<entry_info>& entries)
{
    std::vector<std::string> names;
    for (const auto& entry : entries) {
        names.push_back(entry.name);
    }
    return names;
}

sys_seconds at(int second)
{
    return sys_seconds{seconds{1'700'000'000 + second}};
}

TEST(choose_leaving, takes_the_least_recently_used_until_enough_is_free)
{
    const std::vector<entry_info> entries{{"c", 10, at(3)}, {"a", 10, at(1)}, {"d", 10, at(4)}, {"b", 10, at(2)}};
    EXPECT_THAT(choose_leaving(entries, 0, "", at(9)), IsEmpty());
    EXPECT_THAT(names_of(choose_leaving(entries, 1, "", at(9))), ElementsAre("a"));
    EXPECT_THAT(names_of(choose_leaving(entries, 20, "", at(9))), ElementsAre("a", "b"));
    EXPECT_THAT(names_of(choose_leaving(entries, 21, "b", at(9))), ElementsAre("a", "c", "d"));
    EXPECT_THAT(names_of(choose_leaving(entries, 1000, "a", at(9))), ElementsAre("b", "c", "d"));
}

TEST(choose_leaving, a_time_in_the_future_does_not_keep_an_entry_for_ever)
{
    const std::vector<entry_info> entries{{"now", 10, at(1)}, {"future", 10, at(1'000'000)}};
    EXPECT_THAT(names_of(choose_leaving(entries, 1, "", at(9))), ElementsAre("future"));
}

class disk_folder_in_a_folder : public testing::Test {
protected:
    struct stat look(const std::string& below) const
    {
        struct stat seen {};
        EXPECT_EQ(::lstat((outer.str() + "/" + below).c_str(), &seen), 0) << below;
        return seen;
    }
    std::string inner(const std::string& below) const { return outer.str() + "/c/ftpfs-blocks-1/" + below; }
    disk_folder folder() const { return disk_folder::open(outer.str() + "/c").value(); }

    test::temporary_folder outer;
    const std::string name = entry_name({"server", "/file"});
};

TEST_F(disk_folder_in_a_folder, is_made_for_its_owner_alone)
{
    const auto here = folder();
    const auto file = here.create_entry(name).value();
    EXPECT_TRUE(file);
    EXPECT_EQ(look("c").st_mode & 07777U, 0700U);
    EXPECT_EQ(look("c/ftpfs-blocks-1").st_mode & 07777U, 0700U);
    EXPECT_EQ(look("c/ftpfs-blocks-1/lock").st_mode & 07777U, 0600U);
    EXPECT_EQ(look("c/ftpfs-blocks-1/" + name).st_mode & 07777U, 0600U);
}

TEST_F(disk_folder_in_a_folder, an_open_folder_is_closed_to_others)
{
    folder();
    ::chmod(inner("").c_str(), 0755);
    folder();
    EXPECT_EQ(look("c/ftpfs-blocks-1").st_mode & 07777U, 0700U);
}

TEST_F(disk_folder_in_a_folder, a_link_in_its_place_is_refused)
{
    ::mkdir((outer.str() + "/c").c_str(), 0700);
    ::mkdir((outer.str() + "/elsewhere").c_str(), 0700);
    ASSERT_EQ(::symlink("../elsewhere", (outer.str() + "/c/ftpfs-blocks-1").c_str()), 0);
    EXPECT_FALSE(disk_folder::open(outer.str() + "/c"));
    EXPECT_FALSE(disk_folder::open(outer.str() + "/no/parent"));
}

TEST_F(disk_folder_in_a_folder, a_link_in_the_place_of_the_lock_is_refused)
{
    folder();
    const auto precious = outer.write("precious", "text", 0600);
    ::unlink(inner("lock").c_str());
    ASSERT_EQ(::symlink(precious.c_str(), inner("lock").c_str()), 0);
    EXPECT_FALSE(disk_folder::open(outer.str() + "/c"));
}

TEST_F(disk_folder_in_a_folder, entries_that_are_no_plain_files_of_ours_are_removed_and_not_followed)
{
    const auto here = folder();
    const auto precious = outer.write("precious", "text", 0600);
    const std::vector<std::function<int()>> tricks{
        [&] { return ::symlink(precious.c_str(), inner(name).c_str()); },
        [&] { return ::link(precious.c_str(), inner(name).c_str()); },
        [&] { return ::mkfifo(inner(name).c_str(), 0600); },
        [&] { return outer.write("c/ftpfs-blocks-1/" + name, "x", 0644).empty() ? -1 : 0; },
    };
    for (const auto& trick : tricks) {
        ASSERT_EQ(trick(), 0);
        EXPECT_FALSE(here.open_entry(name, O_RDWR).value());
        EXPECT_NE(::access(inner(name).c_str(), F_OK), 0);
        ASSERT_EQ(trick(), 0);
        EXPECT_THAT(here.list().value(), IsEmpty());
        EXPECT_NE(::access(inner(name).c_str(), F_OK), 0);
    }
    EXPECT_EQ(look("precious").st_size, 4);
}

TEST_F(disk_folder_in_a_folder, a_directory_in_the_place_of_an_entry_stays_and_is_no_entry)
{
    const auto here = folder();
    ASSERT_EQ(::mkdir(inner(name).c_str(), 0700), 0);
    EXPECT_FALSE(here.open_entry(name, O_RDWR).value());
    EXPECT_FALSE(here.open_entry(name, O_RDONLY).value());
    EXPECT_FALSE(here.create_entry(name).value());
    EXPECT_THAT(here.list().value(), IsEmpty());
}

TEST_F(disk_folder_in_a_folder, lists_entries_with_size_and_time_and_leaves_other_names_alone)
{
    const auto here = folder();
    const auto file = here.create_entry(name).value();
    ASSERT_TRUE(write_at(file.get(), 0, std::vector<std::byte>(10'000)));
    const std::array<timespec, 2> times{timespec{5, 0}, timespec{5, 0}};
    ::futimens(file.get(), times.data());
    outer.write("c/ftpfs-blocks-1/notes.txt", "mine", 0644);
    const auto found = here.list().value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].name, name);
    EXPECT_GE(found[0].bytes, 10'000U);
    EXPECT_EQ(found[0].used, sys_seconds{seconds{5}});
    EXPECT_EQ(look("c/ftpfs-blocks-1/notes.txt").st_size, 4);
    EXPECT_TRUE(here.remove(name));
    EXPECT_TRUE(here.remove(name)) << "somebody else was faster";
    EXPECT_THAT(here.list().value(), IsEmpty());
}

TEST_F(disk_folder_in_a_folder, the_lock_belongs_to_one_at_a_time)
{
    const auto mine = folder();
    const auto others = folder();
    {
        const auto lock = mine.take_lock().value();
        ASSERT_TRUE(lock);
        EXPECT_FALSE(others.take_lock(std::chrono::milliseconds{0}).value());
    }
    EXPECT_TRUE(others.take_lock().value());
}

TEST_F(disk_folder_in_a_folder, the_bytes_in_use_are_known_to_all_and_not_believed_when_damaged)
{
    const auto mine = folder();
    EXPECT_FALSE(mine.take_lock().value()->used());
    EXPECT_TRUE(mine.take_lock().value()->set_used(12'345));
    EXPECT_EQ(folder().take_lock().value()->used(), 12'345U);
    outer.write("c/ftpfs-blocks-1/lock", "0123456789abcdef", 0600);
    EXPECT_FALSE(mine.take_lock().value()->used());
}

}  // namespace
}  // namespace ftpfs::cache
