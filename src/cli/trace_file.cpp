#include "ftpfs/cli/trace_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>

namespace ftpfs::cli {
namespace {

constexpr mode_t owner_only = 0600;

class trace_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    trace_sink(int file, std::string name, ftpfs::log journal)
        : file_{file}, name_{std::move(name)}, journal_{std::move(journal)}
    {
    }
    trace_sink(const trace_sink&) = delete;
    trace_sink& operator=(const trace_sink&) = delete;
    ~trace_sink() override { ::close(file_); }

private:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        if (missing_ > 0 && !append(fmt::format("{} lines are missing here\n", missing_))) {
            ++missing_;
            return;
        }
        missing_ = 0;
        if (!append({line.data(), line.size()})) {
            ++missing_;
        }
    }

    void flush_() override {}

    // In one piece, so that several mounts may write to one file.
    bool append(std::string_view line)
    {
        const auto bytes = fmt::format("{}{}", torn_ ? "\n" : "", line);
        const auto written = ::write(file_, bytes.data(), bytes.size());
        if (written == static_cast<ssize_t>(bytes.size())) {
            torn_ = false;
            return true;
        }
        const int why = written < 0 ? errno : ENOSPC;
        torn_ = torn_ || written > 0;
        if (!std::exchange(complained_, true)) {
            journal_.warning("cannot write to the trace {}: {}; it has gaps from here on", name_, std::strerror(why));
        }
        return false;
    }

    int file_;
    std::string name_;
    ftpfs::log journal_;
    std::uint64_t missing_ = 0;  // lines since the last one that was written
    bool torn_ = false;          // a line was begun and not ended
    bool complained_ = false;
};

problem cannot(std::string_view what, const std::string& name, int error)
{
    return {exit_status::usage, fmt::format("option trace: cannot {} {}: {}", what, name, std::strerror(error))};
}

// A file that is there already may be open to others.
outcome<void> close_to_others(int file, const std::string& name)
{
    struct stat now {};
    if (::fstat(file, &now) != 0) {
        return cannot("look at", name, errno);
    }
    const bool is_open = S_ISREG(now.st_mode) && (now.st_mode & 0777 & ~owner_only) != 0;
    if (is_open && ::fchmod(file, owner_only) != 0) {
        return cannot("make private", name, errno);
    }
    return {};
}

}  // namespace

outcome<std::shared_ptr<spdlog::logger>> open_trace(const std::string& name, log journal)
{
    // A pipe without a reader would hold the mount up.
    const int file = ::open(name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, owner_only);
    if (file < 0) {
        return cannot("open", name, errno);
    }
    auto sink = std::make_shared<trace_sink>(file, name, std::move(journal));
    if (const auto closed = close_to_others(file, name); !closed) {
        return closed.error();
    }
    sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %v");
    return std::make_shared<spdlog::logger>("trace", std::move(sink));
}

}  // namespace ftpfs::cli
