// The question for a password, on a pseudo-terminal that a child has as its own.

#include "ftpfs/cli/terminal.hpp"

#include <gmock/gmock.h>

#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;

constexpr int right_answer = 10;
constexpr int no_answer = 11;

class terminal : public testing::Test {
protected:
    terminal()
    {
        child_ = ::forkpty(&master_, nullptr, nullptr, nullptr);
        if (child_ == 0) {
            ::signal(SIGINT, SIG_DFL);  // a shell in the background may have turned it off
            const auto answer = ask_on_terminal("Password: ");
            ::_exit(answer && answer->reveal() == "geheim" ? right_answer : no_answer);
        }
        // The echo is off before the question is asked.
        std::array<char, 100> bytes{};
        while (seen_.find("Password: ") == std::string::npos) {
            const auto got = ::read(master_, bytes.data(), bytes.size());
            if (got <= 0) {
                break;
            }
            seen_.append(bytes.data(), static_cast<std::size_t>(got));
        }
    }
    ~terminal() override { ::close(master_); }

    bool echoes() const
    {
        struct termios state = {};
        EXPECT_EQ(::tcgetattr(master_, &state), 0);
        return (state.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
    }

    // The status of the child after these keys.
    int after(std::string_view keys)
    {
        EXPECT_EQ(::write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
        int status = 0;
        ::waitpid(child_, &status, 0);
        return status;
    }

    int master_ = -1;
    pid_t child_ = 0;
    std::string seen_;
};

TEST_F(terminal, gives_what_was_typed_without_showing_it)
{
    EXPECT_FALSE(echoes());
    EXPECT_EQ(WEXITSTATUS(after("geheim\n")), right_answer);
    std::array<char, 100> rest{};
    const auto got = ::read(master_, rest.data(), rest.size());
    EXPECT_THAT(std::string(rest.data(), got > 0 ? static_cast<std::size_t>(got) : 0),
                testing::Not(HasSubstr("geheim")));
    EXPECT_TRUE(echoes());
}

TEST_F(terminal, end_of_input_is_no_answer)
{
    EXPECT_EQ(WEXITSTATUS(after("\x04")), no_answer);
    EXPECT_TRUE(echoes());
}

TEST_F(terminal, an_interrupt_restores_it_and_ends_the_program)
{
    const int status = after("half\x03");
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGINT);
    EXPECT_TRUE(echoes());
}

}  // namespace
}  // namespace ftpfs::cli
