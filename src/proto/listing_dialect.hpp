// What listing_parser expects of a dialect: reads one line at a time, and says at the end what only the whole
// listing can tell.
#pragma once

#include "ftpfs/core/attributes.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace ftpfs::proto {

// One entry as read from its line. The name is a part of the line or of the reader, until the next line is read, and
// not yet validated.
struct listing_line {
    std::string_view name;
    file_attributes attributes;
};

enum class line_verdict {
    entry,
    skipped,     // understood, and nothing to list: the directory itself, a heading
    unreadable,  // not this dialect
};

// Of a line that was understood, by the name it has: an entry, or the directory itself or its parent. None: unreadable.
inline line_verdict verdict_on(std::string_view name) noexcept
{
    if (name.empty()) {
        return line_verdict::unreadable;
    }
    return name == "." || name == ".." ? line_verdict::skipped : line_verdict::entry;
}

// Directories have no size, whatever a line says.
inline void set_kind(listing_line& out, bool is_directory, std::optional<std::uint64_t> size) noexcept
{
    out.attributes.kind = is_directory ? file_kind::directory : file_kind::regular;
    if (!is_directory) {
        out.attributes.size = size;
    }
}

class listing_dialect {
public:
    virtual ~listing_dialect() = default;

    // `line` has no line end and is not empty. `out` is fresh.
    virtual line_verdict read(std::string_view line, listing_line& out) = 0;

    // Once, behind the last line: corrects what was read before enough was known. Names may be changed.
    virtual void settle(std::vector<directory_entry>& entries) { static_cast<void>(entries); }
};

std::unique_ptr<listing_dialect> make_mlsd_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_unix_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_dos_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_netware_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_eplf_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_vms_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_ibm_i_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_zos_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_os2_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_vxworks_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_nonstop_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_nortel_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_vshell_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_os9_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_cms_listing(std::chrono::sys_seconds now);
std::unique_ptr<listing_dialect> make_names_listing(std::chrono::sys_seconds now);

// Can a line be a name and nothing else? Sentences can't.
bool is_bare_name(std::string_view line) noexcept;

}  // namespace ftpfs::proto
