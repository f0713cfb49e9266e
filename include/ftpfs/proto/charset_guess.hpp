// Which charset the names of a listing look like: for a hint to the user, never to decide anything.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/proto/name_codec.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ftpfs::proto {

// The charset, as iconv names it, in which names make sense that are no UTF-8: letters of one script, upper case at the
// beginning of words, characters that are common. Nothing if none fits well.
std::optional<std::string_view> guess_charset(std::span<const std::string_view> names);

// Looks at listings until it had something to say. Names are those of the server.
class charset_hint {
public:
    // The charset the mount was told, which must outlive it.
    explicit charset_hint(const name_codec& told) : told_{told} {}

    // Words for the log, once: how the names look, and what to do.
    std::optional<std::string> look(std::span<const directory_entry> entries);

private:
    const name_codec& told_;
    bool said_ = false;
};

}  // namespace ftpfs::proto
