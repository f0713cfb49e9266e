#include "child.hpp"
#include "mock_mount_test.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include <csignal>

namespace ftpfs::test {
namespace {

void fill(fake_remote& remote)
{
    remote.add_directory("/held");
    remote.add_directory("/other");
    remote.add_file("/file", std::string(1 << 20, 'x'));
    remote.add_file("/other/file", std::string(100, 'x'));
}

struct waiting_program {
    const char* what;
    call held;
    std::vector<std::string> command;
};

// Which of the waits ends by an interrupt of the request, and which by the kernel alone, is the kernel's affair:
// the user sees that Ctrl-C works.
TEST_F(mock_mount, ends_a_waiting_program_at_once_when_it_is_interrupted)
{
    const std::vector<waiting_program> programs{
        {"listing", call::list, {"ls", "/held"}},
        {"reading", call::read, {"cat", "/file"}},
        {"reading directly", call::open, {"dd", "iflag=direct", "bs=64k", "count=1", "status=none", "if=/file"}},
    };
    for (const auto& program : programs) {
        SCOPED_TRACE(program.what);
        mounted_tree tree{fill};
        ASSERT_EQ(tree.problem(), "");
        struct stat status {};
        EXPECT_EQ(::stat(tree.path("/other/file").c_str(), &status), 0);
        tree.change([&](fake_remote& remote) { remote.hold(program.held); });
        auto command = program.command;
        auto& last = command.back();
        last.insert(last.find('/'), tree.path());
        child reader{command};
        ASSERT_TRUE(tree.somebody_waits());
        struct statvfs numbers {};
        EXPECT_EQ(::statvfs(tree.path("/other/file").c_str(), &numbers), 0) << "others are answered meanwhile";
        reader.signal(SIGINT);
        const auto ended = reader.wait();
        ASSERT_TRUE(ended) << "still waiting";
        EXPECT_TRUE(WIFSIGNALED(*ended) && WTERMSIG(*ended) == SIGINT) << *ended;
    }
}

TEST_F(mock_mount, answers_an_interrupted_request_with_EINTR_and_tells_nobody_but_the_debug_log)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.hold(call::list); });
    child lister{{"ls", tree.path("/held")}};
    ASSERT_TRUE(tree.somebody_waits());
    EXPECT_EQ(tree.counted().waiting, 1U);
    lister.signal(SIGINT);
    ASSERT_TRUE(lister.wait());
    const auto counted = tree.counted();
    EXPECT_EQ(counted.waiting, 0U);
    EXPECT_EQ(counted.interrupts, 1U);
    EXPECT_EQ(counted.failures, 0U);
    tree.stop();
    ASSERT_TRUE(tree.wait_for_end());
    EXPECT_NE(tree.logged().find("opendir /held: EINTR"), std::string::npos) << tree.logged();
    EXPECT_EQ(tree.logged().find("[warning]"), std::string::npos) << tree.logged();
}

TEST_F(mock_mount, lets_the_interrupted_work_serve_the_next_one_who_asks)
{
    mounted_tree tree{fill};
    ASSERT_EQ(tree.problem(), "");
    tree.change([](fake_remote& remote) { remote.hold(call::list); });
    child first{{"ls", tree.path("/held")}};
    ASSERT_TRUE(tree.somebody_waits());
    first.signal(SIGINT);
    ASSERT_TRUE(first.wait());
    child second{{"ls", tree.path("/held")}};
    tree.change([](fake_remote& remote) { remote.release(); });
    const auto ended = second.wait();
    ASSERT_TRUE(ended);
    EXPECT_EQ(*ended, 0);
}

}  // namespace
}  // namespace ftpfs::test
