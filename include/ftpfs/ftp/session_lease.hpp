// The right to use one session for a while. Dropping it gives the session back in whatever state it is: a
// clean one is used again, one in the middle of a transfer recovers in the background, a lost one is closed.
//
// Movable, owned by one operation or download. May outlive the pool: the session is then just closed.
#pragma once

#include "ftpfs/ftp/session.hpp"

#include <memory>
#include <utility>

namespace ftpfs::ftp {

class session_pool;
struct pool_slot;

class session_lease {
public:
    session_lease() = default;
    session_lease(std::weak_ptr<session_pool> pool, std::shared_ptr<pool_slot> slot);
    session_lease(session_lease&& other) noexcept = default;
    session_lease& operator=(session_lease&& other) noexcept;
    ~session_lease();

    explicit operator bool() const noexcept { return slot_ != nullptr; }
    session& operator*() const noexcept;
    session* operator->() const noexcept { return &**this; }

    // Gives the session back now.
    void release() noexcept;

    // The session is not to be used again, though it may not know it: the server forgot the login.
    void discard() noexcept;

private:
    std::weak_ptr<session_pool> pool_;
    std::shared_ptr<pool_slot> slot_;
};

}  // namespace ftpfs::ftp
