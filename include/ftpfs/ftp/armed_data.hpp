// The next data connection of an idle session, opened ahead of need.
//
// Owned by the session. At most one: a second EPSV makes the server drop the first. Time is a parameter. A server
// may have closed the connection meanwhile, or said something on it; then it is not handed out.
#pragma once

#include "ftpfs/ftp/data_connection.hpp"

#include <chrono>
#include <optional>

namespace ftpfs::ftp {

class armed_data {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // pyftpdlib and IIS give up a data connection that is not used within 30 s, and what lies between may be slow.
    static constexpr std::chrono::seconds kept_for{20};

    void arm(data_link link, time_point now);

    // Is there one that can be used?
    bool ready(time_point now);
    // The same, and need not be waited for?
    bool connected(time_point now);
    // Hands it out if it can be used, else closes it.
    std::optional<data_link> take(time_point now);

    // When it is too old; max() if there is none.
    time_point lapses_at() const noexcept;
    // Closes it if it is too old.
    void lapse(time_point now);

private:
    std::optional<data_link> link_;
    time_point since_{};
};

}  // namespace ftpfs::ftp
