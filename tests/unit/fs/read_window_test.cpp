#include "ftpfs/fs/read_window.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ftpfs::fs {
namespace {

constexpr std::uint64_t KiB = 1024;
constexpr std::uint64_t MiB = 1024 * KiB;
constexpr std::uint64_t most = 8 * MiB;

TEST(read_window, fetches_nothing_before_it_is_asked)
{
    const read_window window{0};
    EXPECT_EQ(window.credit(), 0U);
}

TEST(read_window, reads_a_little_ahead_at_the_begin_of_a_file_and_less_elsewhere)
{
    read_window head{0};
    head.ask(0, 4 * KiB, most);
    EXPECT_EQ(head.credit(), 4 * KiB + read_window::first_ahead);

    read_window middle{50 * MiB};
    middle.ask(50 * MiB, 50 * MiB + 4 * KiB, most);
    EXPECT_EQ(middle.credit(), 4 * KiB + read_window::least_ahead);
}

TEST(read_window, never_reads_more_ahead_than_was_read_in_sequence)
{
    read_window window{0};
    for (std::uint64_t at = 0; at < 32 * MiB; at += 128 * KiB) {
        window.ask(at, at + 128 * KiB, most);
        window.arrived(window.credit());
        const auto ahead = window.position() - window.needed();
        ASSERT_LE(ahead, std::max(window.needed(), read_window::first_ahead));
        ASSERT_LE(ahead, most);
    }
    EXPECT_EQ(window.position(), 32 * MiB + most);
    EXPECT_TRUE(window.is_established());
}

TEST(read_window, stays_within_the_budget_it_is_given)
{
    read_window window{0};
    for (std::uint64_t at = 0; at < 8 * MiB; at += 128 * KiB) {
        window.ask(at, at + 128 * KiB, 512 * KiB);
        window.arrived(window.credit());
        ASSERT_LE(window.position() - window.needed(), 512 * KiB);
    }
}

TEST(read_window, stops_at_the_end_of_the_file)
{
    read_window window{0};
    window.set_end(10 * KiB);
    window.ask(0, 128 * KiB, most);
    EXPECT_EQ(window.credit(), 10 * KiB);
    window.arrived(10 * KiB);
    EXPECT_EQ(window.credit(), 0U);
}

TEST(read_window, gives_its_read_ahead_back)
{
    read_window window{0};
    window.ask(0, 128 * KiB, most);
    window.only_what_is_needed();
    EXPECT_EQ(window.credit(), 128 * KiB);
}

struct reach_case {
    const char* what;
    std::uint64_t offset;
    bool reaches;
    bool follows;
};

TEST(read_window, knows_which_reads_are_its_own)
{
    // Began at 8 MiB; up to 14 MiB was asked for; the bytes up to 12 MiB have arrived.
    read_window window{8 * MiB};
    for (std::uint64_t at = 8 * MiB; at < 14 * MiB; at += MiB) {
        window.ask(at, at + MiB, 0);
    }
    window.arrived(4 * MiB);
    const std::vector<reach_case> cases{
        {"before its begin", 7 * MiB, false, false},
        {"read long ago", 9 * MiB, false, false},
        {"arrived, while two read-aheads of the kernel are on their way", 10 * MiB, false, true},
        {"the byte that comes next", 12 * MiB, true, true},
        {"asked for, and on its way", 13 * MiB, true, true},
        {"the next in sequence", 14 * MiB, true, true},
        {"a small gap", 14 * MiB + read_window::skip, true, true},
        {"a large gap", 14 * MiB + read_window::skip + 1, false, false},
        {"elsewhere", 100 * MiB, false, false},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(window.reaches(one.offset), one.reaches) << one.what;
        EXPECT_EQ(window.follows(one.offset), one.follows) << one.what;
    }
}

TEST(read_window, takes_the_kernels_requests_in_any_order)
{
    read_window window{0};
    window.ask(0, 128 * KiB, most);
    for (const std::uint64_t at : {256 * KiB, 128 * KiB, 512 * KiB, 384 * KiB}) {
        ASSERT_TRUE(window.reaches(at)) << at;
        window.ask(at, at + 128 * KiB, most);
    }
    EXPECT_EQ(window.needed(), 640 * KiB);
    EXPECT_GE(window.credit(), 640 * KiB);
}

TEST(read_window, is_established_only_by_more_than_the_largest_request)
{
    read_window window{5 * MiB};
    window.ask(5 * MiB, 6 * MiB, most);
    EXPECT_FALSE(window.is_established());
    window.ask(6 * MiB, 6 * MiB + 4 * KiB, most);
    EXPECT_TRUE(window.is_established());
}

read_window unproved(std::uint64_t begin)
{
    read_window window{begin};
    window.ask(begin, begin + 4 * KiB, most);
    window.arrived(window.credit());
    return window;
}

read_window established(std::uint64_t begin)
{
    read_window window{begin};
    for (std::uint64_t at = begin; at < begin + 4 * MiB; at += MiB) {
        window.ask(at, at + MiB, most);
        window.arrived(window.credit());
    }
    return window;
}

TEST(choose_stream, decides_between_waiting_opening_and_replacing)
{
    using enum stream_choice::action;
    const auto near = unproved(100 * MiB);
    const auto proved = established(0);
    const auto proved_too = established(200 * MiB);
    const auto given_up = unproved(500 * MiB);
    struct choice_case {
        const char* what;
        std::vector<const read_window*> streams;
        const read_window* replaced;
        std::uint64_t offset;
        stream_choice::action action;
        std::size_t index;
    };
    const std::vector<choice_case> cases{
        {"the first read", {}, nullptr, 0, open, 0},
        {"the next bytes of a stream", {&near}, nullptr, near.position(), use, 0},
        {"a small gap", {&near}, nullptr, near.position() + 100 * KiB, use, 0},
        {"a jump of a reader that jumps", {&near}, nullptr, 300 * MiB, replace, 0},
        {"a jump away from a good sequence", {&proved}, nullptr, 300 * MiB, open, 0},
        {"another jump", {&proved, &near}, nullptr, 300 * MiB, replace, 1},
        {"back to where a stream was given up", {&near}, &given_up, 500 * MiB + 4 * KiB, open, 0},
        {"two good sequences, the older goes", {&proved_too, &proved}, nullptr, 300 * MiB, replace, 0},
        {"the one of two that is nearer", {&proved, &near}, nullptr, near.position(), use, 1},
    };
    for (const auto& one : cases) {
        const auto choice = choose_stream(one.streams, one.replaced, one.offset, 2);
        EXPECT_EQ(choice.what, one.action) << one.what;
        EXPECT_EQ(choice.index, one.index) << one.what;
    }
}

// The reader's requests are on their way to all of them: the first begins before the stream, others far behind.
TEST(read_window, follows_a_reader_who_comes_from_another_stream)
{
    read_window window{10 * MiB};
    window.fetch_until(18 * MiB);
    EXPECT_FALSE(window.reaches(12 * MiB)) << "as long as nobody reads there";
    window.meet_reader();
    for (const auto offset : {10 * MiB, 11 * MiB, 14 * MiB}) {
        EXPECT_TRUE(window.follows(offset)) << offset;
        EXPECT_TRUE(window.reaches(offset)) << offset;
    }
    EXPECT_EQ(window.credit(), 8 * MiB) << "which is no reason to fetch more";
}

}  // namespace
}  // namespace ftpfs::fs
