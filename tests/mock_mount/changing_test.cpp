// Names and attributes, changed through the kernel.
#include "local_file.hpp"
#include "mock_mount_test.hpp"

#include <gmock/gmock.h>

#include <dirent.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace ftpfs::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void fill(fake_remote& remote)
{
    remote.add_directory("/empty");
    remote.add_file("/folder/a", "aaa");
    remote.add_file("/folder/b", "bb");
    remote.add_file("/file", "0123456789");
}

std::vector<std::string> names(const std::string& folder)
{
    std::vector<std::string> found;
    DIR* open = ::opendir(folder.c_str());
    while (const auto* entry = open != nullptr ? ::readdir(open) : nullptr) {
        if (entry->d_name != std::string{"."} && entry->d_name != std::string{".."}) {
            found.emplace_back(entry->d_name);
        }
    }
    if (open != nullptr) {
        ::closedir(open);
    }
    std::ranges::sort(found);
    return found;
}

class changing : public mock_mount {
protected:
    void SetUp() override
    {
        mock_mount::SetUp();
        if (!IsSkipped()) {
            tree_.emplace(fill);
            ASSERT_EQ(tree_->problem(), "");
        }
    }
    std::string path(const std::string& below) const { return tree_->path(below); }
    struct stat status(const std::string& below) const
    {
        struct stat found {};
        EXPECT_EQ(said(::lstat(path(below).c_str(), &found)), "0") << below;
        return found;
    }
    std::string exists(const std::string& below) const
    {
        struct stat found {};
        return said(::lstat(path(below).c_str(), &found));
    }
    std::string rename(const std::string& from, const std::string& to, unsigned flags = 0) const
    {
        return said(::renameat2(AT_FDCWD, path(from).c_str(), AT_FDCWD, path(to).c_str(), flags));
    }

    std::optional<mounted_tree> tree_;
};

TEST_F(changing, directories_are_made_and_removed_and_seen_at_once)
{
    EXPECT_THAT(names(path("/empty")), IsEmpty());
    EXPECT_EQ(said(::mkdir(path("/empty/new").c_str(), 0755)), "0");
    EXPECT_THAT(names(path("/empty")), ElementsAre("new"));
    EXPECT_TRUE(S_ISDIR(status("/empty/new").st_mode));
    EXPECT_EQ(said(::mkdir(path("/empty/new").c_str(), 0755)), "EEXIST");
    EXPECT_EQ(said(::rmdir(path("/empty").c_str())), "ENOTEMPTY");
    EXPECT_EQ(said(::rmdir(path("/file").c_str())), "ENOTDIR");
    EXPECT_EQ(said(::rmdir(path("/empty/new").c_str())), "0");
    EXPECT_EQ(exists("/empty/new"), "ENOENT");
    EXPECT_THAT(names(path("/empty")), IsEmpty());
}

TEST_F(changing, files_are_removed_and_directories_are_not)
{
    EXPECT_EQ(said(::unlink(path("/folder/a").c_str())), "0");
    EXPECT_EQ(exists("/folder/a"), "ENOENT");
    EXPECT_THAT(names(path("/folder")), ElementsAre("b"));
    EXPECT_EQ(said(::unlink(path("/folder").c_str())), "EISDIR");
    EXPECT_EQ(said(::unlink(path("/nothing").c_str())), "ENOENT");
    EXPECT_EQ(tree_->on_server("/folder/a"), "(missing)");
}

TEST_F(changing, a_file_that_is_removed_while_it_is_written_stays_away)
{
    descriptor file{path("/new"), O_WRONLY | O_CREAT};
    EXPECT_EQ(file.write("hello"), "0");
    EXPECT_EQ(said(::unlink(path("/new").c_str())), "0");
    EXPECT_EQ(exists("/new"), "ENOENT");
    file.write("more");
    file.close();
    EXPECT_EQ(exists("/new"), "ENOENT");
    EXPECT_EQ(tree_->on_server("/new"), "(missing)");
}

TEST_F(changing, a_name_that_is_used_again_is_another_file)
{
    descriptor file{path("/file"), O_RDONLY};
    EXPECT_EQ(file.read_at(0, 100), "0123456789");
    EXPECT_EQ(said(::unlink(path("/file").c_str())), "0");
    EXPECT_EQ(put(path("/file"), "other"), "0");
    EXPECT_EQ(contents(path("/file")), "other");
    const auto seen = file.read_at(0, 100);
    EXPECT_TRUE(seen == "0123456789" || seen == "ESTALE") << seen;
}

