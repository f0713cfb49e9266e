#include "network_namespace.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace ftpfs::bench {

network_namespace::network_namespace() : descriptor_{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)}
{
    if (descriptor_ < 0) {
        throw std::system_error{errno, std::generic_category(), "/proc/thread-self/ns/net"};
    }
}

network_namespace network_namespace::present()
{
    return {};
}

network_namespace network_namespace::fresh()
{
    if (::unshare(CLONE_NEWNET) != 0) {
        throw std::system_error{errno, std::generic_category(), "cannot make a network namespace (as root?)"};
    }
    return {};
}

network_namespace::~network_namespace()
{
    ::close(descriptor_);
}

void network_namespace::enter() const
{
    if (::setns(descriptor_, CLONE_NEWNET) != 0) {
        throw std::system_error{errno, std::generic_category(), "cannot enter a network namespace"};
    }
}

}  // namespace ftpfs::bench
