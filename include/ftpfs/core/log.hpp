// A log handle: a spdlog logger and a prefix that says who speaks ("session 3: ").
//
// Passed by value at construction; there is no global logger. Levels: error = the user must act; warning =
// we degraded; info = mount, unmount, reconnect; debug = one line per request and per FTP command and reply
// (commands redact themselves); trace = bytes and buffers. The dialogue with the server is said at debug, and to a
// trace of its own if there is one. Thread-safe, as spdlog's loggers are. Formatting happens only if somebody listens.
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

    log with_prefix(std::string_view prefix) const
    {
        auto other = *this;
        other.prefix_ += prefix;
        return other;
    }
    // The same, with a trace that hears the dialogue, whatever the level of the log is.
    log with_trace(std::shared_ptr<spdlog::logger> trace) const
    {
        auto other = *this;
        other.trace_ = std::move(trace);
        return other;
    }
    bool enabled(spdlog::level::level_enum level) const { return logger_->should_log(level); }
    bool hears_dialogue() const { return trace_ != nullptr || enabled(spdlog::level::debug); }

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

    // What the server and we say to each other, a line each.
    template <class... Args>
    void dialogue(fmt::format_string<Args...> format, Args&&... args) const
    {
        if (hears_dialogue()) {
            const auto line = prefix_ + fmt::format(format, std::forward<Args>(args)...);
            logger_->log(spdlog::level::debug, "{}", line);
            if (trace_) {
                trace_->log(spdlog::level::info, "{}", line);
            }
        }
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
    std::shared_ptr<spdlog::logger> trace_;
};

// Bytes from a server, made safe for a terminal and a log line: control bytes and invalid UTF-8 become \xNN,
// and what is longer than `limit` bytes is cut with "…".
std::string printable(std::string_view bytes, std::size_t limit = 500);

}  // namespace ftpfs
