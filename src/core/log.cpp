#include "ftpfs/core/log.hpp"

#include <spdlog/sinks/null_sink.h>

#include <cstdint>

namespace ftpfs {
namespace {

// The length of the valid UTF-8 sequence at the start of `bytes`, 0 if there is none (RFC 3629 §4).
std::size_t utf8_sequence(std::string_view bytes)
{
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    const auto first = at(0);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    if (length == 0 || bytes.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xC0) != 0x80) {
            return 0;
        }
    }
    const bool overlong_or_surrogate = (first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F) ||
                                       (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F);
    return overlong_or_surrogate ? 0 : length;
}

}  // namespace

log::log()
{
    static const auto silent =
        std::make_shared<spdlog::logger>("silent", std::make_shared<spdlog::sinks::null_sink_mt>());
    silent->set_level(spdlog::level::off);
    logger_ = silent;
}

std::string printable(std::string_view bytes, std::size_t limit)
{
    std::string text;
    while (!bytes.empty()) {
        if (text.size() >= limit) {
            return text + "…";
        }
        const auto length = utf8_sequence(bytes);
        const auto first = static_cast<std::uint8_t>(bytes[0]);
        const bool c1_control = length == 2 && first == 0xC2 && static_cast<std::uint8_t>(bytes[1]) < 0xA0;
        if (length == 0 || first < 0x20 || first == 0x7F || c1_control) {
            text += fmt::format("\\x{:02x}", first);
            bytes.remove_prefix(1);
        } else {
            text += bytes.substr(0, length);
            bytes.remove_prefix(length);
        }
    }
    return text;
}

}  // namespace ftpfs
