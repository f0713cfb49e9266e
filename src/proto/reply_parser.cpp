#include "ftpfs/proto/reply_parser.hpp"

#include "ftpfs/core/log.hpp"

#include "text.hpp"

#include <utility>

namespace ftpfs::proto {
namespace {

using namespace std::string_view_literals;

// The code a line begins with, 0 if none. RFC 2228 adds 6xx for protected replies.
int code_of(std::string_view line)
{
    if (line.size() < 3 || line[0] < '1' || line[0] > '6' || !is_digit(line[1]) || !is_digit(line[2])) {
        return 0;
    }
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

bool ends_reply(std::string_view line)
{
    return line.size() == 3 || line[3] == ' ';
}

bool continues_reply(std::string_view line)
{
    return line.size() > 3 && line[3] == '-';
}

std::string_view behind_code(std::string_view line)
{
    return line.substr(std::min<std::size_t>(line.size(), 4));
}

// A Telnet end of line is CR LF, and a bare CR is CR NUL (RFC 854); CR CR LF comes from double conversion.
std::string_view without_line_end(std::string_view line)
{
    while (line.ends_with('\r') || line.ends_with("\r\0"sv)) {
        line.remove_suffix(line.ends_with('\r') ? 1 : 2);
    }
    return line;
}

std::string unescaped(std::string_view line)
{
    std::string text{line};
    for (auto at = text.find("\r\0"sv); at != text.npos; at = text.find("\r\0"sv, at)) {
        text.erase(++at, 1);
    }
    return text;
}

}  // namespace

result<std::optional<reply>> reply_parser::next()
{
    while (!failed_) {
        const auto line = next_line();
        if (!line) {
            break;
        }
        if (take_line(*line)) {
            reply complete{std::exchange(code_, 0), std::exchange(lines_, {})};
            reply_size_ = 0;
            drop_consumed();
            return complete;
        }
    }
    drop_consumed();
    if (failed_) {
        return *failed_;
    }
    return std::optional<reply>{};
}

std::optional<std::string_view> reply_parser::next_line()
{
    const auto end = buffer_.find('\n', std::max(scanned_, consumed_));
    const auto length = (end == buffer_.npos ? buffer_.size() : end) - consumed_;
    if (length > longest_line) {
        fail("a line of more than " + std::to_string(longest_line) + " bytes");
        return std::nullopt;
    }
    if (end == buffer_.npos) {
        scanned_ = buffer_.size();
        return std::nullopt;
    }
    const auto line = std::string_view{buffer_}.substr(consumed_, length);
    consumed_ = scanned_ = end + 1;
    return line;
}

bool reply_parser::take_line(std::string_view raw)
{
    const auto line = without_line_end(raw);
    const auto code = code_of(line);
    if (code_ == 0) {
        if (line.empty()) {
            return false;
        }
        if (code == 0 || !(ends_reply(line) || continues_reply(line))) {
            fail('"' + printable(line, 100) + '"');
            return false;
        }
        code_ = code;
        lines_.push_back(unescaped(behind_code(line)));
        reply_size_ = raw.size() + 1;
        return ends_reply(line);
    }
    reply_size_ += raw.size() + 1;
    if (lines_.size() >= most_lines || reply_size_ > longest_reply) {
        fail("a reply of more than " + std::to_string(lines_.size()) + " lines and " +
             std::to_string(reply_size_ - raw.size()) + " bytes");
        return false;
    }
    const bool repeats_code = code == code_ && (ends_reply(line) || continues_reply(line));
    lines_.push_back(unescaped(repeats_code ? behind_code(line) : line));
    return repeats_code && ends_reply(line);
}

void reply_parser::fail(std::string detail)
{
    failed_ = failure{errc::protocol_violation, std::move(detail)};
    lines_.clear();
}

// Moving the rest to the front only when at least as much goes away keeps the total work linear.
void reply_parser::drop_consumed()
{
    if (consumed_ >= buffer_.size() - consumed_) {
        buffer_.erase(0, consumed_);
        scanned_ -= consumed_;
        consumed_ = 0;
    }
}

}  // namespace ftpfs::proto
