#include "ftpfs/fs/walk_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace ftpfs::fs {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using strings = std::vector<std::string>;

remote_path path(std::string_view text)
{
    return remote_path::make(text).value();
}

class walk_policy_test : public testing::Test {
public:
    static walk_policy::names directories(std::initializer_list<const char*> names)
    {
        walk_policy::names all;
        for (const std::string_view one : names) {
            all.push_back(file_name::make(one).value());
        }
        return all;
    }
    void open(std::string_view directory, std::initializer_list<const char*> names)
    {
        policy.opened(path(directory), directories(names), now);
    }
    void land(std::string_view directory, std::initializer_list<const char*> names)
    {
        policy.landed(path(directory), directories(names));
    }
    strings all_next()
    {
        strings all;
        while (auto one = policy.next(now)) {
            all.push_back(one->str());
        }
        return all;
    }

    walk_policy policy{10s};
    walk_policy::time_point now{1h};
};

TEST_F(walk_policy_test, does_nothing_for_a_single_listing)
{
    open("/", {"a", "b"});
    EXPECT_THAT(all_next(), IsEmpty());
}

TEST_F(walk_policy_test, knows_the_next_directory_once_it_is_listed)
{
    open("/", {"a", "b"});
    EXPECT_FALSE(policy.upcoming()) << "nobody walks yet";
    open("/a", {});
    EXPECT_THAT(all_next(), ElementsAre("/b"));
    EXPECT_FALSE(policy.upcoming()) << "its listing is under way";
    land("/b", {"x"});
    EXPECT_EQ(policy.upcoming(), path("/b"));
    open("/b", {"x"});
    EXPECT_FALSE(policy.upcoming());
}

// find(1) opens the directories above anew on its way back.
TEST_F(walk_policy_test, takes_the_way_back_for_part_of_the_walk)
{
    open("/", {"a", "b", "c"});
    open("/a", {"x", "y"});
    EXPECT_THAT(all_next(), ElementsAre("/a/x", "/a/y"));
    open("/a/x", {"deep"});
    EXPECT_THAT(all_next(), ElementsAre("/a/x/deep", "/b", "/c"));
    open("/a/x/deep", {});
    open("/a/x", {"deep"});
    open("/a", {"x", "y"});
    open("/a/y", {});
    open("/a", {"x", "y"});
    open("/", {"a", "b", "c"});
    open("/b", {"m", "n"});
    EXPECT_EQ(policy.used(), 4U);
    EXPECT_THAT(all_next(), ElementsAre("/b/m", "/b/n"));
    open("/c", {});
    EXPECT_EQ(policy.used(), 5U);
}

TEST_F(walk_policy_test, goes_depth_first_in_the_order_of_the_listings)
{
    open("/", {"c", "a", "b", "d"});
    open("/c", {"y", "x", "z"});
    EXPECT_THAT(all_next(), ElementsAre("/c/y", "/c/x"));
    land("/c/y", {"deep"});
    open("/c/y", {"deep"});
    EXPECT_THAT(all_next(), ElementsAre("/c/y/deep", "/c/z", "/a"));
    EXPECT_EQ(policy.used(), 1U);
    open("/c/y/deep", {});
    open("/c/x", {});
    EXPECT_THAT(all_next(), ElementsAre("/b", "/d"));
}

TEST_F(walk_policy_test, looks_below_what_it_listed_itself)
{
    open("/", {"a"});
    open("/a", {"b"});
    EXPECT_THAT(all_next(), ElementsAre("/a/b"));
    land("/a/b", {"c"});
    EXPECT_THAT(all_next(), ElementsAre("/a/b/c"));
    land("/a/b/c", {"d"});
    EXPECT_THAT(all_next(), IsEmpty()) << "two are not used yet";
}

TEST_F(walk_policy_test, reaches_further_with_every_listing_that_is_used_but_not_without_end)
{
    open("/", {"a"});
    std::string at = "/a";
    open(at, {"a"});
    for (int i = 0; i < 12; ++i) {
        all_next();
        at += "/a";
        open(at, {"a"});
    }
    EXPECT_EQ(policy.reach(), 32U);
}

TEST_F(walk_policy_test, stops_when_nobody_uses_what_was_listed_and_is_harder_to_convince_then)
{
    open("/", {"a", "b", "c", "d", "e", "f"});
    open("/a", {});
    EXPECT_THAT(all_next(), ElementsAre("/b", "/c"));
    now += 10s;
    EXPECT_THAT(all_next(), IsEmpty());
    EXPECT_EQ(policy.wasted(), 2U);
    open("/d", {});
    EXPECT_THAT(all_next(), IsEmpty());
    open("/e", {});
    EXPECT_THAT(all_next(), ElementsAre("/f"));
}

TEST_F(walk_policy_test, a_program_that_looks_elsewhere_ends_it)
{
    open("/", {"a", "b", "c", "d"});
    open("/a", {});
    EXPECT_EQ(policy.reach(), 2U);
    open("/elsewhere", {});
    open("/elsewhere/too", {});
    EXPECT_EQ(policy.reach(), 0U);
    EXPECT_THAT(all_next(), IsEmpty());
}

TEST_F(walk_policy_test, what_was_refused_is_handed_out_again_and_what_failed_is_not)
{
    open("/", {"a", "b", "c"});
    open("/a", {});
    EXPECT_THAT(all_next(), ElementsAre("/b", "/c"));
    policy.refused(path("/b"));
    policy.failed(path("/c"));
    EXPECT_THAT(all_next(), ElementsAre("/b"));
    EXPECT_EQ(policy.wasted(), 0U);
}

TEST_F(walk_policy_test, remembers_a_bounded_number_of_directories)
{
    walk_policy::names many;
    for (int i = 0; i < 5000; ++i) {
        many.push_back(file_name::make("d" + std::to_string(i)).value());
    }
    policy.opened(path("/"), many, now);
    open("/d0", {});
    EXPECT_EQ(policy.reach(), 2U);
    open("/d4000", {});
    EXPECT_EQ(policy.reach(), 1U) << "not among those that are remembered";
}

}  // namespace
}  // namespace ftpfs::fs
