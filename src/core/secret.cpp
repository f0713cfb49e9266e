#include "ftpfs/core/secret.hpp"

#include <string.h>

namespace ftpfs {

secret& secret::operator=(const secret& other)
{
    if (this != &other) {
        wipe();
        bytes_ = other.bytes_;
    }
    return *this;
}

// A moved-from std::string may keep its bytes in the small buffer, so both ends are wiped by hand.
secret::secret(secret&& other) noexcept
{
    bytes_ = other.bytes_;
    other.wipe();
}

secret& secret::operator=(secret&& other) noexcept
{
    if (this != &other) {
        wipe();
        bytes_ = other.bytes_;
        other.wipe();
    }
    return *this;
}

secret::~secret()
{
    wipe();
}

void secret::wipe() noexcept
{
    explicit_bzero(bytes_.data(), bytes_.size());
    bytes_.clear();
}

}  // namespace ftpfs
