// Fills one answer to readdir or readdirplus. Pure memory; the bytes stay valid until the next clear().
#pragma once

#include "ftpfs/fs/file_system.hpp"
#include "ftpfs/fuse/libfuse.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace ftpfs::fuse {

class directory_buffer {
public:
    // The kernel asks for up to 1 MiB where getdents does; an answer may always be shorter.
    static constexpr std::size_t largest = std::size_t{128} << 10;

    // Starts a new answer of at most `room` bytes; memory is kept from one answer to the next.
    void clear(std::size_t room);

    // False, and nothing added, if the entry does not fit. `next` is where the entry behind it begins.
    bool add(const char* name, const struct stat& summary, off_t next);

    // To be asked before a reference is taken for add_plus(), which must fit then.
    bool fits_plus(const char* name) const;
    void add_plus(const char* name, const fuse_entry_param& entry, off_t next);

    std::span<const char> bytes() const noexcept { return {memory_.data(), used_}; }

private:
    std::vector<char> memory_;
    std::size_t room_ = 0;
    std::size_t used_ = 0;
};

}  // namespace ftpfs::fuse
