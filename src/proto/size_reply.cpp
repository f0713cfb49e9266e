#include "ftpfs/proto/size_reply.hpp"

#include "text.hpp"

namespace ftpfs::proto {

std::optional<std::uint64_t> parse_size_reply(const reply& answer)
{
    if (answer.code != 213 || answer.lines.size() != 1) {
        return std::nullopt;
    }
    const std::string_view line = answer.last_line();
    const auto digits = last_digits(line);
    if (digits.empty()) {
        return std::nullopt;
    }
    const auto before = line.substr(0, static_cast<std::size_t>(digits.data() - line.data()));
    if (before.ends_with('-')) {  // -1: an error, or a 32-bit server and a large file
        return std::nullopt;
    }
    return number<std::uint64_t>(digits);
}

}  // namespace ftpfs::proto
