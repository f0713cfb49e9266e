// Writing when something goes wrong: the server refuses, the program is hit by a signal, the mount is stopped.
#include "child.hpp"
#include "local_file.hpp"
#include "mock_mount_test.hpp"

#include <gmock/gmock.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace ftpfs::test {
namespace {

using testing::HasSubstr;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

void fill(fake_remote& remote)
{
    remote.add_directory("/folder");
    remote.add_file("/file", "0123456789");
    remote.add_file("/other", "other");
}

TEST_F(mock_mount, tells_the_program_at_open_that_the_server_refuses_to_create_its_file)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) {
        remote.fail(call::open_upload, failure{errc::permission_denied, "553 Could not create file."});
    });
    EXPECT_EQ(open_says(tree.path("/new"), O_WRONLY | O_CREAT), "EACCES");
    struct stat status {};
    EXPECT_EQ(said(::stat(tree.path("/new").c_str(), &status)), "ENOENT");
}

TEST_F(mock_mount, tells_the_program_at_fsync_and_again_at_close_that_the_disk_is_full)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.fail(call::finish, failure{errc::no_space, "552 Disk full"}); });
    descriptor file{tree.path("/new"), O_WRONLY | O_CREAT};
    EXPECT_EQ(file.write("hello"), "0");
    EXPECT_EQ(file.sync(), "ENOSPC");
    EXPECT_EQ(file.sync(), "ENOSPC") << "an error is not forgotten";
    EXPECT_EQ(file.write("more"), "ENOSPC");
    EXPECT_EQ(file.close(), "ENOSPC");
}

TEST_F(mock_mount, tells_the_program_at_close_that_not_all_arrived)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.fail(call::finish, failure{errc::quota_exceeded, "552 Quota"}); });
    EXPECT_EQ(put(tree.path("/new"), "hello"), "EDQUOT");
}

TEST_F(mock_mount, tells_a_program_that_still_writes_that_the_disk_is_full)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.fail(call::write, failure{errc::no_space, "552 Disk full"}); });
    descriptor file{tree.path("/new"), O_WRONLY | O_CREAT};
    const auto bytes = pattern(mebibyte);
    std::string outcome = "0";
    // The kernel cuts what is not aligned to pages: the first part may be taken before the second is refused, and
    // write(2) then says so by a short count.
    for (int i = 0; i < 200 && (outcome == "0" || outcome == "short"); ++i) {
        outcome = file.write(bytes);
    }
    EXPECT_EQ(outcome, "ENOSPC");
    EXPECT_EQ(file.close(), "ENOSPC");
}

TEST_F(mock_mount, keeps_the_old_file_when_a_change_in_place_fails)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.fail(call::finish, failure{errc::no_space, "552 Disk full"}); });
    descriptor file{tree.path("/file"), O_WRONLY};
    EXPECT_EQ(file.write_at(2, "abc"), "0");
    EXPECT_EQ(file.close(), "ENOSPC");
    EXPECT_EQ(tree.on_server("/file"), "0123456789");
    tree.stop();
    ASSERT_TRUE(tree.wait_for_end());
    EXPECT_THAT(tree.logged(), HasSubstr("/file: ENOSPC"));
    EXPECT_THAT(tree.logged(), HasSubstr("recovery"));
}

TEST_F(mock_mount, ends_a_writer_that_waits_for_the_server_when_it_is_killed)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.hold(call::write); });
    child writer{{"dd", "if=/dev/zero", "of=" + tree.path("/new"), "bs=1M", "count=200"}};
    ASSERT_TRUE(tree.somebody_waits());
    descriptor other{tree.path("/beside"), O_WRONLY | O_CREAT};
    ASSERT_TRUE(other.is_open());
    writer.signal(SIGKILL);
    tree.change([](fake_remote& remote) { remote.release(); });
    const auto ended = writer.wait();
    ASSERT_TRUE(ended) << "still waiting";
    EXPECT_TRUE(WIFSIGNALED(*ended));
    EXPECT_EQ(other.write("beside"), "0");
    EXPECT_EQ(other.close(), "0");
    EXPECT_EQ(tree.on_server("/beside"), "beside") << "the data of others is not touched";
}

// Writes through a descriptor that is then closed, which waits for the server.
std::vector<std::string> program_that_writes(const std::string& path)
{
    return {"sh", "-c", "exec 3> '" + path + "' && echo hello >&3 && exec 3>&-"};
}

// A write or close that is interrupted has to come back although the server says nothing.
TEST_F(mock_mount, ends_the_wait_of_close_when_the_program_is_interrupted)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.hold(call::finish); });
    child writer{program_that_writes(tree.path("/new"))};
    ASSERT_TRUE(tree.somebody_waits());
    writer.signal(SIGINT);
    const auto ended = writer.wait();
    ASSERT_TRUE(ended) << "still waiting";
    EXPECT_FALSE(WIFEXITED(*ended) && WEXITSTATUS(*ended) == 0);
    tree.change([](fake_remote& remote) { remote.release(); });
    EXPECT_EQ(contents(tree.path("/new")), "hello\n") << "what was on its way arrives all the same";
}

TEST_F(mock_mount, lets_close_hear_the_verdict_while_it_is_stopped)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.hold(call::finish); });
    child writer{program_that_writes(tree.path("/new"))};
    ASSERT_TRUE(tree.somebody_waits());
    tree.stop();
    tree.change([](fake_remote& remote) { remote.release(); });
    EXPECT_EQ(tree.wait_for_end(), fuse::mount_end::stopped);
    EXPECT_EQ(tree.on_server("/new"), "hello\n");
    const auto ended = writer.wait();
    ASSERT_TRUE(ended);
    EXPECT_TRUE(WIFEXITED(*ended));
    EXPECT_EQ(WEXITSTATUS(*ended), 0);
}

TEST_F(mock_mount, sends_what_an_open_file_holds_when_it_is_stopped)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    descriptor streamed{tree.path("/new"), O_WRONLY | O_CREAT};
    EXPECT_EQ(streamed.write("hello"), "0");
    descriptor staged{tree.path("/file"), O_RDWR};
    EXPECT_EQ(staged.write_at(2, "abc"), "0");
    tree.stop();
    EXPECT_EQ(tree.wait_for_end(), fuse::mount_end::stopped);
    EXPECT_EQ(tree.on_server("/new"), "hello");
    EXPECT_EQ(tree.on_server("/file"), "01abc56789");
}

TEST_F(mock_mount, keeps_locks_among_the_programs_of_this_machine)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    descriptor first{tree.path("/file"), O_RDWR};
    descriptor second{tree.path("/file"), O_RDWR};
    EXPECT_EQ(said(::flock(first.number(), LOCK_EX | LOCK_NB)), "0");
    EXPECT_EQ(said(::flock(second.number(), LOCK_EX | LOCK_NB)), "EAGAIN");
    EXPECT_EQ(said(::flock(first.number(), LOCK_UN)), "0");
    EXPECT_EQ(said(::flock(second.number(), LOCK_EX | LOCK_NB)), "0");

    struct flock whole {};
    whole.l_type = F_WRLCK;
    EXPECT_EQ(said(::fcntl(first.number(), F_OFD_SETLK, &whole)), "0");
    EXPECT_EQ(said(::fcntl(second.number(), F_OFD_SETLK, &whole)), "EAGAIN");
    first.close();
    EXPECT_EQ(said(::fcntl(second.number(), F_OFD_SETLK, &whole)), "0");
    EXPECT_EQ(tree.on_loop([] { return 0; }), 0) << "and the mount answers";
}

}  // namespace
}  // namespace ftpfs::test
