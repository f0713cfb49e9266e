#include "bench/link/line.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <string>

namespace ftpfs::bench {
namespace {

using namespace std::chrono_literals;

constexpr line::time_point start{};

bool send(line& on, std::string_view bytes, line::time_point now)
{
    const auto room = on.room();
    if (room.empty()) {
        on.overflow();
        return false;
    }
    std::memcpy(room.data(), bytes.data(), bytes.size());
    on.take(bytes.size(), bytes.size(), now);
    return true;
}

std::string receive(line& on, line::time_point now)
{
    const auto packet = on.due(now);
    if (packet.empty()) {
        return {};
    }
    std::string bytes(packet.size(), '\0');
    std::memcpy(bytes.data(), packet.data(), packet.size());
    on.leave();
    return bytes;
}

TEST(line, holds_a_packet_for_the_delay)
{
    line one{{.delay = 10ms}};
    EXPECT_FALSE(one.next());
    send(one, "first", start);
    send(one, "second", start + 3ms);

    EXPECT_EQ(one.next(), start + 10ms);
    EXPECT_EQ(receive(one, start + 10ms - 1ns), "");
    EXPECT_EQ(receive(one, start + 10ms), "first");
    EXPECT_EQ(receive(one, start + 10ms), "");
    EXPECT_EQ(one.next(), start + 13ms);
    EXPECT_EQ(receive(one, start + 20ms), "second");
    EXPECT_FALSE(one.next());
}

TEST(line, passes_packets_on_at_once_without_delay_and_rate)
{
    line one{{}};
    send(one, "packet", start);
    EXPECT_EQ(receive(one, start), "packet");
}

TEST(line, sends_one_packet_after_the_other_at_its_rate)
{
    line one{{.delay = 10ms, .bytes_per_second = 1'000'000}};
    send(one, std::string(1000, 'a'), start);
    send(one, std::string(2000, 'b'), start);
    EXPECT_EQ(one.next(), start + 11ms);
    EXPECT_EQ(receive(one, start + 11ms).size(), 1000U);
    EXPECT_EQ(one.next(), start + 13ms);
}

TEST(line, saves_no_rate_up_while_nothing_is_sent)
{
    line one{{.bytes_per_second = 1'000'000}};
    send(one, std::string(1000, 'a'), start);
    receive(one, start + 1ms);
    send(one, std::string(1000, 'b'), start + 5s);
    EXPECT_EQ(one.next(), start + 5s + 1ms);
}

TEST(line, counts_what_is_on_the_wire_for_the_rate)
{
    line one{{.bytes_per_second = 1'000'000}};
    const auto room = one.room();
    ASSERT_EQ(room.size(), line::longest_packet);
    one.take(100, 5000, start);
    EXPECT_EQ(one.next(), start + 5ms);
    EXPECT_EQ(one.counters().bytes, 5000U);
    EXPECT_EQ(one.due(start + 5ms).size(), 100U);
}

TEST(line, loses_about_as_many_packets_as_it_should)
{
    line one{{.loss = 0.1}};
    constexpr int sent = 10'000;
    int came = 0;
    for (int i = 0; i < sent; ++i) {
        send(one, "packet", start);
        came += receive(one, start).empty() ? 0 : 1;
    }
    // Ten standard deviations (of 30) to either side.
    EXPECT_NEAR(came, 9000, 300);
    EXPECT_EQ(one.counters().packets, static_cast<std::uint64_t>(came));
    EXPECT_EQ(one.counters().lost, static_cast<std::uint64_t>(sent - came));
}

TEST(line, loses_the_same_packets_with_the_same_seed)
{
    line one{{.loss = 0.5, .seed = 7}};
    line other{{.loss = 0.5, .seed = 7}};
    for (int i = 0; i < 100; ++i) {
        send(one, "packet", start);
        send(other, "packet", start);
        ASSERT_EQ(receive(one, start), receive(other, start));
    }
}

TEST(line, has_no_room_when_it_is_full_and_has_again_when_packets_left)
{
    line one{{.delay = 1ms}};
    std::size_t sent = 0;
    while (send(one, std::string(60'000, 'x'), start)) {
        ASSERT_LT(++sent, 10U);
    }
    EXPECT_GE(sent, 3U);
    EXPECT_EQ(one.counters().overflowed, 1U);

    receive(one, start + 1ms);
    receive(one, start + 1ms);
    EXPECT_TRUE(send(one, std::string(60'000, 'y'), start));
}

TEST(line, delivers_every_packet_whole_and_in_order_however_full_it_is)
{
    line one{{.delay = 1ms}};
    std::mt19937 random{3};
    std::deque<std::string> under_way;
    auto now = start;
    for (int i = 0; i < 20'000; ++i) {
        now += std::chrono::microseconds{random() % 50};
        const std::string bytes(1 + random() % (i % 7 == 0 ? 65'000 : 1500), static_cast<char>('a' + i % 26));
        if (send(one, bytes, now)) {
            under_way.push_back(bytes);
        }
        while (!one.due(now).empty()) {
            ASSERT_FALSE(under_way.empty());
            ASSERT_EQ(receive(one, now), under_way.front());
            under_way.pop_front();
        }
        ASSERT_EQ(one.next().has_value(), !under_way.empty());
    }
    EXPECT_GT(one.counters().overflowed, 0U);
    EXPECT_GT(one.counters().packets, 5000U);
}

}  // namespace
}  // namespace ftpfs::bench
