#include "ftpfs/fs/order_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ftpfs::fs {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using strings = std::vector<std::string>;

constexpr std::uint64_t KiB = 1024;

remote_path path(std::string_view text)
{
    return remote_path::make(text).value();
}

class order_policy_test : public testing::Test {
public:
    // "0", "1", … of 1 KiB each, but for those that are changed below.
    void list(std::string_view directory, std::size_t count) { policy.listed(path(directory), snapshot(count)); }
    cache::shared_snapshot snapshot(std::size_t count) const
    {
        std::vector<directory_entry> all;
        for (std::size_t i = 0; i < count; ++i) {
            file_attributes attributes;
            attributes.kind = file_kind::regular;
            attributes.size = KiB;
            if (change) {
                change(i, attributes);
            }
            all.emplace_back(file_name::make(std::to_string(i)).value(), attributes);
        }
        return std::make_shared<const cache::directory_snapshot>(std::move(all), true);
    }
    void open(std::string_view file) { policy.opened(path(file), now); }
    strings all_next()
    {
        strings all;
        while (auto one = policy.next(now)) {
            all.push_back(one->str());
        }
        return all;
    }
    strings wasted()
    {
        strings all;
        for (const auto& one : policy.take_wasted()) {
            all.push_back(one.str());
        }
        return all;
    }

    std::function<void(std::size_t, file_attributes&)> change;
    order_policy policy{1024 * KiB};
    order_policy::time_point now{1h};
};

TEST_F(order_policy_test, goes_on_at_once_in_the_next_directory)
{
    list("/d", 10);
    for (const auto* file : {"/d/0", "/d/1", "/d/2", "/d/3", "/d/4"}) {
        open(file);
        all_next();
    }
    list("/e", 3);
    EXPECT_THAT(all_next(), ElementsAre("/e/0", "/e/1", "/e/2"));
    open("/e/0");
    open("/e/1");
    EXPECT_THAT(wasted(), IsEmpty());
    EXPECT_EQ(policy.wasted(), 0U);
}

TEST_F(order_policy_test, does_not_believe_in_the_next_directory_after_a_few_files)
{
    list("/d", 10);
    open("/d/0");
    open("/d/1");
    all_next();
    list("/e", 3);
    EXPECT_THAT(all_next(), IsEmpty());
}

TEST_F(order_policy_test, begins_a_directory_that_is_foreseen)
{
    list("/d", 10);
    for (const auto* file : {"/d/0", "/d/1", "/d/2"}) {
        open(file);
        EXPECT_FALSE(policy.wants_directory());
        all_next();
    }
    EXPECT_TRUE(policy.wants_directory()) << "all ten are handed out";
    const auto coming = snapshot(20);
    policy.foresee(path("/e"), coming);
    EXPECT_FALSE(policy.wants_directory());
    EXPECT_THAT(all_next(), ElementsAre("/e/0"));
    policy.refused(path("/e/0"));
    EXPECT_THAT(all_next(), ElementsAre("/e/0"));
    for (const auto* file : {"/d/3", "/d/4", "/d/5", "/d/6", "/d/7", "/d/8", "/d/9"}) {
        open(file);
    }
    policy.listed(path("/e"), coming);
    EXPECT_EQ(all_next().front(), "/e/1");
    open("/e/0");
    EXPECT_EQ(policy.used(), 9U);
    EXPECT_EQ(policy.wasted(), 0U);
}

TEST_F(order_policy_test, begins_with_the_second_file_in_order)
{
    list("/d", 20);
    EXPECT_THAT(all_next(), IsEmpty());
    open("/d/0");
    EXPECT_THAT(all_next(), IsEmpty());
    open("/d/1");
    EXPECT_THAT(all_next(), ElementsAre("/d/2", "/d/3", "/d/4", "/d/5"));
    open("/d/2");
    EXPECT_THAT(all_next(), ElementsAre("/d/6", "/d/7", "/d/8", "/d/9", "/d/10"));
    EXPECT_EQ(policy.used(), 1U);
}

TEST_F(order_policy_test, does_nothing_for_files_in_no_order)
{
    list("/d", 100);
    for (const auto* file : {"/d/50", "/d/10", "/d/90", "/d/30", "/d/70", "/unlisted/1", "/d/none"}) {
        open(file);
        EXPECT_THAT(all_next(), IsEmpty()) << file;
    }
}

