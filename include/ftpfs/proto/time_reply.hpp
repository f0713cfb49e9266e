// Times as RFC 3659 writes them: YYYYMMDDHHMMSS[.fraction], UTC.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/proto/reply.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ftpfs::proto {

// A `time-val` (RFC 3659 §2.3). Accepts a fraction (dropped), 12 digits without seconds, and the years "19100" to
// "19199" of servers that print 19 and then the years since 1900. Nothing for what is no date at all and for
// years before 1970 ("00010101000000" is what IIS says for "don't know"). Source is fact; precision second or,
// for 12 digits, minute.
std::optional<file_time> parse_time_value(std::string_view text);

// The same the other way round, 14 digits; nothing for years outside 1970 to 9999.
std::optional<std::string> format_time_value(std::chrono::sys_seconds time);

// The answer to MDTM: a 213 whose last line holds a time-val, perhaps behind some words.
std::optional<file_time> parse_time_reply(const reply& answer);

}  // namespace ftpfs::proto
