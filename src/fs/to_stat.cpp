#include "ftpfs/fs/to_stat.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace ftpfs::fs {
namespace {

constexpr mode_t default_file_mode = 0644;
constexpr mode_t default_directory_mode = 0755;

// What local file systems show for a directory of some entries.
constexpr off_t directory_size = 4096;

// The unit of st_blocks.
constexpr std::uint64_t disk_block = 512;

// cp, cat and others move files in pieces of st_blksize, at least 128 KiB; each piece is a request of the kernel, which
// takes up to 1 MiB (max_write). NFS and SMB mounts say the same.
constexpr blksize_t preferred_io = blksize_t{1} << 20;

bool is_directory(const file_attributes& attributes)
{
    return attributes.kind == file_kind::directory;
}

mode_t permissions(const file_attributes& attributes, const config& settings)
{
    if (attributes.kind == file_kind::symlink) {
        return 0777;
    }
    const mode_t masked = is_directory(attributes) ? settings.directory_mask : settings.file_mask;
    const mode_t missing = is_directory(attributes) ? default_directory_mode : default_file_mode;
    return (attributes.mode ? *attributes.mode & mode_t{07777} : missing) & ~masked;
}

std::uint64_t size_of(const file_attributes& attributes)
{
    switch (attributes.kind) {
    case file_kind::directory: return directory_size;
    case file_kind::symlink:
        return attributes.link_target.empty() ? attributes.size.value_or(0) : attributes.link_target.size();
    default: return attributes.size.value_or(0);
    }
}

std::string_view kind_name(file_kind kind)
{
    switch (kind) {
    case file_kind::unknown: return "unknown";
    case file_kind::regular: return "file";
    case file_kind::directory: return "dir";
    case file_kind::symlink: return "OS.unix=symlink";
    case file_kind::character_device: return "OS.unix=character";
    case file_kind::block_device: return "OS.unix=block";
    case file_kind::fifo: return "OS.unix=pipe";
    case file_kind::socket: return "OS.unix=socket";
    }
    return "unknown";
}

std::string_view precision_name(time_precision precision)
{
    switch (precision) {
    case time_precision::unknown: return "unknown";
    case time_precision::day: return "day";
    case time_precision::minute: return "minute";
    case time_precision::second: return "second";
    }
    return "unknown";
}

}  // namespace

mode_t file_type_bits(file_kind kind) noexcept
{
    switch (kind) {
    case file_kind::directory: return S_IFDIR;
    case file_kind::symlink: return S_IFLNK;
    case file_kind::character_device: return S_IFCHR;
    case file_kind::block_device: return S_IFBLK;
    case file_kind::fifo: return S_IFIFO;
    case file_kind::socket: return S_IFSOCK;
    case file_kind::unknown:
    case file_kind::regular: break;
    }
    return S_IFREG;
}

struct stat to_stat(inode_id inode, const file_attributes& attributes, const config& settings)
{
    struct stat shown {};
    shown.st_ino = static_cast<ino_t>(inode);
    shown.st_mode = file_type_bits(attributes.kind) | permissions(attributes, settings);
    shown.st_nlink = 1;
    shown.st_uid = settings.uid;
    shown.st_gid = settings.gid;
    const auto size = size_of(attributes);
    shown.st_size = static_cast<off_t>(size);
    shown.st_blksize = preferred_io;
    shown.st_blocks = static_cast<blkcnt_t>(size / disk_block + (size % disk_block != 0 ? 1 : 0));
    shown.st_mtim.tv_sec = static_cast<time_t>(attributes.modified.value.time_since_epoch().count());
    shown.st_atim = shown.st_mtim;
    shown.st_ctim = shown.st_mtim;
    return shown;
}

struct statvfs made_up_space() noexcept
{
    // 1 PiB in blocks of 4 KiB: more than anyone copies at a time.
    constexpr fsblkcnt_t blocks = fsblkcnt_t{1} << 38;
    constexpr fsfilcnt_t files = fsfilcnt_t{1} << 31;
    struct statvfs space {};
    space.f_bsize = 4096;
    space.f_frsize = 4096;
    space.f_blocks = blocks;
    space.f_bfree = blocks;
    space.f_bavail = blocks;
    space.f_files = files;
    space.f_ffree = files;
    space.f_favail = files;
    space.f_namemax = 255;
    return space;
}

std::string to_facts(const file_attributes& attributes)
{
    auto facts = fmt::format("type={};", kind_name(attributes.kind));
    if (attributes.size) {
        facts += fmt::format("size={};", *attributes.size);
        facts += attributes.size_is_exact ? "" : "size-is=approximate;";
    }
    if (attributes.modified.precision != time_precision::unknown) {
        facts += fmt::format("modify={:%Y%m%d%H%M%S};modify-precision={};modify-source={};",
                             std::chrono::system_clock::time_point{attributes.modified.value},
                             precision_name(attributes.modified.precision),
                             attributes.modified.source == time_source::fact ? "fact" : "listing");
    }
    if (attributes.mode) {
        facts += fmt::format("unix.mode={:04o};", *attributes.mode);
    }
    if (!attributes.link_target.empty()) {
        facts += fmt::format("unix.slink={};", attributes.link_target);
    }
    return facts;
}

}  // namespace ftpfs::fs
