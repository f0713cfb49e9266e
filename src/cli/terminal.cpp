#include "ftpfs/cli/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string_view>

namespace ftpfs::cli {
namespace {

volatile sig_atomic_t received_signal = 0;

extern "C" void note_signal(int number)
{
    received_signal = number;
}

// While it lives, signals that would end or stop us are only noted, and only in wait(): so none is lost between
// a look and a read(2).
class signals_noted {
public:
    signals_noted()
    {
        received_signal = 0;
        sigset_t blocked;
        ::sigemptyset(&blocked);
        struct sigaction note = {};
        note.sa_handler = note_signal;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            ::sigaddset(&blocked, numbers[i]);
            ::sigaction(numbers[i], nullptr, &before_[i]);
            if (before_[i].sa_handler != SIG_IGN) {
                ::sigaction(numbers[i], &note, nullptr);
            }
        }
        ::sigprocmask(SIG_BLOCK, &blocked, &mask_before_);
    }
    ~signals_noted()
    {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            ::sigaction(numbers[i], &before_[i], nullptr);
        }
        ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    }
    signals_noted(const signals_noted&) = delete;
    signals_noted& operator=(const signals_noted&) = delete;

    // Until there is something to read; false when a signal came first.
    bool wait(int descriptor) const
    {
        pollfd input{.fd = descriptor, .events = POLLIN, .revents = 0};
        while (received_signal == 0) {
            if (::ppoll(&input, 1, nullptr, &mask_before_) > 0) {
                return true;
            }
        }
        return false;
    }

private:
    static constexpr std::array numbers{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    std::array<struct sigaction, numbers.size()> before_{};
    sigset_t mask_before_{};
};

class terminal {
public:
    terminal() : descriptor_{::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)}
    {
        usable_ = descriptor_ >= 0 && ::tcgetattr(descriptor_, &before_) == 0;
        if (usable_) {
            auto silent = before_;
            silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            silent.c_lflag |= ICANON | ECHONL;
            ::tcsetattr(descriptor_, TCSAFLUSH, &silent);
        }
    }
    ~terminal()
    {
        if (usable_) {
            ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
        }
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    terminal(const terminal&) = delete;
    terminal& operator=(const terminal&) = delete;

    bool usable() const { return usable_; }

    void write(std::string_view text) const
    {
        while (!text.empty()) {
            const auto written = ::write(descriptor_, text.data(), text.size());
            if (written <= 0) {
                return;
            }
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    // Nothing when a signal came or the input ended.
    std::optional<secret> read_line(const signals_noted& signals) const
    {
        std::array<char, 1024> bytes{};
        std::size_t size = 0;
        while (size < bytes.size() && signals.wait(descriptor_)) {
            const auto got = ::read(descriptor_, bytes.data() + size, bytes.size() - size);
            if (got <= 0) {
                break;
            }
            size += static_cast<std::size_t>(got);
            if (bytes[size - 1] == '\n') {
                const secret answer{std::string_view{bytes.data(), size - 1}};
                ::explicit_bzero(bytes.data(), bytes.size());
                return answer;
            }
        }
        ::explicit_bzero(bytes.data(), bytes.size());
        return std::nullopt;
    }

private:
    int descriptor_;
    bool usable_ = false;
    struct termios before_ = {};
};

std::optional<secret> ask(const std::string& prompt, bool& asked)
{
    const signals_noted signals;
    const terminal here;
    asked = here.usable();
    if (!asked) {
        return std::nullopt;
    }
    here.write(prompt);
    return here.read_line(signals);
}

}  // namespace

outcome<secret> ask_on_terminal(const std::string& prompt)
{
    for (;;) {
        bool asked = false;
        if (auto answer = ask(prompt, asked)) {
            return *std::move(answer);
        }
        if (received_signal == 0) {
            return problem{exit_status::login_refused,
                           asked ? "no password was typed" : "there is no terminal to ask for a password on"};
        }
        // The terminal is as it was: now the signal may do its work. After a stop (Ctrl-Z) we ask again.
        ::raise(received_signal);
    }
}

}  // namespace ftpfs::cli
