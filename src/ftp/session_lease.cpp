#include "ftpfs/ftp/session_lease.hpp"

#include "ftpfs/ftp/session_pool.hpp"
#include "pool_slot.hpp"

namespace ftpfs::ftp {

session_lease::session_lease(std::weak_ptr<session_pool> pool, std::shared_ptr<pool_slot> slot)
    : pool_{std::move(pool)}, slot_{std::move(slot)}
{
}

session_lease& session_lease::operator=(session_lease&& other) noexcept
{
    if (this != &other) {
        release();
        pool_ = std::move(other.pool_);
        slot_ = std::move(other.slot_);
    }
    return *this;
}

session_lease::~session_lease()
{
    release();
}

session& session_lease::operator*() const noexcept
{
    return *slot_->what;
}

void session_lease::release() noexcept
{
    if (const auto slot = std::exchange(slot_, nullptr)) {
        if (const auto pool = pool_.lock()) {
            pool->give_back(slot, true);
        }
    }
}

void session_lease::discard() noexcept
{
    if (const auto slot = std::exchange(slot_, nullptr)) {
        if (const auto pool = pool_.lock()) {
            pool->give_back(slot, false);
        }
    }
}

}  // namespace ftpfs::ftp
