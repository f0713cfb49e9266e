#include "ftpfs/cache/attribute_cache.hpp"

namespace ftpfs::cache {

void attribute_cache::store(const remote_path& path, known_object object)
{
    // The node of the map and its place in the table of buckets.
    constexpr std::uint64_t bookkeeping = 64;
    const auto target = object.attributes ? object.attributes->link_target.size() : 0;
    const auto charge = sizeof(known_object) + path.str().size() + target + bookkeeping;
    objects_.put(path, std::move(object), charge);
}

}  // namespace ftpfs::cache
