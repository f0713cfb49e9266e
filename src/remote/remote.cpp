#include "ftpfs/remote/remote.hpp"

namespace ftpfs::remote {

awaitable<result<listing>> remote::list_ahead(remote_path /*directory*/)
{
    co_return failure{errc::busy, "nothing is listed ahead"};
}

}  // namespace ftpfs::remote
