#include "ftpfs/fs/exact_times.hpp"

#include <gtest/gtest.h>

namespace ftpfs::fs {
namespace {

using namespace std::chrono;

constexpr auto noon = sys_days{2024y / February / 29} + 12h;

remote_path path(std::string_view text)
{
    return remote_path::make(text).value();
}

file_time listed(sys_seconds value, time_precision precision)
{
    return {value, precision, time_source::listing};
}

file_time fact(sys_seconds value)
{
    return {value, time_precision::second, time_source::fact};
}

TEST(exact_times, fill_in_what_a_listing_leaves_open)
{
    exact_times times;
    times.note(path("/a"), fact(noon + 41s));
    EXPECT_EQ(times.refined(path("/a"), listed(noon, time_precision::minute)), noon + 41s);
    EXPECT_EQ(times.refined(path("/a"), listed(noon - 12h, time_precision::day)), noon + 41s);
    EXPECT_EQ(times.refined(path("/b"), listed(noon, time_precision::minute)), noon);
}

TEST(exact_times, say_nothing_of_another_time)
{
    exact_times times;
    times.note(path("/a"), fact(noon + 41s));
    EXPECT_EQ(times.refined(path("/a"), listed(noon + 1min, time_precision::minute)), noon + 1min);
    EXPECT_EQ(times.refined(path("/a"), listed(noon + 12h, time_precision::day)), noon + 12h);
    EXPECT_EQ(times.refined(path("/a"), listed(noon, time_precision::second)), noon);
    EXPECT_EQ(times.refined(path("/a"), listed(noon, time_precision::unknown)), noon);
    EXPECT_EQ(times.refined(path("/a"), fact(noon)), noon);
}

TEST(exact_times, come_from_facts_alone)
{
    exact_times times;
    times.note(path("/a"), listed(noon + 41s, time_precision::second));
    times.note(path("/a"), {noon + 41s, time_precision::minute, time_source::fact});
    EXPECT_EQ(times.refined(path("/a"), listed(noon, time_precision::minute)), noon);
}

TEST(exact_times, move_with_their_file)
{
    exact_times times;
    times.note(path("/a"), fact(noon + 41s));
    times.note(path("/b"), fact(noon + 17s));
    times.move(path("/a"), path("/b"));
    EXPECT_EQ(times.refined(path("/b"), listed(noon, time_precision::minute)), noon + 41s);
    EXPECT_EQ(times.refined(path("/a"), listed(noon, time_precision::minute)), noon);
    times.move(path("/c"), path("/b"));  // of which nothing is known
    EXPECT_EQ(times.refined(path("/b"), listed(noon, time_precision::minute)), noon);
}

TEST(exact_times, go_with_their_file)
{
    exact_times times;
    times.note(path("/a"), fact(noon + 41s));
    times.forget(path("/a"));
    EXPECT_EQ(times.refined(path("/a"), listed(noon, time_precision::minute)), noon);
}

TEST(exact_times, are_bounded)
{
    exact_times times;
    for (int i = 0; i < 10'100; ++i) {
        times.note(path("/" + std::to_string(i)), fact(noon + 41s));
    }
    int exact = 0;
    for (int i = 0; i < 10'100; ++i) {
        exact += times.refined(path("/" + std::to_string(i)), listed(noon, time_precision::minute)) == noon ? 0 : 1;
    }
    EXPECT_EQ(exact, 10'000);
    EXPECT_EQ(times.refined(path("/10099"), listed(noon, time_precision::minute)), noon + 41s);
}

}  // namespace
}  // namespace ftpfs::fs
