#include "ftpfs/cli/journal.hpp"

#include "ftpfs/cli/trace_file.hpp"

#include <fcntl.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ftpfs::cli {
namespace {

spdlog::sink_ptr make_sink(const config& settings)
{
    if (!settings.log_file.empty()) {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(settings.log_file);
        sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
        return sink;
    }
    if (settings.foreground) {
        auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        sink->set_pattern("%H:%M:%S.%e %l: %v");
        return sink;
    }
    constexpr bool with_level = false;  // syslog has its own
    return std::make_shared<spdlog::sinks::syslog_sink_mt>("ftpfs", LOG_PID, LOG_DAEMON, with_level);
}

// spdlog would make missing directories, and a typing error is not worth a directory.
outcome<void> check_log_file(const std::string& name)
{
    const int file = ::open(name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (file < 0) {
        return problem{exit_status::usage,
                       fmt::format("option log_file: cannot open {}: {}", name, std::strerror(errno))};
    }
    ::close(file);
    return {};
}

}  // namespace

outcome<log> make_journal(const config& settings)
{
    if (!settings.log_file.empty()) {
        if (const auto usable = check_log_file(settings.log_file); !usable) {
            return usable.error();
        }
    }
    try {
        auto logger = std::make_shared<spdlog::logger>("ftpfs", make_sink(settings));
        logger->set_level(settings.log_level);
        logger->flush_on(settings.log_level);  // who reads a log wants to see the last line before the crash
        log journal{std::move(logger)};
        if (settings.trace.empty()) {
            return journal;
        }
        const auto trace = open_trace(settings.trace, journal);
        if (!trace) {
            return trace.error();
        }
        return journal.with_trace(*trace);
    } catch (const spdlog::spdlog_ex& why) {
        return problem{exit_status::usage, fmt::format("option log_file: {}", why.what())};
    }
}

}  // namespace ftpfs::cli
