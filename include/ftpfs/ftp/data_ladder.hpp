// Which way to a data connection is tried next, and what is remembered of a server for the next time.
//
//     EPSV (RFC 2428) ─► PASV (RFC 959) ─► active: PORT, EPRT
//
// EPSV comes first, for it names no address that NAT could spoil; some firewalls let only PASV's ports through. Over
// IPv6 there is no PASV. Active mode is climbed to only if the user has prepared for it. What led to a connection is
// where the next climb begins, and what failed below it is left out; if everything fails, all that is forgotten. Plain
// value: no sockets, no clock.
#pragma once

#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/server_profile.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ftpfs::ftp {

enum class data_way : std::uint8_t { epsv, pasv, active };

// "EPSV", "PASV", "active mode".
std::string_view to_string(data_way way) noexcept;

class data_ladder {
public:
    // `ipv6`: the family of the control connection.
    data_ladder(const config& settings, const server_profile& profile, bool ipv6);

    // The way to try now. Only while not done().
    data_way way() const { return ways_[at_]; }
    bool done() const noexcept { return at_ == ways_.size(); }
    // Is there another one if this one fails?
    bool has_another() const noexcept { return at_ + 1 < ways_.size(); }
    // That one.
    data_way next() const { return ways_[at_ + 1]; }
    // This one failed.
    void climb() noexcept { ++at_; }

    // way() led to a data connection.
    void note_success(server_profile& profile) const noexcept;
    // None did: the next climb tries all of them.
    void note_failure(server_profile& profile) const noexcept;

private:
    std::vector<data_way> ways_;  // never empty
    std::size_t at_ = 0;
};

}  // namespace ftpfs::ftp
