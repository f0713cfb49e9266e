// One line of MLSD or MLST: "fact=value;fact=value; name" (RFC 3659 §7.2).
//
// The name is byte-exact: everything behind the one separating space. Unknown facts are skipped, `perm` too (it
// is advice about the session's rights, not the file's mode). A time or size that makes no sense is left out; the
// line counts all the same.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/proto/reply.hpp"

#include <string_view>

namespace ftpfs::proto {

enum class fact_line_kind {
    entry,
    listed_directory,  // type=cdir, or an entry "."
    parent_directory,  // type=pdir, or an entry ".."
    unreadable
};

struct fact_line {
    fact_line_kind kind = fact_line_kind::unreadable;
    file_attributes attributes;
    std::string_view name;            // a part of the line; not validated as a file name
    bool separator_is_clear = false;  // the facts ended with "; " as they must
};

// Where the facts end. RFC 3659: with a ';', so values may hold spaces. Servers that omit the last ';' (NcFTPd)
// put no spaces into values; once a server was seen to omit it, its first space is the end.
enum class fact_end { semicolon_space, first_space };

fact_line parse_fact_line(std::string_view line, fact_end end = fact_end::semicolon_space);

// The answer to MLST: the one line with facts, whose leading space may be missing and whose path is ignored.
// type=cdir and type=pdir are directories here. errc::protocol_violation if no line has facts, the reply as
// failure if it is not a 2xx.
result<file_attributes> parse_mlst_reply(const reply& answer);

}  // namespace ftpfs::proto
