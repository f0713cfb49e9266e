#include "child.hpp"
#include "mock_mount_test.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <fstream>

namespace ftpfs::test {
namespace {

void fill(fake_remote& remote)
{
    remote.add_directory("/held");
    remote.add_directory("/folder");
    for (int i = 0; i < 50; ++i) {
        remote.add_file("/folder/file " + std::to_string(i), std::string(100, 'x'));
    }
    remote.add_file("/file", std::string(1 << 20, 'x'));
}

bool is_mounted(const std::string& path)
{
    std::ifstream table{"/proc/self/mountinfo"};
    const std::string mounts{std::istreambuf_iterator<char>{table}, {}};
    return mounts.find(" " + path + " ") != std::string::npos;
}

int exit_status(std::optional<int> ended)
{
    return ended && WIFEXITED(*ended) ? WEXITSTATUS(*ended) : -1;
}

TEST_F(mock_mount, ends_when_it_is_unmounted_from_outside)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    ASSERT_EQ(exit_status(child{{"fusermount3", "-u", tree.path()}}.wait()), 0);
    EXPECT_EQ(tree.wait_for_end(), fuse::mount_end::unmounted);
    EXPECT_FALSE(is_mounted(tree.path()));
}

TEST_F(mock_mount, ends_on_request_and_leaves_no_mount_behind)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    struct stat status {};
    ASSERT_EQ(::stat(tree.path("/file").c_str(), &status), 0);
    tree.stop();
    EXPECT_EQ(tree.wait_for_end(), fuse::mount_end::stopped);
    EXPECT_FALSE(is_mounted(tree.path()));
}

TEST_F(mock_mount, ends_on_request_though_a_program_waits_and_another_has_a_file_open)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    const int file = ::open(tree.path("/file").c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(file, 0);
    tree.change([](fake_remote& remote) { remote.hold(call::list); });
    child lister{{"ls", tree.path("/held")}};
    ASSERT_TRUE(tree.somebody_waits());
    tree.stop();
    EXPECT_EQ(tree.wait_for_end(), fuse::mount_end::stopped);
    EXPECT_FALSE(is_mounted(tree.path()));
    EXPECT_GT(exit_status(lister.wait()), 0) << "the waiting program is told of an error";
    char byte = 0;
    EXPECT_EQ(::pread(file, &byte, 1, 0), -1);
    ::close(file);
}

TEST_F(mock_mount, is_busy_while_a_program_waits_and_can_be_detached_all_the_same)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.hold(call::list); });
    child lister{{"ls", tree.path("/held")}};
    ASSERT_TRUE(tree.somebody_waits());
    EXPECT_NE(exit_status(child{{"fusermount3", "-u", tree.path()}}.wait()), 0);
    ASSERT_EQ(exit_status(child{{"fusermount3", "-uz", tree.path()}}.wait()), 0);
    EXPECT_FALSE(is_mounted(tree.path()));
    tree.change([](fake_remote& remote) { remote.release(); });
    EXPECT_EQ(exit_status(lister.wait()), 0) << "what was asked before is answered";
    EXPECT_EQ(tree.wait_for_end(), fuse::mount_end::unmounted);
}

TEST_F(mock_mount, ends_when_it_is_unmounted_by_force_under_a_waiting_program)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.hold(call::list); });
    child lister{{"ls", tree.path("/held")}};
    ASSERT_TRUE(tree.somebody_waits());
    // By force ends the connection even if the mount point stays busy for the moment.
    if (::umount2(tree.path().c_str(), MNT_FORCE) != 0 && errno == EPERM) {
        GTEST_SKIP() << "only root may unmount by force";
    }
    EXPECT_EQ(tree.wait_for_end(), fuse::mount_end::unmounted);
    EXPECT_GT(exit_status(lister.wait()), 0);
    EXPECT_FALSE(is_mounted(tree.path()));
}

TEST_F(mock_mount, gets_every_reference_back_when_the_kernel_drops_its_caches)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    ASSERT_EQ(exit_status(child{{"ls", "-lR", tree.path()}}.wait()), 0);
    struct stat status {};
    ASSERT_EQ(::stat(tree.path("/file").c_str(), &status), 0);
    EXPECT_GE(tree.counted().references, 50);
    std::ofstream caches{"/proc/sys/vm/drop_caches"};
    if (!(caches << "2" << std::flush)) {
        GTEST_SKIP() << "only root may drop the kernel's caches";
    }
    // The kernel sends its forgets in the background and without an order; each request served meanwhile is a turn.
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (tree.counted().references > 0 && std::chrono::steady_clock::now() < limit) {
        std::this_thread::yield();
    }
    EXPECT_EQ(tree.counted().references, 0);
}

}  // namespace
}  // namespace ftpfs::test