TEST_F(changing, a_rename_replaces_what_is_there)
{
    EXPECT_EQ(rename("/folder/a", "/folder/c"), "0");
    EXPECT_THAT(names(path("/folder")), ElementsAre("b", "c"));
    EXPECT_EQ(rename("/folder/c", "/folder/b"), "0");
    EXPECT_THAT(names(path("/folder")), ElementsAre("b"));
    EXPECT_EQ(contents(path("/folder/b")), "aaa");
    EXPECT_EQ(status("/folder/b").st_size, 3);
    EXPECT_EQ(tree_->on_server("/folder/b"), "aaa");
    EXPECT_EQ(rename("/nothing", "/else"), "ENOENT");
    EXPECT_EQ(rename("/file", "/folder"), "EISDIR");
    EXPECT_EQ(rename("/folder", "/file"), "ENOTDIR");
    EXPECT_EQ(rename("/empty", "/folder"), "ENOTEMPTY");
    EXPECT_EQ(rename("/folder", "/folder/inside"), "EINVAL");
    EXPECT_EQ(rename("/folder", "/empty"), "0");
    EXPECT_EQ(contents(path("/empty/b")), "aaa");
    EXPECT_EQ(exists("/folder"), "ENOENT");
}

TEST_F(changing, a_rename_may_be_forbidden_to_replace_and_cannot_exchange)
{
    EXPECT_EQ(rename("/folder/a", "/folder/b", RENAME_NOREPLACE), "EEXIST");
    EXPECT_EQ(rename("/folder/a", "/folder/c", RENAME_NOREPLACE), "0");
    EXPECT_EQ(rename("/folder/b", "/folder/c", RENAME_EXCHANGE), "EINVAL");
    EXPECT_THAT(names(path("/folder")), ElementsAre("b", "c"));
}

TEST_F(changing, a_file_is_renamed_while_it_is_read_and_while_it_is_written)
{
    descriptor reader{path("/file"), O_RDONLY};
    EXPECT_EQ(rename("/file", "/folder/moved"), "0");
    EXPECT_EQ(reader.read_at(0, 100), "0123456789");
    descriptor writer{path("/new"), O_WRONLY | O_CREAT};
    EXPECT_EQ(writer.write("hello "), "0");
    EXPECT_EQ(rename("/new", "/folder/renamed"), "0");
    EXPECT_EQ(writer.write("world"), "0");
    EXPECT_EQ(writer.close(), "0");
    EXPECT_EQ(tree_->on_server("/folder/renamed"), "hello world");
    EXPECT_EQ(tree_->on_server("/new"), "(missing)");
    EXPECT_EQ(contents(path("/folder/renamed")), "hello world");
}

TEST_F(changing, a_file_is_saved_as_editors_do)
{
    for (int i = 0; i < 3; ++i) {
        const auto text = "text " + std::to_string(i);
        descriptor file{path("/file.tmp"), O_WRONLY | O_CREAT | O_EXCL};
        EXPECT_EQ(file.write(text), "0");
        EXPECT_EQ(file.sync(), "0");
        EXPECT_EQ(file.close(), "0");
        EXPECT_EQ(rename("/file.tmp", "/file"), "0");
        EXPECT_EQ(contents(path("/file")), text);
        EXPECT_EQ(tree_->on_server("/file"), text);
    }
    const descriptor folder{path(""), O_RDONLY | O_DIRECTORY};
    EXPECT_EQ(said(::fsync(folder.number())), "0");
}

TEST_F(changing, symbolic_links_are_made_where_the_server_can)
{
    EXPECT_EQ(said(::symlink("file", path("/link").c_str())), "0");
    EXPECT_TRUE(S_ISLNK(status("/link").st_mode));
    EXPECT_EQ(contents(path("/link")), "0123456789");
    tree_->change([](fake_remote& remote) { remote.set_links_supported(false); });
    EXPECT_EQ(said(::symlink("file", path("/another").c_str())), "EPERM");
}

TEST_F(changing, hard_links_devices_and_fifos_are_refused)
{
    EXPECT_EQ(said(::link(path("/file").c_str(), path("/same").c_str())), "EPERM");
    EXPECT_EQ(said(::mkfifo(path("/fifo").c_str(), 0600)), "EPERM");
    EXPECT_EQ(said(::mknod(path("/socket").c_str(), S_IFSOCK | 0600, 0)), "EPERM");
    EXPECT_EQ(said(::mknod(path("/regular").c_str(), S_IFREG | 0600, 0)), "0");
    EXPECT_EQ(tree_->on_server("/regular"), "");
}

TEST_F(changing, names_that_ftp_cannot_carry_are_refused)
{
    EXPECT_EQ(open_says(path("/a\nb"), O_WRONLY | O_CREAT), "EINVAL");
    EXPECT_EQ(said(::mkdir(path("/a\rb").c_str(), 0755)), "EINVAL");
    EXPECT_EQ(rename("/file", "/a\nb"), "EINVAL");
}

