#include "child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <system_error>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ftpfs::bench {

namespace {

constexpr int status_not_run = 127;  // as a shell says it
constexpr int status_signal = 128;   // plus the signal

[[noreturn]] void become(std::vector<std::string> command, const network_namespace& where, pid_t parent)
{
    end_with_parent(SIGKILL);
    if (::getppid() != parent) {
        std::_Exit(status_not_run);  // it ended before we asked
    }
    try {
        where.enter();
    } catch (const std::system_error& error) {
        std::fprintf(stderr, "link: %s\n", error.what());
        std::_Exit(status_not_run);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    std::vector<char*> arguments;
    std::transform(command.begin(), command.end(), std::back_inserter(arguments),
                   [](auto& word) { return word.data(); });
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    std::perror(arguments[0]);
    std::_Exit(status_not_run);
}

}  // namespace

child_process::child_process(const std::vector<std::string>& command, const network_namespace& where)
{
    const auto parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) {
        throw std::system_error{errno, std::generic_category(), "fork"};
    }
    if (pid_ == 0) {
        become(command, where, parent);
    }
}

child_process::~child_process()
{
    if (!status_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

void child_process::send(int signal) const
{
    if (!status_) {
        ::kill(pid_, signal);
    }
}

std::optional<int> child_process::ended()
{
    int how = 0;
    if (!status_ && ::waitpid(pid_, &how, WNOHANG) == pid_) {
        status_ = WIFEXITED(how) ? WEXITSTATUS(how) : status_signal + WTERMSIG(how);
    }
    return status_;
}

void end_with_parent(int signal)
{
    ::prctl(PR_SET_PDEATHSIG, signal);
}

}  // namespace ftpfs::bench
