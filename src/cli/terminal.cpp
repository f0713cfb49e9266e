#include "ftpfs/cli/terminal.hpp"

#include <fcntl.h>
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

extern "C" void remember_signal(int number)
{
    received_signal = number;
}

// While it lives, signals that would end or stop us only interrupt read(2).
class signals_remembered {
public:
    signals_remembered()
    {
        received_signal = 0;
        struct sigaction remember = {};
        remember.sa_handler = remember_signal;  // no SA_RESTART: read(2) shall return
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            ::sigaction(numbers[i], &remember, &before_[i]);
        }
    }
    ~signals_remembered()
    {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            ::sigaction(numbers[i], &before_[i], nullptr);
        }
    }
    signals_remembered(const signals_remembered&) = delete;
    signals_remembered& operator=(const signals_remembered&) = delete;

private:
    static constexpr std::array numbers{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    std::array<struct sigaction, numbers.size()> before_{};
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
    std::optional<secret> read_line() const
    {
        std::array<char, 1024> bytes{};
        std::size_t size = 0;
        while (size < bytes.size()) {
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
    const signals_remembered quiet;
    const terminal here;
    asked = here.usable();
    if (!asked) {
        return std::nullopt;
    }
    here.write(prompt);
    return here.read_line();
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
