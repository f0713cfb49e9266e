#include "ftpfs/proto/reply.hpp"

#include "ftpfs/core/log.hpp"

#include "text.hpp"

namespace ftpfs::proto {

reply::reply(int code_, std::vector<std::string> lines_) : code{code_}, lines{std::move(lines_)}
{
    if (lines.empty()) {
        lines.emplace_back();
    }
}

bool reply::is_unknown_command() const noexcept
{
    return (code == 500 || code == 502 || code == 504) && !lines.front().starts_with("OOPS:");
}

std::string reply::text() const
{
    std::string all = lines.front();
    for (std::size_t i = 1; i < lines.size(); ++i) {
        all += '\n';
        all += lines[i];
    }
    return all;
}

failure reply::as_failure() const
{
    constexpr std::size_t longest_detail = 500;  // bytes; enough for every refusal, too little to flood a log
    auto words = std::to_string(code);
    for (const auto& line : lines) {
        if (words.size() > longest_detail) {
            break;
        }
        if (const auto part = trim(line); !part.empty()) {
            words += ' ';
            words += part;
        }
    }
    return {make_reply_error(code), printable(words, longest_detail)};
}

}  // namespace ftpfs::proto
