#include "libfuse_messages.hpp"

#include "ftpfs/fuse/libfuse.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string_view>

namespace ftpfs::fuse {
namespace {

struct state {
    std::mutex mutex;
    log journal;
    std::optional<std::string> collected;
};

state& shared()
{
    static state only;
    return only;
}

void on_message(fuse_log_level level, const char* format, va_list arguments)
{
    std::array<char, 1024> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    std::string_view message{text.data()};
    auto& all = shared();
    const std::scoped_lock lock{all.mutex};
    if (all.collected) {
        all.collected->append(message);
        return;
    }
    if (message.ends_with('\n')) {
        message.remove_suffix(1);
    }
    if (level <= FUSE_LOG_WARNING) {
        all.journal.warning("libfuse: {}", printable(message));
    } else {
        all.journal.debug("libfuse: {}", printable(message));
    }
}

std::string content_of(int file)
{
    std::string text(4096, '\0');
    const auto size = ::pread(file, text.data(), text.size(), 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

// "fuse: mount failed: X\nfusermount3: Y\n" → "mount failed: X; Y"
std::string in_one_line(std::string_view text)
{
    std::string line;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto part = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        for (const std::string_view program : {"fuse: ", "fusermount3: "}) {
            if (part.starts_with(program)) {
                part.remove_prefix(program.size());
            }
        }
        if (!part.empty()) {
            line.append(line.empty() ? "" : "; ").append(part);
        }
    }
    return printable(line);
}

}  // namespace

libfuse_messages::libfuse_messages()
{
    {
        auto& all = shared();
        const std::scoped_lock lock{all.mutex};
        all.collected.emplace();
    }
    fuse_set_log_func(&on_message);
    collected_ = ::memfd_create("ftpfs-messages", MFD_CLOEXEC);
    real_stderr_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (collected_ >= 0 && real_stderr_ >= 0) {
        ::dup2(collected_, STDERR_FILENO);
    }
}

libfuse_messages::~libfuse_messages()
{
    if (const auto others = end_redirection(); !others.empty()) {
        std::fputs(others.c_str(), stderr);
    }
    auto& all = shared();
    const std::scoped_lock lock{all.mutex};
    all.collected.reset();
}

std::string libfuse_messages::take()
{
    const auto others = end_redirection();
    auto& all = shared();
    const std::scoped_lock lock{all.mutex};
    return in_one_line(std::exchange(all.collected, std::string{}).value_or("") + others);
}

std::string libfuse_messages::end_redirection()
{
    std::string others;
    if (collected_ >= 0 && real_stderr_ >= 0) {
        ::dup2(real_stderr_, STDERR_FILENO);
        others = content_of(collected_);
    }
    for (int* file : {&collected_, &real_stderr_}) {
        if (*file >= 0) {
            ::close(*file);
            *file = -1;
        }
    }
    return others;
}

void send_libfuse_messages_to(log journal)
{
    auto& all = shared();
    const std::scoped_lock lock{all.mutex};
    all.journal = std::move(journal);
}

}  // namespace ftpfs::fuse
