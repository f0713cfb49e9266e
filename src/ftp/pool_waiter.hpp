// One operation that waits for a session. Shared by the queue and the coroutine that waits.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/ftp/session_pool.hpp"

#include <optional>

namespace ftpfs::ftp {

struct session_pool::waiter {
    waiter(const executor& where, lease_request what_) : what{std::move(what_)}, since{clock::now()}, answered{where} {}

    void answer(result<session_lease> with)
    {
        outcome.emplace(std::move(with));
        answered.notify_all();
    }

    lease_request what;
    clock::time_point since;
    async::condition answered;
    std::optional<result<session_lease>> outcome;
    bool gone = false;  // nobody waits any more
};

}  // namespace ftpfs::ftp
