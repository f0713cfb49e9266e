// The replies don't depend on how the bytes are cut; bounds hold; a violation is for ever.
#include "ftpfs/proto/reply_parser.hpp"

#include "fuzz.hpp"

using namespace ftpfs;
using namespace ftpfs::proto;
using fuzz::require;

namespace {

struct outcome {
    std::vector<reply> replies;
    bool failed = false;
    bool has_partial = false;

    bool operator==(const outcome&) const = default;
};

void check(const reply& answer)
{
    require(answer.code >= 100 && answer.code < 700, "a code of three digits");
    require(!answer.lines.empty() && answer.lines.size() <= reply_parser::most_lines, "lines within bounds");
    for (const auto& line : answer.lines) {
        require(line.find('\n') == line.npos && line.size() <= reply_parser::longest_line, "a line is one line");
    }
    require(fuzz::is_printable(answer.as_failure().detail), "a failure is printable");
}

outcome parse(std::string_view bytes, std::size_t step)
{
    outcome result;
    reply_parser parser;
    while (!bytes.empty() && !result.failed) {
        parser.feed(bytes.substr(0, step));
        bytes.remove_prefix(std::min(step, bytes.size()));
        for (;;) {
            auto next = parser.next();
            if (!next) {
                result.failed = true;
                require(!parser.next(), "a violation is for ever");
                break;
            }
            if (!*next) {
                break;
            }
            check(**next);
            result.replies.push_back(**std::move(next));
        }
    }
    result.has_partial = !result.failed && parser.has_partial();
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto input = fuzz::text_of(data, size);
    const std::size_t step = fuzz::take_byte(input) % 32U + 1U;
    require(parse(input, step) == parse(input, input.size() + 1), "the same replies however the bytes are cut");
    return 0;
}
