#include "link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <poll.h>

namespace ftpfs::bench {

namespace {

using clock = std::chrono::steady_clock;

// Packets per turn and direction: enough that waiting costs nothing, few enough that the other direction's
// acknowledgements are not kept waiting: 64 packets of 64 KiB take about a millisecond.
constexpr int batch = 64;

// Nothing to pass on: until a device or a signal wakes us.
constexpr std::chrono::nanoseconds for_ever = std::chrono::hours{1};

// Passes on what is due.
void deliver(line& from, tun_device& to)
{
    for (int i = 0; i < batch; ++i) {
        const auto packet = from.due(clock::now());
        if (packet.empty()) {
            return;
        }
        if (!to.write(packet)) {
            from.overflow();
        }
        from.leave();
    }
}

}  // namespace

link::link(tun_device& near, tun_device& far, const line_options& options, std::uint16_t control_port)
    : near_{near}, far_{far}, up_{options}, down_{options}, commands_{control_port}
{
}

void link::collect(tun_device& from, line& into, counting counts)
{
    std::array<std::byte, line::longest_packet> spare;
    for (int i = 0; i < batch; ++i) {
        const auto room = into.room();
        const auto size = from.read(room.empty() ? std::span{spare} : room);
        if (!size) {
            return;
        }
        if (room.empty()) {
            into.overflow();
            continue;
        }
        const auto packet = room.first(*size);
        if (counts == counting::yes) {
            if (const auto segment = parse_tcp_segment(ip_packet(packet))) {
                commands_.see(*segment);
            }
        }
        into.take(*size, size_on_wire(packet), clock::now());
    }
}

std::chrono::nanoseconds link::until_next() const
{
    const auto now = clock::now();
    auto wait = for_ever;
    for (const auto* line : {&up_, &down_}) {
        if (const auto next = line->next()) {
            wait = std::min(wait, std::max(*next - now, std::chrono::nanoseconds{0}));
        }
    }
    return wait;
}

void link::carry_until_readable(int signals)
{
    std::array<pollfd, 3> sources{
        {{near_.descriptor(), POLLIN, 0}, {far_.descriptor(), POLLIN, 0}, {signals, POLLIN, 0}}};
    while (true) {
        const auto wait = until_next();
        const auto whole = std::chrono::duration_cast<std::chrono::seconds>(wait);
        const timespec timeout{whole.count(), (wait - whole).count()};
        if (::ppoll(sources.data(), sources.size(), &timeout, nullptr) < 0 && errno != EINTR) {
            throw std::system_error{errno, std::generic_category(), "ppoll"};
        }
        if (sources[2].revents != 0) {
            return;
        }
        if (sources[0].revents != 0) {
            collect(near_, up_, counting::yes);
        }
        if (sources[1].revents != 0) {
            collect(far_, down_, counting::no);
        }
        deliver(up_, far_);
        deliver(down_, near_);
    }
}

}  // namespace ftpfs::bench
