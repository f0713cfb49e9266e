// Names between the bytes of a server and the UTF-8 of this machine, without losing one.
//
// Every sequence of bytes has a local name of its own, and encode() turns exactly that one back into it: what is no
// character of the charset, or a second way to write one (NEC's and IBM's kanji in CP932), becomes one private
// character per byte, U+EF80 to U+EFFF for 0x80 to 0xFF. Bytes of ASCII stand for themselves, whatever the charset says
// of 0x5C; the '/' of paths stays one. Local names that nothing decodes to are refused, so no file ever shows under
// another name than it was made by. Control characters beyond ASCII are not taken for characters.
//
// With UTF-8 nothing is converted: names are the server's bytes, valid or not.
// Wraps iconv of the C library. Movable; one thread at a time.
#pragma once

#include "ftpfs/core/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace ftpfs::proto {

class name_codec {
public:
    // UTF-8.
    name_codec();
    name_codec(name_codec&&) noexcept;
    name_codec& operator=(name_codec&&) noexcept;
    ~name_codec();

    // `charset` as iconv names it ("CP932", "euc-jp"), in any case; "shift_jis", "sjis", "gb2312" and "euc-kr" mean the
    // supersets that are in use under these names (CP932, GBK, CP949). `unsupported`, with words for the user, for a
    // charset that is not known here or that does not contain ASCII.
    static result<name_codec> make(std::string_view charset);

    bool is_utf8() const noexcept { return !tables_; }
    // As given to make(), with its meaning behind if that is another: "CP932".
    const std::string& charset() const noexcept { return charset_; }

    // Of names, paths and the targets of links.
    std::string decode(std::string_view wire) const;
    // not_in_charset, with the first character that is in the way.
    result<std::string> encode(std::string_view local) const;

    // Does decode() find a character for every byte?
    bool understands(std::string_view wire) const;

private:
    struct tables;

    std::string charset_;
    std::unique_ptr<tables> tables_;  // none for UTF-8
};

}  // namespace ftpfs::proto