TEST_F(changing, permission_bits_are_set_where_the_server_can)
{
    EXPECT_EQ(said(::chmod(path("/file").c_str(), 0750)), "0");
    EXPECT_EQ(status("/file").st_mode & 07777U, 0750U);
    EXPECT_EQ(said(::access(path("/file").c_str(), X_OK)), "0");
    tree_->change([](fake_remote& remote) { remote.set_modes_supported(false); });
    EXPECT_EQ(said(::chmod(path("/file").c_str(), 0640)), "EOPNOTSUPP");
    EXPECT_EQ(said(::chmod(path("/file").c_str(), 0750)), "0") << "they are so already";
    EXPECT_EQ(status("/file").st_mode & 07777U, 0750U);
}

TEST_F(changing, a_file_without_execute_bits_cannot_be_executed)
{
    EXPECT_EQ(said(::access(path("/file").c_str(), R_OK | W_OK)), "0");
    EXPECT_EQ(said(::access(path("/file").c_str(), X_OK)), "EACCES");
    EXPECT_EQ(said(::access(path("/nothing").c_str(), F_OK)), "ENOENT");
    EXPECT_EQ(said(::access(path("/folder").c_str(), R_OK | W_OK | X_OK)), "0");
}

TEST_F(changing, modification_times_are_set_and_kept_behind_the_writing)
{
    const timespec times[2]{{0, UTIME_OMIT}, {1'600'000'000, 123'456'789}};
    EXPECT_EQ(said(::utimensat(AT_FDCWD, path("/file").c_str(), times, 0)), "0");
    EXPECT_EQ(status("/file").st_mtim.tv_sec, 1'600'000'000);
    EXPECT_EQ(status("/file").st_mtim.tv_nsec, 0) << "fractions of a second are dropped";

    descriptor file{path("/new"), O_WRONLY | O_CREAT};
    EXPECT_EQ(file.write("hello"), "0");
    EXPECT_EQ(said(::futimens(file.number(), times)), "0");
    EXPECT_EQ(file.close(), "0");
    EXPECT_EQ(status("/new").st_mtim.tv_sec, 1'600'000'000);
    EXPECT_THAT(tree_->calls(), testing::Contains("time /new 1600000000"));
}

TEST_F(changing, any_time_a_program_can_ask_for_is_taken)
{
    for (const long when : {0L, -1L, 1L << 40, -(1L << 40)}) {
        const timespec times[2]{{0, UTIME_OMIT}, {when, 0}};
        ::utimensat(AT_FDCWD, path("/file").c_str(), times, 0);
        EXPECT_EQ(exists("/file"), "0") << when;
    }
}

TEST_F(changing, touch_sets_the_time_to_now)
{
    const auto before = ::time(nullptr);
    EXPECT_EQ(said(::utimensat(AT_FDCWD, path("/file").c_str(), nullptr, 0)), "0");
    EXPECT_GE(status("/file").st_mtim.tv_sec, before);
    EXPECT_LE(status("/file").st_mtim.tv_sec, ::time(nullptr));
}

TEST_F(changing, the_owner_cannot_be_given_away_unless_that_is_ignored)
{
    const auto owner = status("/file").st_uid;
    EXPECT_EQ(said(::chown(path("/file").c_str(), owner, static_cast<gid_t>(-1))), "0");
    if (::geteuid() == 0) {
        EXPECT_EQ(said(::chown(path("/file").c_str(), owner + 1, static_cast<gid_t>(-1))), "EPERM");
        tree_.reset();
        fs::config lenient;
        lenient.chown = fs::owner_policy::ignore;
        tree_.emplace(fill, lenient);
        EXPECT_EQ(said(::chown(path("/file").c_str(), owner + 1, static_cast<gid_t>(-1))), "0");
        EXPECT_EQ(status("/file").st_uid, owner);
    }
}

TEST_F(changing, free_space_is_what_the_server_tells)
{
    tree_->change([](fake_remote& remote) {
        remote::free_space space;
        space.total = std::uint64_t{10} << 30U;
        space.available = std::uint64_t{3} << 30U;
        remote.set_space(space);
    });
    struct statvfs numbers {};
    EXPECT_EQ(said(::statvfs(path("").c_str(), &numbers)), "0");
    EXPECT_EQ(numbers.f_bavail * numbers.f_frsize, std::uint64_t{3} << 30U);
    EXPECT_EQ(numbers.f_blocks * numbers.f_frsize, std::uint64_t{10} << 30U);
}

}  // namespace
}  // namespace ftpfs::test
