#include "bench/link/command_counter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ftpfs::bench {
namespace {

constexpr std::uint16_t control = 2121;
constexpr std::uint16_t client = 40'000;

std::span<const std::byte> bytes(std::string_view text)
{
    return std::as_bytes(std::span{text});
}

tcp_segment opening(std::uint32_t sequence, std::uint16_t to = control, std::uint16_t from = client)
{
    return {.source_port = from, .destination_port = to, .sequence = sequence, .syn = true, .payload = {}};
}

tcp_segment saying(std::uint32_t sequence, std::string_view text, std::uint16_t to = control)
{
    return {.source_port = client, .destination_port = to, .sequence = sequence, .syn = false, .payload = bytes(text)};
}

TEST(command_counter, counts_lines_by_their_verb)
{
    command_counter counter{control};
    counter.see(opening(100));
    counter.see(saying(101, "USER a\r\nEPSV\r\n"));
    counter.see(saying(115, "RETR a file\r\n"));
    counter.see(saying(128, "RETR another\r\n"));
    EXPECT_EQ(counter.commands(), 4U);
    EXPECT_EQ(counter.by_verb().at("USER"), 1U);
    EXPECT_EQ(counter.by_verb().at("EPSV"), 1U);
    EXPECT_EQ(counter.by_verb().at("RETR"), 2U);
}

TEST(command_counter, puts_a_line_together_from_its_parts)
{
    command_counter counter{control};
    counter.see(opening(100));
    counter.see(saying(101, "PA"));
    EXPECT_EQ(counter.commands(), 0U);
    counter.see(saying(103, "SV\r"));
    counter.see(saying(106, "\n"));
    EXPECT_EQ(counter.commands(), 1U);
    EXPECT_EQ(counter.by_verb().at("PASV"), 1U);
}

TEST(command_counter, counts_what_is_sent_again_once)
{
    command_counter counter{control};
    counter.see(opening(0xFFFFFFFA));
    counter.see(opening(0xFFFFFFFA));
    counter.see(saying(0xFFFFFFFB, "NOOP\r\n"));
    counter.see(saying(0xFFFFFFFB, "NOOP\r\n"));
    counter.see(saying(0xFFFFFFFB, "NOOP\r\nPWD\r\n"));  // its number went over the end meanwhile
    EXPECT_EQ(counter.commands(), 2U);
    EXPECT_EQ(counter.connections(), 1U);
}

TEST(command_counter, counts_connections_to_any_port_and_lines_only_to_the_servers)
{
    command_counter counter{control};
    counter.see(opening(1, 50'000));
    counter.see(saying(2, "a line of\r\nan upload\r\n", 50'000));
    EXPECT_EQ(counter.connections(), 1U);
    EXPECT_EQ(counter.commands(), 0U);
}

TEST(command_counter, begins_anew_with_a_port_that_is_used_again)
{
    command_counter counter{control};
    counter.see(opening(1000));
    counter.see(saying(1001, "QU"));
    counter.see(opening(5));
    counter.see(saying(6, "USER a\r\n"));
    EXPECT_EQ(counter.connections(), 2U);
    EXPECT_EQ(counter.by_verb().at("USER"), 1U);
}

// 10.0.0.1:40000 → 10.0.0.2:2121, sequence number 7, with the given flags.
std::vector<std::byte> packet(std::uint8_t flags, std::string_view text)
{
    const auto total = static_cast<std::uint8_t>(40 + text.size());
    const std::vector<std::uint8_t> headers{0x45, 0, 0,  total, 0,    0,     0x40, 0,    64,   6,    0, 0, 10, 0,
                                            0,    1, 10, 0,     0,    2,     0x9C, 0x40, 0x08, 0x49, 0, 0, 0,  7,
                                            0,    0, 0,  0,     0x50, flags, 0,    0,    0,    0,    0, 0};
    std::vector<std::byte> all;
    for (const auto each : headers) {
        all.push_back(static_cast<std::byte>(each));
    }
    for (const auto each : text) {
        all.push_back(static_cast<std::byte>(each));
    }
    return all;
}

TEST(tcp_segment, is_read_from_a_packet)
{
    const auto whole = packet(0x18, "NOOP\r\n");
    const auto segment = parse_tcp_segment(whole);
    ASSERT_TRUE(segment);
    EXPECT_EQ(segment->source_port, client);
    EXPECT_EQ(segment->destination_port, control);
    EXPECT_EQ(segment->sequence, 7U);
    EXPECT_FALSE(segment->syn);
    EXPECT_EQ(segment->payload.size(), 6U);
    EXPECT_TRUE(parse_tcp_segment(packet(0x02, ""))->syn);
}

TEST(tcp_segment, is_not_read_from_anything_else)
{
    const auto whole = packet(0x18, "NOOP\r\n");
    for (std::size_t size = 0; size < 40; ++size) {
        EXPECT_FALSE(parse_tcp_segment(std::span{whole}.first(size))) << size;
    }
    for (const auto& [at, value] : {std::pair{0, 0x65}, {0, 0x41}, {6, 0x20}, {9, 17}, {32, 0x10}, {32, 0xF0}}) {
        auto other = whole;
        other[static_cast<std::size_t>(at)] = static_cast<std::byte>(value);
        EXPECT_FALSE(parse_tcp_segment(other)) << at << ' ' << value;
    }
}

}  // namespace
}  // namespace ftpfs::bench