TEST_F(order_policy_test, fetches_only_what_is_small_and_known)
{
    change = [](std::size_t i, file_attributes& attributes) {
        if (i == 2) {
            attributes.size = order_policy::small_file + 1;
        } else if (i == 3) {
            attributes.kind = file_kind::directory;
        } else if (i == 4) {
            attributes.size.reset();
        } else if (i == 5) {
            attributes.size = 0;
        } else if (i == 6) {
            attributes.kind = file_kind::symlink;
        } else if (i == 7) {
            attributes.size = order_policy::small_file;
        }
    };
    list("/d", 9);
    open("/d/0");
    open("/d/1");
    EXPECT_THAT(all_next(), ElementsAre("/d/7", "/d/8"));
}

TEST_F(order_policy_test, is_bounded_in_bytes_and_files)
{
    list("/small", 200);
    std::size_t handed_out = 0;
    for (std::size_t i = 0; i < 50; ++i) {
        open("/small/" + std::to_string(i));
        handed_out += all_next().size();
        EXPECT_LE(handed_out - policy.used(), 32U);
    }
    EXPECT_EQ(handed_out - policy.used(), 32U);
    change = [](std::size_t, file_attributes& attributes) { attributes.size = 250 * KiB; };
    order_policy few_bytes{1000 * KiB};
    policy = few_bytes;
    list("/large", 100);
    handed_out = 0;
    for (std::size_t i = 0; i < 50; ++i) {
        open("/large/" + std::to_string(i));
        handed_out += all_next().size();
        EXPECT_LE(handed_out - policy.used(), 4U);
    }
    EXPECT_EQ(policy.used(), 48U);
}

TEST_F(order_policy_test, stops_when_what_was_fetched_is_not_opened)
{
    list("/d", 100);
    open("/d/0");
    open("/d/1");
    EXPECT_EQ(all_next().size(), 4U);
    now += 30s;
    EXPECT_THAT(all_next(), IsEmpty());
    EXPECT_EQ(policy.wasted(), 4U);
    EXPECT_THAT(wasted(), ElementsAre("/d/2", "/d/3", "/d/4", "/d/5"));
    EXPECT_THAT(wasted(), IsEmpty());
    // Harder to convince now.
    open("/d/40");
    open("/d/41");
    open("/d/42");
    EXPECT_THAT(all_next(), IsEmpty());
    open("/d/43");
    open("/d/44");
    EXPECT_EQ(all_next().size(), 4U);
}

TEST_F(order_policy_test, what_was_passed_over_is_wasted)
{
    list("/d", 100);
    open("/d/0");
    open("/d/1");
    all_next();
    open("/d/60");
    EXPECT_THAT(wasted(), ElementsAre("/d/2", "/d/3", "/d/4", "/d/5"));
    EXPECT_EQ(policy.reach(), 0U);
}

TEST_F(order_policy_test, a_little_disorder_is_no_end)
{
    list("/d", 100);
    for (const auto* file : {"/d/1", "/d/0", "/d/3", "/d/2", "/d/5", "/d/4"}) {
        open(file);
        all_next();
    }
    EXPECT_GT(policy.reach(), 4U);
    EXPECT_EQ(policy.wasted(), 0U);
}

TEST_F(order_policy_test, what_was_refused_is_handed_out_again_and_what_is_forgotten_is_not)
{
    list("/d", 6);
    open("/d/0");
    open("/d/1");
    EXPECT_THAT(all_next(), ElementsAre("/d/2", "/d/3", "/d/4", "/d/5"));
    policy.forget(path("/d/3"));
    policy.refused(path("/d/5"));
    policy.refused(path("/d/4"));
    EXPECT_THAT(all_next(), ElementsAre("/d/4", "/d/5"));
}

TEST_F(order_policy_test, follows_the_directory_that_is_read_now)
{
    list("/d", 20);
    list("/e", 20);
    open("/d/0");
    open("/e/0");
    open("/d/1");
    EXPECT_THAT(all_next(), ElementsAre("/d/2", "/d/3", "/d/4", "/d/5"));
    open("/d/2");
    open("/e/1");
    EXPECT_THAT(all_next(), ElementsAre("/e/2", "/e/3", "/e/4", "/e/5", "/e/6"));
}

}  // namespace
}  // namespace ftpfs::fs
