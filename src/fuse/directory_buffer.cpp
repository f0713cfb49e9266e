#include "ftpfs/fuse/directory_buffer.hpp"

#include <algorithm>

namespace ftpfs::fuse {

void directory_buffer::clear(std::size_t room)
{
    room_ = std::min(room, largest);
    used_ = 0;
    if (memory_.size() < room_) {
        memory_.resize(room_);
    }
}

bool directory_buffer::add(const char* name, const struct stat& summary, off_t next)
{
    const auto needed = fuse_add_direntry(nullptr, memory_.data() + used_, room_ - used_, name, &summary, next);
    if (needed > room_ - used_) {
        return false;
    }
    used_ += needed;
    return true;
}

bool directory_buffer::fits_plus(const char* name) const
{
    return fuse_add_direntry_plus(nullptr, nullptr, 0, name, nullptr, 0) <= room_ - used_;
}

void directory_buffer::add_plus(const char* name, const fuse_entry_param& entry, off_t next)
{
    used_ += fuse_add_direntry_plus(nullptr, memory_.data() + used_, room_ - used_, name, &entry, next);
}

}  // namespace ftpfs::fuse
