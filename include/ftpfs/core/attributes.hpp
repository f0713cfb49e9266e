// What is known of a remote file, and how well it is known.
//
// Servers tell little and imprecisely: sizes may be upper bounds, times may have the precision of a day
// (LIST) or a second (MLSD, MDTM), modes may be missing. The types keep the difference, so that
// "LIST says 08:30, MDTM says 08:30:11" is never taken for a change. Plain values.
#pragma once

#include "ftpfs/core/remote_path.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace ftpfs {

enum class file_kind : std::uint8_t {
    unknown,
    regular,
    directory,
    symlink,
    character_device,
    block_device,
    fifo,
    socket
};

enum class time_precision : std::uint8_t { unknown, day, minute, second };

// Which clock a time was read from: a LIST time is in the server's own zone, which may be unknown, so it is
// compared only with other LIST times; a fact (MLSD, MLST, MDTM) is UTC by RFC 3659.
enum class time_source : std::uint8_t { listing, fact };

struct file_time {
    std::chrono::sys_seconds value{};
    time_precision precision = time_precision::unknown;
    time_source source = time_source::listing;

    bool operator==(const file_time&) const = default;
};

struct file_attributes {
    file_kind kind = file_kind::unknown;
    std::optional<std::uint64_t> size;  // bytes; absent where the server does not say
    bool size_is_exact = true;          // false: an upper bound (VMS blocks) or a link's length
    std::optional<std::uint16_t> mode;  // permission bits, 07777
    file_time modified;
    std::string link_target;  // symlinks only; empty where the listing hides it

    bool operator==(const file_attributes&) const = default;
};

struct directory_entry {
    directory_entry(file_name name_, file_attributes attributes_)
        : name{std::move(name_)}, attributes{std::move(attributes_)}
    {
    }

    file_name name;
    file_attributes attributes;

    bool operator==(const directory_entry&) const = default;
};

// Identifies the content of a file as far as FTP can.
struct file_version {
    std::optional<std::uint64_t> size;
    file_time modified;
};

file_version version_of(const file_attributes& attributes) noexcept;

// False only where size or time prove a change. Times are compared at the coarser of the two precisions,
// and only when both come from the same source.
bool same_version(const file_version& a, const file_version& b) noexcept;

}  // namespace ftpfs
