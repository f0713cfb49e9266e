#include "command_counter.hpp"

#include <algorithm>

namespace ftpfs::bench {

namespace {

// Longer than any verb; the rest of a line may hold names and is of no interest.
constexpr std::size_t longest_verb = 8;

}  // namespace

void command_counter::see(const tcp_segment& segment)
{
    if (segment.syn) {
        open(segment);
        return;
    }
    if (segment.destination_port != control_port_ || segment.payload.empty()) {
        return;
    }
    auto& from = conversations_[segment.source_port];
    // Sequence numbers wrap around: only their difference has a meaning.
    const auto known = static_cast<std::int32_t>(from.next - segment.sequence);
    const auto skip = known > 0 ? static_cast<std::size_t>(known) : std::size_t{0};
    if (skip >= segment.payload.size()) {
        return;
    }
    from.next = segment.sequence + static_cast<std::uint32_t>(segment.payload.size());
    read(from, segment.payload.subspan(skip));
}

void command_counter::open(const tcp_segment& segment)
{
    const auto ports = static_cast<std::uint32_t>(segment.source_port) << 16U | segment.destination_port;
    const auto [where, is_new] = opened_.try_emplace(ports, segment.sequence);
    if (!is_new && where->second == segment.sequence) {
        return;
    }
    where->second = segment.sequence;
    ++connections_;
    if (segment.destination_port == control_port_) {
        conversations_[segment.source_port] = {.next = segment.sequence + 1, .line = {}};
    }
}

void command_counter::read(conversation& from, std::span<const std::byte> bytes)
{
    for (const auto byte : bytes) {
        const auto letter = std::to_integer<char>(byte);
        if (letter == '\n') {
            ++commands_;
            ++by_verb_[from.line.substr(0, from.line.find_first_of(" \r"))];
            from.line.clear();
        } else if (from.line.size() < longest_verb) {
            from.line += letter;
        }
    }
}

}  // namespace ftpfs::bench
