#include "listing_message.hpp"

#include "text.hpp"

#include <array>

namespace ftpfs::proto {
namespace {

struct message_row {
    std::string_view end;
    message_kind kind;
};

constexpr std::array messages{message_row{"no such file or directory", message_kind::missing},
                              message_row{"directory not found", message_kind::missing},  // VMS: %RMS-E-DNF
                              message_row{"permission denied", message_kind::denied},
                              message_row{"no files found", message_kind::nothing_here},  // VMS: %DIRECT-W-NOFILES
                              message_row{"no members found", message_kind::nothing_here},
                              message_row{"no data sets found", message_kind::nothing_here}};

}  // namespace

bool is_total(std::string_view line) noexcept
{
    const auto text = trim(line);
    const auto space = text.find(' ');
    if (space == text.npos) {
        return false;
    }
    const auto word = text.substr(0, space);
    const auto count = trim(text.substr(space));
    return word.find_first_of("0123456789") == word.npos && is_digit(count[0]) &&
           count.find_first_not_of("0123456789.,KMGT") == count.npos;
}

message_kind message_in(std::string_view line) noexcept
{
    const auto text = trim(line, " .");
    for (const auto& row : messages) {
        if (text.size() >= row.end.size() && same_word(text.substr(text.size() - row.end.size()), row.end)) {
            return row.kind;
        }
    }
    return message_kind::none;
}

}  // namespace ftpfs::proto
