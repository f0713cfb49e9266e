// One direction of a link: packets go in, and come out after a delay, at a rate, or never. Pure: `now` is a
// parameter, chance is a seed.
//
//     auto room = line.room();              // read a packet into it
//     line.take(size, size_on_wire, now);   // loses it, or sends it on its way
//     while (auto packet = line.due(now); !packet.empty()) { …; line.leave(); }
//
// Packets lie one behind the other in a ring that is allocated once: no memory is allocated per packet, and none
// is copied. The ring is the whole of the link's memory: packets that wait for their turn as well as those under way.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <vector>

namespace ftpfs::bench {

struct line_options {
    std::chrono::nanoseconds delay{0};   // one way
    std::uint64_t bytes_per_second = 0;  // 0: no limit
    double loss = 0;                     // chance of a packet, 0 to 1
    std::size_t capacity = 0;            // bytes; at least line::least_capacity is used
    std::uint32_t seed = 1;              // the same packets are lost in each run
};

struct line_counters {
    std::uint64_t packets = 0;     // that came out or will
    std::uint64_t bytes = 0;       // of those, on the wire
    std::uint64_t lost = 0;        // at random
    std::uint64_t overflowed = 0;  // because the ring was full
};

class line {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // The largest IP packet, and a TUN device's header before it.
    static constexpr std::size_t longest_packet = std::size_t{65535} + 16;
    static constexpr std::size_t least_capacity = 4 * (longest_packet + 64);

    explicit line(const line_options& options);

    // Memory for the next packet, longest_packet bytes, until the next call of take or leave. Empty if the ring is
    // full.
    std::span<std::byte> room();
    // `size` bytes were put there, which count as `size_on_wire` for the rate.
    void take(std::size_t size, std::size_t size_on_wire, time_point now);
    // A packet found no room and was thrown away.
    void overflow() noexcept { ++counters_.overflowed; }

    // The first packet if its time has come; empty if not. Valid until leave.
    std::span<const std::byte> due(time_point now) const;
    // The first packet is no longer needed.
    void leave();

    // When the first packet is due; none if the line is empty.
    std::optional<time_point> next() const;
    const line_counters& counters() const noexcept { return counters_; }

private:
    struct record {
        time_point due;
        std::size_t size;
    };

    static std::size_t space(std::size_t size) noexcept;
    bool is_empty() const noexcept { return begin_ == end_ && !wrap_; }
    record first() const;

    line_options options_;
    std::vector<std::byte> ring_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::optional<std::size_t> wrap_;  // where the packets before the ring's end stop, once others lie at its begin
    time_point free_at_{};             // when the last byte taken has been sent
    std::mt19937 random_;
    line_counters counters_;
};

}  // namespace ftpfs::bench
