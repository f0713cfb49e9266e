// What a server was told in active mode: where to connect to for the next transfer. Plain value.
#pragma once

#include "ftpfs/core/error.hpp"
#include "ftpfs/ftp/data_ladder.hpp"
#include "ftpfs/net/byte_stream.hpp"

#include <memory>
#include <utility>

namespace ftpfs::ftp {

class active_offer {
public:
    // `arrived` becomes true when the server has connected. `ladder`: at active mode.
    active_offer(data_ladder ladder, net::endpoint where, std::shared_ptr<const bool> arrived)
        : ladder_{std::move(ladder)}, where_{std::move(where)}, arrived_{std::move(arrived)}
    {
    }

    const net::endpoint& where() const noexcept { return where_; }
    bool arrived() const noexcept { return *arrived_; }
    const data_ladder& ladder() const noexcept { return ladder_; }

    // Does the failure of a transfer come from that the server did not reach us? 425, or silence, and it has not come.
    bool explains(const failure& why) const noexcept;

    // The failure of such a transfer, and of the command that told it, with words about what to do.
    failure explain(failure why) const;
    failure explain_refusal(failure why) const;

private:
    data_ladder ladder_;
    net::endpoint where_;
    std::shared_ptr<const bool> arrived_;
};

}  // namespace ftpfs::ftp
