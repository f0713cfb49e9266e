// Changing the bytes of files.
#include "ftpfs/fs/file_system.hpp"

namespace ftpfs::fs {

awaitable<result<created>> file_system::create(inode_id, file_name, int, mode_t)
{
    co_return errc::read_only;
}
awaitable<result<>> file_system::write(handle_id, std::uint64_t, shared_bytes, write_origin)
{
    co_return errc::read_only;
}
awaitable<result<>> file_system::flush(handle_id)
{
    co_return result<>{};
}
awaitable<result<>> file_system::sync(handle_id)
{
    co_return result<>{};
}
awaitable<result<>> file_system::allocate(handle_id, int, std::uint64_t, std::uint64_t)
{
    co_return errc::read_only;
}
awaitable<result<node_status>> file_system::set_attributes(inode_id, attribute_request, std::optional<handle_id>)
{
    co_return errc::read_only;
}
awaitable<result<lookup_reply>> file_system::make_directory(inode_id, file_name, mode_t)
{
    co_return errc::read_only;
}
awaitable<result<lookup_reply>> file_system::make_symlink(inode_id, file_name, std::string)
{
    co_return errc::read_only;
}
awaitable<result<>> file_system::remove(inode_id, file_name)
{
    co_return errc::read_only;
}
awaitable<result<>> file_system::remove_directory(inode_id, file_name)
{
    co_return errc::read_only;
}
awaitable<result<>> file_system::rename(inode_id, file_name, inode_id, file_name, unsigned)
{
    co_return errc::read_only;
}
awaitable<result<std::uint64_t>> file_system::copy_range(handle_id, std::uint64_t, handle_id, std::uint64_t,
                                                         std::uint64_t)
{
    co_return errc::unsupported;
}
awaitable<result<struct statvfs>> file_system::free_space()
{
    co_return statistics();
}

}  // namespace ftpfs::fs
