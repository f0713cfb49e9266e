// One complete reply of a server (RFC 959 §4.2): a three-digit code and one or more lines of text.
//
// `lines` has at least one element. The code and the character behind it are taken off wherever a line begins
// with them (servers differ in whether they repeat the code on inner lines); apart from that and the line ends,
// the bytes are the server's: any charset, control characters included, to be shown only through as_failure()
// or printable(). Plain value.
#pragma once

#include "ftpfs/core/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::proto {

struct reply {
    reply(int code_, std::vector<std::string> lines_);

    bool is_preliminary() const noexcept { return code / 100 == 1; }   // another reply follows
    bool is_completion() const noexcept { return code / 100 == 2; }    // done
    bool is_intermediate() const noexcept { return code / 100 == 3; }  // the next command is part of this one
    bool is_transient() const noexcept { return code / 100 == 4; }     // refused now
    bool is_permanent() const noexcept { return code / 100 == 5; }     // refused
    bool is_negative() const noexcept { return is_transient() || is_permanent(); }

    // The server does not know or offer the command, or not these parameters (500, 502, 504; RFC 959 §4.2).
    // Demote a feature for nothing else: 550 is about the file, 501 and 503 may be our own fault. A "500 OOPS:"
    // (vsftpd) is something else: its process is dying.
    bool is_unknown_command() const noexcept;

    // All lines, joined by '\n'.
    std::string text() const;
    const std::string& last_line() const noexcept { return lines.back(); }

    // A failure of reply_category with "550 words" as its detail: all lines in one, made printable, cut at about
    // 500 bytes.
    failure as_failure() const;

    bool operator==(const reply&) const = default;

    int code;
    std::vector<std::string> lines;
};

}  // namespace ftpfs::proto
