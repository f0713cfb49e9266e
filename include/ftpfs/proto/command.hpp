// One FTP command line: a verb, perhaps an argument, and the bytes to send.
//
// Whoever holds a command may send it: it has no CR, LF or NUL inside and no server refuses it for its length.
// The arguments of PASS and ACCT are secret: `for_log()` hides them and the bytes are wiped when the last copy
// goes. Immutable value.
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/core/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ftpfs::proto {

class command {
public:
    // Bytes of a whole line with its CRLF. vsftpd 3.0.3 and FileZilla Server end the session beyond 4096, ProFTPD
    // 1.3.8 stays silent; the rest is left for servers that count a little differently.
    static constexpr std::size_t longest_line = 4000;

    // errc::invalid_name for CR, LF or NUL in the argument, errc::name_too_long beyond longest_line. `verb` is
    // ours, never a user's or a server's: "RETR", "OPTS UTF8". No space is sent for an empty argument.
    static result<command> make(std::string_view verb, std::string_view argument = {});

    // For arguments that can't fail: bare("PWD"), bare("TYPE I"), with_number("REST", 4096).
    static command bare(std::string_view line);
    static command with_number(std::string_view verb, std::uint64_t argument);

    std::string_view verb() const noexcept { return wire().substr(0, verb_size_); }
    // What stands behind the first word, without CRLF: "/a b" of "RETR /a b", "UTF8 ON" of "OPTS UTF8 ON".
    std::string_view argument() const noexcept;
    bool is_secret() const noexcept;

    // What goes to the server, CRLF included. Valid as long as the command.
    std::string_view wire() const noexcept { return wire_.reveal(); }

    // Without CRLF, printable: "RETR /a b", "PASS ****".
    std::string for_log() const;

private:
    command(std::string_view verb, std::string_view argument);

    secret wire_;
    std::size_t verb_size_;
};

}  // namespace ftpfs::proto
