#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace ftpfs::test {

child::child(std::vector<std::string> command)
{
    std::vector<char*> arguments;
    for (auto& word : command) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    ::posix_spawn_file_actions_init(&quiet);
    ::posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    // Where the tests run in the background of a script, their children would ignore Ctrl-C.
    sigset_t interrupt;
    ::sigemptyset(&interrupt);
    ::sigaddset(&interrupt, SIGINT);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setsigdefault(&attributes, &interrupt);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    if (::posix_spawnp(&process_, arguments[0], &quiet, &attributes, arguments.data(), environ) != 0) {
        process_ = -1;
    }
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&quiet);
}

child::~child()
{
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
}

void child::signal(int number)
{
    if (process_ > 0) {
        ::kill(process_, number);
    }
}

std::optional<int> child::wait(std::chrono::seconds limit)
{
    const int handle = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
    pollfd ended{handle, POLLIN, 0};
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
    const bool in_time = ::poll(&ended, 1, static_cast<int>(milliseconds)) == 1;
    ::close(handle);
    int status = 0;
    if (!in_time || ::waitpid(process_, &status, 0) != process_) {
        return std::nullopt;
    }
    process_ = -1;
    return status;
}

}  // namespace ftpfs::test
