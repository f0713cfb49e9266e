#include "ftpfs/proto/space_reply.hpp"

#include "text.hpp"

namespace ftpfs::proto {

std::optional<std::uint64_t> parse_space_reply(const reply& answer)
{
    if (answer.code != 213) {
        return std::nullopt;
    }
    const std::string_view line = answer.last_line();
    const auto digits = last_digits(line);
    const auto at = static_cast<std::size_t>(digits.data() - line.data());
    if (digits.empty() || (at > 0 && line[at - 1] == '-')) {
        return std::nullopt;
    }
    return number<std::uint64_t>(digits);
}

}  // namespace ftpfs::proto
