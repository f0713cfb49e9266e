#include "ftpfs/cli/daemon.hpp"

#include <gmock/gmock.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <sstream>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;

TEST(foreground, returns_what_the_service_returns)
{
    std::ostringstream err;
    EXPECT_EQ(
        run_in_foreground([](launch& start) { return start.ready() ? exit_status::ok : exit_status::other; }, err),
        exit_status::ok);
    const auto fail = [](launch& start) {
        start.failed({exit_status::login_refused, "login refused"});
        return exit_status::login_refused;
    };
    EXPECT_EQ(run_in_foreground(fail, err), exit_status::login_refused);
    EXPECT_EQ(err.str(), "ftpfs: login refused\n");
}

TEST(background, brings_the_failure_back)
{
    std::ostringstream err;
    const auto fail = [](launch& start) {
        start.failed({exit_status::host_not_found, "no such host: h"});
        return exit_status::host_not_found;
    };
    EXPECT_EQ(run_in_background(fail, err), exit_status::host_not_found);
    EXPECT_EQ(err.str(), "ftpfs: no such host: h\n");
    EXPECT_GT(::wait(nullptr), 0);
}

TEST(background, returns_as_soon_as_the_child_is_ready_and_leaves_it_alone)
{
    // The child says on this pipe what it has become, and ends when the other one is closed.
    std::array<int, 2> report{};
    std::array<int, 2> life{};
    ASSERT_EQ(::pipe(report.data()), 0);
    ASSERT_EQ(::pipe(life.data()), 0);
    const auto serve = [&](launch& start) {
        ::close(life[1]);
        start.ready();
        std::array<char, 200> cwd{};
        const std::string state = ::getsid(0) == ::getpid() && ::isatty(0) == 0 && ::getcwd(cwd.data(), cwd.size())
                                      ? std::string{cwd.data()}
                                      : "not detached";
        EXPECT_EQ(::write(report[1], state.data(), state.size()), static_cast<ssize_t>(state.size()));
        char byte = 0;
        return ::read(life[0], &byte, 1) == 0 ? exit_status::server_busy : exit_status::other;
    };
    std::ostringstream err;
    EXPECT_EQ(run_in_background(serve, err), exit_status::ok);
    EXPECT_EQ(err.str(), "");
    std::array<char, 200> state{};
    EXPECT_EQ(::read(report[0], state.data(), state.size()), 1);
    EXPECT_STREQ(state.data(), "/");
    ::close(life[1]);
    int status = 0;
    ASSERT_GT(::wait(&status), 0);
    EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(exit_status::server_busy));
    for (const int end : {report[0], report[1], life[0]}) {
        ::close(end);
    }
}

TEST(background, a_child_that_dies_in_silence_is_a_failure)
{
    std::ostringstream err;
    const auto die = [](launch&) {
        ::raise(SIGKILL);
        return exit_status::ok;
    };
    EXPECT_EQ(run_in_background(die, err), exit_status::other);
    EXPECT_THAT(err.str(), HasSubstr("signal 9"));
}

}  // namespace
}  // namespace ftpfs::cli
