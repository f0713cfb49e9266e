// Bytes of a control connection in, replies out; the bytes may be cut anywhere.
//
//     parser.feed(bytes);
//     for (;;) { FTPFS_TRY(auto reply, parser.next()); if (!reply) break; … }
//
// Reads what real servers send: CRLF, bare LF, CR CR LF, CR NUL inside a line; multi-line replies that end with
// the same code and a space (RFC 959 §4.2) or the code alone, whatever stands between, repeated code or not; empty
// lines between replies. A multi-line reply closed with another code is not recognised: a listing or a message of
// the day may hold such lines, so only the deadline of the command can tell.
//
// Bounded, so a hostile server can't fill the memory: beyond the limits, and on a line that begins no reply,
// next() returns errc::protocol_violation, for ever. Owned by one connection; not thread-safe.
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/proto/reply.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::proto {

class reply_parser {
public:
    static constexpr std::size_t longest_line = std::size_t{64} * 1024;  // bytes; message-of-the-day lines are long
    static constexpr std::size_t most_lines = 10'000;                    // of one reply
    static constexpr std::size_t longest_reply =
        std::size_t{1024} * 1024;  // bytes; the largest banners seen have a few KiB

    // Keeps a copy. Call next() until it is empty after each feed: what waits here is not bounded.
    void feed(std::string_view bytes) { buffer_.append(bytes); }

    // The next complete reply, nothing if more bytes are needed.
    result<std::optional<reply>> next();

    // Are there bytes behind the last reply next() returned? On a connection where no command is outstanding
    // they are unsolicited, and around AUTH TLS they may have been injected: the session is unusable.
    bool has_partial() const noexcept { return !lines_.empty() || consumed_ < buffer_.size(); }

private:
    std::optional<std::string_view> next_line();
    bool take_line(std::string_view line);  // true: the reply is complete
    void fail(std::string detail);
    void drop_consumed();

    std::string buffer_;
    std::size_t consumed_ = 0;  // bytes of buffer_ already taken as lines
    std::size_t scanned_ = 0;   // no LF before this position of buffer_ (but behind consumed_)

    int code_ = 0;                    // of the reply being read; 0 between replies
    std::vector<std::string> lines_;  // its lines so far
    std::size_t reply_size_ = 0;      // and its bytes
    std::optional<failure> failed_;
};

}  // namespace ftpfs::proto
