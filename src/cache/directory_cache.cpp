#include "ftpfs/cache/directory_cache.hpp"

namespace ftpfs::cache {

void directory_cache::store(const remote_path& directory, listed_directory listing)
{
    // The node of the map and its place in the table of buckets.
    constexpr std::uint64_t bookkeeping = 128;
    const auto charge = listing.snapshot->charge() + directory.str().size() + bookkeeping;
    listings_.put(directory, std::move(listing), charge);
}

}  // namespace ftpfs::cache
