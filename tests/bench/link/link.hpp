// Carries packets between two TUN devices over a line for each direction, and counts what crosses it.
#pragma once

#include "command_counter.hpp"
#include "line.hpp"
#include "tun_device.hpp"

#include <chrono>
#include <cstdint>

namespace ftpfs::bench {

class link {
public:
    // The devices must outlive it. The client is behind `near`, the server behind `far`.
    link(tun_device& near, tun_device& far, const line_options& options, std::uint16_t control_port);

    // Carries packets until `signals` (a signalfd) can be read.
    void carry_until_readable(int signals);

    const line& up() const noexcept { return up_; }      // client to server
    const line& down() const noexcept { return down_; }  // server to client
    const command_counter& commands() const noexcept { return commands_; }

private:
    enum class counting { no, yes };

    void collect(tun_device& from, line& into, counting counts);
    std::chrono::nanoseconds until_next() const;

    tun_device& near_;
    tun_device& far_;
    line up_;
    line down_;
    command_counter commands_;
};

}  // namespace ftpfs::bench
