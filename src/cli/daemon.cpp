#include "ftpfs/cli/daemon.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ostream>
#include <string>

namespace ftpfs::cli {
namespace {

class foreground_launch final : public launch {
public:
    explicit foreground_launch(std::ostream& err) : err_{err} {}
    bool ready() override { return true; }
    void failed(const problem& why) override { print(why, err_); }

private:
    std::ostream& err_;
};

void leave_terminal()
{
    ::setsid();
    if (::chdir("/") != 0) {
        // The root directory is always there; staying elsewhere would only keep that place busy.
    }
    if (const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC); null >= 0) {
        for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            ::dup2(null, stream);
        }
        if (null > STDERR_FILENO) {
            ::close(null);
        }
    }
}

// The child's end of the pipe. The message is one byte of status, then the words.
class background_launch final : public launch {
public:
    explicit background_launch(int pipe) : pipe_{pipe} {}
    ~background_launch() override { finish(); }
    background_launch(const background_launch&) = delete;
    background_launch& operator=(const background_launch&) = delete;

    bool ready() override
    {
        leave_terminal();
        const bool told = tell({exit_status::ok, ""});
        finish();
        return told;
    }
    void failed(const problem& why) override { tell(why); }

private:
    // A message is shorter than what a pipe holds, so it is written in one go. SIGPIPE is ignored by then.
    bool tell(const problem& what) const
    {
        const auto bytes = static_cast<char>(what.status) + what.message;
        return pipe_ >= 0 && ::write(pipe_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    }
    void finish()
    {
        if (pipe_ >= 0) {
            ::close(pipe_);
            pipe_ = -1;
        }
    }

    int pipe_;
};

std::string read_all(int pipe)
{
    std::string bytes;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto got = ::read(pipe, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return bytes;
        }
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

exit_status wait_for_answer(int pipe, pid_t child, std::ostream& err)
{
    const auto answer = read_all(pipe);
    if (answer.empty()) {
        int status = 0;
        ::waitpid(child, &status, 0);
        print({exit_status::other,
               WIFSIGNALED(status) ? fmt::format("the process in the background was ended by signal {} before it could "
                                                 "mount",
                                                 WTERMSIG(status))
                                   : "the process in the background ended before it could mount: see the log"},
              err);
        return exit_status::other;
    }
    const problem said{static_cast<exit_status>(answer[0]), answer.substr(1)};
    if (said.status != exit_status::ok) {
        print(said, err);
    }
    return said.status;
}

}  // namespace

void print(const problem& why, std::ostream& err)
{
    err << "ftpfs: " << why.message << '\n' << std::flush;
}

exit_status run_in_foreground(const service& serve, std::ostream& err)
{
    foreground_launch start{err};
    return serve(start);
}

exit_status run_in_background(const service& serve, std::ostream& err)
{
    std::array<int, 2> pipe{};
    const auto failed = [&err](const char* what) {
        print({exit_status::other, fmt::format("{}: {}", what, std::strerror(errno))}, err);
        return exit_status::other;
    };
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return failed("pipe");
    }
    const auto child = ::fork();
    if (child < 0) {
        return failed("fork");
    }
    if (child == 0) {
        ::close(pipe[0]);
        auto status = exit_status::other;
        {
            background_launch start{pipe[1]};
            status = serve(start);
        }
        std::exit(static_cast<int>(status));
    }
    ::close(pipe[1]);
    const auto status = wait_for_answer(pipe[0], child, err);
    ::close(pipe[0]);
    return status;
}

}  // namespace ftpfs::cli
