#include "line.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace ftpfs::bench {

line::line(const line_options& options) : options_{options}, random_{options.seed}
{
    ring_.resize(std::max(options.capacity, least_capacity));
}

std::size_t line::space(std::size_t size) noexcept
{
    constexpr std::size_t alignment = alignof(record);
    return (sizeof(record) + size + alignment - 1) / alignment * alignment;
}

std::span<std::byte> line::room()
{
    const auto needed = space(longest_packet);
    if (!wrap_ && ring_.size() - end_ < needed) {
        if (begin_ <= needed) {
            return {};
        }
        wrap_ = end_;
        end_ = 0;
    }
    // One byte stays free: a full ring must not look like an empty one.
    if (wrap_ && begin_ - end_ <= needed) {
        return {};
    }
    return std::span{ring_}.subspan(end_ + sizeof(record), longest_packet);
}

void line::take(std::size_t size, std::size_t size_on_wire, time_point now)
{
    assert(size <= longest_packet);
    if (options_.loss > 0 && std::bernoulli_distribution{options_.loss}(random_)) {
        ++counters_.lost;
        return;
    }
    auto sent = now;
    if (options_.bytes_per_second > 0) {
        const std::chrono::duration<double> takes{static_cast<double>(size_on_wire) /
                                                  static_cast<double>(options_.bytes_per_second)};
        free_at_ = std::max(free_at_, now) + std::chrono::duration_cast<std::chrono::nanoseconds>(takes);
        sent = free_at_;
    }
    const record header{sent + options_.delay, size};
    std::memcpy(&ring_[end_], &header, sizeof header);
    end_ += space(size);
    ++counters_.packets;
    counters_.bytes += size_on_wire;
}

line::record line::first() const
{
    record header{};
    std::memcpy(&header, &ring_[begin_], sizeof header);
    return header;
}

std::span<const std::byte> line::due(time_point now) const
{
    if (is_empty()) {
        return {};
    }
    const auto header = first();
    return header.due <= now ? std::span{ring_}.subspan(begin_ + sizeof(record), header.size)
                             : std::span<const std::byte>{};
}

void line::leave()
{
    begin_ += space(first().size);
    if (wrap_ && begin_ == *wrap_) {
        begin_ = 0;
        wrap_.reset();
    }
    if (is_empty()) {
        begin_ = end_ = 0;  // memory that was used last is the warmest
    }
}

std::optional<line::time_point> line::next() const
{
    if (is_empty()) {
        return std::nullopt;
    }
    return first().due;
}

}  // namespace ftpfs::bench
