#include "ftpfs/core/log.hpp"

#include "ftpfs/core/utf8.hpp"

#include <spdlog/sinks/null_sink.h>

#include <cstdint>

namespace ftpfs {

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
