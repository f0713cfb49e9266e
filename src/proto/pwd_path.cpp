#include "ftpfs/proto/pwd_path.hpp"

#include "ftpfs/core/log.hpp"

#include "text.hpp"

namespace ftpfs::proto {
namespace {

// Halves doubled quotes, unless a single one shows that this server does not double them.
std::string undoubled(std::string_view quoted)
{
    std::string path;
    for (std::size_t i = 0; i < quoted.size(); ++i) {
        path += quoted[i];
        if (quoted[i] == '"' && (++i == quoted.size() || quoted[i] != '"')) {
            return std::string{quoted};
        }
    }
    return path;
}

std::string path_in(std::string_view line)
{
    const auto first = line.find('"');
    if (first == line.npos) {
        const auto words = trim(line);
        return std::string{words.substr(0, words.find(' '))};
    }
    const auto last = line.rfind('"');
    return last == first ? std::string{} : undoubled(line.substr(first + 1, last - first - 1));
}

}  // namespace

result<remote_path> parse_pwd(const reply& answer)
{
    if (!answer.is_completion()) {
        return answer.as_failure();
    }
    const auto with_quote =
        std::ranges::find_if(answer.lines, [](const std::string& line) { return line.find('"') != line.npos; });
    const auto path = path_in(with_quote == answer.lines.end() ? answer.last_line() : *with_quote);
    if (path.empty()) {
        return failure{errc::protocol_violation, "no path in the answer to PWD: " + answer.as_failure().detail};
    }
    if (!path.starts_with('/')) {
        return failure{errc::unsupported, "the directory \"" + printable(path, 100) + "\" is not a Unix path"};
    }
    auto parsed = remote_path::make(path);
    if (!parsed) {
        return failure{errc::protocol_violation, "a path of no use in the answer to PWD: " + printable(path, 100)};
    }
    return parsed;
}

}  // namespace ftpfs::proto
