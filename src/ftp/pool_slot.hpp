// One session of the pool and what it is doing. Shared by the pool and the lease, if there is one.
#pragma once

#include "ftpfs/ftp/session.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace ftpfs::ftp {

struct pool_slot {
    enum class state : std::uint8_t { opening, idle, metadata, bulk, recovering, closing };

    state now = state::opening;
    std::unique_ptr<session> what;         // null while opening
    std::function<void()> on_pressure;     // bulk only
    bool uploads = false;                  // bulk only
    bool ahead = false;                    // leased for what nobody has asked for yet
    std::optional<remote_path> directory;  // a guess: where the server is
};

}  // namespace ftpfs::ftp
