#include "mock_mount_test.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

namespace ftpfs::test {
namespace {

using testing::HasSubstr;

struct attempt {
    const char* what;
    std::function<int(const std::string& root)> call;
};

const std::vector<attempt>& changes()
{
    static const std::vector<attempt> all{
        {"open for writing", [](const std::string& root) { return ::open((root + "/file").c_str(), O_WRONLY); }},
        {"open for reading and writing",
         [](const std::string& root) { return ::open((root + "/file").c_str(), O_RDWR); }},
        {"create", [](const std::string& root) { return ::open((root + "/new").c_str(), O_CREAT | O_WRONLY, 0600); }},
        {"mkdir", [](const std::string& root) { return ::mkdir((root + "/new").c_str(), 0700); }},
        {"mknod", [](const std::string& root) { return ::mknod((root + "/new").c_str(), S_IFREG | 0600, 0); }},
        {"unlink", [](const std::string& root) { return ::unlink((root + "/file").c_str()); }},
        {"rmdir", [](const std::string& root) { return ::rmdir((root + "/folder").c_str()); }},
        {"rename", [](const std::string& root) { return ::rename((root + "/file").c_str(), (root + "/new").c_str()); }},
        {"symlink", [](const std::string& root) { return ::symlink("file", (root + "/new").c_str()); }},
        {"chmod", [](const std::string& root) { return ::chmod((root + "/file").c_str(), 0600); }},
        {"truncate", [](const std::string& root) { return ::truncate((root + "/file").c_str(), 0); }},
    };
    return all;
}

void expect_all_refused(const std::string& root)
{
    for (const auto& change : changes()) {
        errno = 0;
        EXPECT_EQ(change.call(root), -1) << change.what;
        EXPECT_EQ(errno, EROFS) << change.what;
    }
}

void fill(fake_remote& remote)
{
    remote.add_directory("/folder");
    remote.add_file("/file", "0123456789");
}

fs::config read_only()
{
    fs::config settings;
    settings.read_only = true;
    return settings;
}

TEST_F(mock_mount, refuses_every_change_as_a_read_only_file_system_if_that_was_asked_for)
{
    mounted_tree tree{fill, read_only()};
    ASSERT_EQ(tree.problem(), "");
    expect_all_refused(tree.path());
}

TEST_F(mock_mount, refuses_every_change_itself_after_a_remount_for_writing)
{
    mounted_tree tree{fill, read_only()};
    ASSERT_EQ(tree.problem(), "");
    if (::mount("none", tree.path().c_str(), nullptr, MS_REMOUNT | MS_NOSUID | MS_NODEV, nullptr) != 0) {
        GTEST_SKIP() << "remounting is not allowed here";
    }
    expect_all_refused(tree.path());
    EXPECT_EQ(::setxattr(tree.path("/file").c_str(), "user.x", "y", 1, 0), -1);
    EXPECT_EQ(errno, EOPNOTSUPP);
}

class refused_mount : public mock_mount {
protected:
    std::string why(const std::string& mount_point, std::vector<std::string> flags = {})
    {
        boost::asio::io_context loop;
        const auto remote = std::make_shared<fake_remote>(loop.get_executor());
        fs::file_system files{loop.get_executor(), remote, fs::config{}, log{}};
        fuse::config settings;
        settings.mount_point = mount_point;
        settings.mount_flags = std::move(flags);
        const auto made = fuse::mount::make(loop.get_executor(), settings, files, log{});
        return made ? "mounted" : to_string(made.error());
    }
};

TEST_F(refused_mount, names_the_mount_point_that_does_not_exist)
{
    EXPECT_THAT(why("/nowhere/to be found"), HasSubstr("the mount point /nowhere/to be found does not exist"));
}

TEST_F(refused_mount, names_the_mount_point_that_is_a_file)
{
    EXPECT_THAT(why("/etc/passwd"), HasSubstr("the mount point /etc/passwd is not a directory"));
}

TEST_F(refused_mount, does_not_mount_twice_at_one_place)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    EXPECT_THAT(why(tree.path()), HasSubstr("already mounted on " + tree.path()));
}

TEST_F(refused_mount, repeats_what_libfuse_says_of_an_option_it_does_not_know)
{
    mounted_tree tree{[](fake_remote& remote) { remote.add_directory("/folder"); }};
    ASSERT_EQ(tree.problem(), "");
    const auto said = why(tree.path("/folder"), {"nonsense"});
    EXPECT_THAT(said, HasSubstr("unknown option"));
    EXPECT_THAT(said, HasSubstr("nonsense"));
}

TEST_F(refused_mount, repeats_what_fusermount3_says_to_ordinary_users)
{
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root mounts without fusermount3";
    }
    EXPECT_THAT(why("/usr"), HasSubstr("user has no write access to mountpoint /usr"));
}

// Real failures are worth a line each, with all that helps to understand them.
TEST_F(mock_mount, logs_a_failed_request_with_operation_path_errno_and_the_servers_words)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.fail(call::list, failure{errc::timed_out, "no answer to MLSD"}); });
    EXPECT_EQ(::open(tree.path("/folder").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), -1);
    EXPECT_EQ(errno, ETIMEDOUT);
    EXPECT_EQ(tree.counted().failures, 1U);
    tree.stop();
    ASSERT_TRUE(tree.wait_for_end());
    EXPECT_THAT(tree.logged(), testing::ContainsRegex("\\[warning\\] opendir /folder: ETIMEDOUT: .*no answer to MLSD"));
}

}  // namespace
}  // namespace ftpfs::test
