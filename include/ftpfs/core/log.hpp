// A log handle: a spdlog logger and a prefix that says who speaks ("session 3: ").
//
// Passed by value at construction; there is no global logger. Levels: error = the user must act; warning =
// we degraded; info = mount, unmount, reconnect; debug = one line per request and per FTP command and reply
// (commands redact themselves); trace = bytes and buffers. Thread-safe, as spdlog's loggers are. Formatting
// happens only if the level is on.
#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace ftpfs {

class log {
public:
    // Says nothing to nobody.
    log();
    explicit log(std::shared_ptr<spdlog::logger> logger, std::string prefix = {})
        : logger_{std::move(logger)}, prefix_{std::move(prefix)}
    {
    }

    log with_prefix(std::string_view prefix) const { return log{logger_, prefix_ + std::string{prefix}}; }
    bool enabled(spdlog::level::level_enum level) const { return logger_->should_log(level); }

    template <class... Args>
    void error(fmt::format_string<Args...> format, Args&&... args) const
    {
        write(spdlog::level::err, format, std::forward<Args>(args)...);
    }
    template <class... Args>
    void warning(fmt::format_string<Args...> format, Args&&... args) const
    {
        write(spdlog::level::warn, format, std::forward<Args>(args)...);
    }
    template <class... Args>
    void info(fmt::format_string<Args...> format, Args&&... args) const
    {
        write(spdlog::level::info, format, std::forward<Args>(args)...);
    }
    template <class... Args>
    void debug(fmt::format_string<Args...> format, Args&&... args) const
    {
        write(spdlog::level::debug, format, std::forward<Args>(args)...);
    }
    template <class... Args>
    void trace(fmt::format_string<Args...> format, Args&&... args) const
    {
        write(spdlog::level::trace, format, std::forward<Args>(args)...);
    }

private:
    template <class... Args>
    void write(spdlog::level::level_enum level, fmt::format_string<Args...> format, Args&&... args) const
    {
        if (logger_->should_log(level)) {
            logger_->log(level, "{}{}", prefix_, fmt::format(format, std::forward<Args>(args)...));
        }
    }

    std::shared_ptr<spdlog::logger> logger_;
    std::string prefix_;
};

// Bytes from a server, made safe for a terminal and a log line: control bytes and invalid UTF-8 become \xNN,
// and what is longer than `limit` bytes is cut with "…".
std::string printable(std::string_view bytes, std::size_t limit = 500);

}  // namespace ftpfs
