#include "ftpfs/cache/disk_version.hpp"

#include <gtest/gtest.h>

namespace ftpfs::cache {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using enum time_precision;

constexpr sys_seconds noon = std::chrono::sys_days{std::chrono::year{2026} / 5 / 17} + hours{12};

file_time fact(sys_seconds value, time_precision precision = second)
{
    return {value, precision, time_source::fact};
}

file_time listed(sys_seconds value, time_precision precision = minute)
{
    return {value, precision, time_source::listing};
}

time_stamp since(const file_time& time, sys_seconds seen = noon)
{
    return {time, seen};
}

disk_version with(const file_time& one, const file_time& other = {}, std::uint64_t size = 10)
{
    return make_disk_version(size, since(one), since(other)).value();
}

TEST(disk_version, needs_a_size_and_a_time)
{
    EXPECT_FALSE(make_disk_version(std::nullopt, {}, {}));
    EXPECT_FALSE(make_disk_version(10, {}, {}));
    EXPECT_FALSE(make_disk_version(std::nullopt, since(fact(noon)), {}));
    EXPECT_TRUE(make_disk_version(10, since(fact(noon)), {}));
    EXPECT_TRUE(make_disk_version(10, {}, since(listed(noon))));
    EXPECT_FALSE(make_disk_version(10, since(fact(sys_seconds::max())), {})) << "a time that makes sums overflow";
}

TEST(disk_version, keeps_the_times_of_both_sources_and_since_when_they_are_known)
{
    const auto version = make_disk_version(10, since(listed(noon)), since(fact(noon + seconds{7}), noon + hours{1}));
    ASSERT_TRUE(version);
    EXPECT_EQ(version->size, 10U);
    EXPECT_EQ(version->listed, since(listed(noon)));
    EXPECT_EQ(version->fact, since(fact(noon + seconds{7}), noon + hours{1}));
}

TEST(disk_version, of_two_times_of_one_source_the_more_precise_counts_and_of_equal_ones_the_earlier_sight)
{
    const auto precise = fact(noon + seconds{7});
    for (const bool swapped : {false, true}) {
        const auto one = since(fact(noon, minute), noon);
        const auto other = since(precise, noon + hours{1});
        EXPECT_EQ(make_disk_version(10, swapped ? other : one, swapped ? one : other)->fact, other);
        const auto again = since(precise, noon + hours{2});
        EXPECT_EQ(make_disk_version(10, swapped ? other : again, swapped ? again : other)->fact, other);
    }
}

TEST(disk_version, compares_times_of_one_source_at_the_coarser_precision)
{
    const auto kept = with(listed(noon), fact(noon + seconds{7}));
    struct row {
        file_version seen;
        likeness how;
        time_precision common;
    };
    const row rows[] = {
        {{10, fact(noon + seconds{7})}, likeness::same, second},
        {{10, fact(noon + seconds{8})}, likeness::different, unknown},
        {{11, fact(noon + seconds{7})}, likeness::different, unknown},
        {{10, listed(noon)}, likeness::same, minute},
        {{10, listed(noon + minutes{1})}, likeness::different, unknown},
        {{10, listed(noon - hours{12}, day)}, likeness::same, day},
        {{10, listed(noon + hours{12}, day)}, likeness::different, unknown},
        {{10, {}}, likeness::unknown, unknown},
        {{std::nullopt, fact(noon + seconds{7})}, likeness::unknown, unknown},
        {{10, fact(sys_seconds::min())}, likeness::unknown, unknown},
    };
    for (const auto& [seen, how, common] : rows) {
        const auto answer = compare(kept, seen);
        EXPECT_EQ(answer.how, how) << (&seen - &rows[0].seen);
        EXPECT_EQ(answer.common.time.precision, common);
    }
}

TEST(disk_version, a_time_of_the_other_source_alone_proves_nothing)
{
    const auto kept = with(listed(noon));
    EXPECT_EQ(compare(kept, {10, fact(noon)}).how, likeness::unknown);
}

TEST(disk_version, fits_only_what_shares_a_time_and_contradicts_none)
{
    const auto both = with(listed(noon), fact(noon));
    const auto only_listed = with(listed(noon));
    const auto only_fact = with(fact(noon));
    const auto other_fact = with(listed(noon), fact(noon + seconds{1}));
    const auto longer = with(listed(noon), fact(noon), 11);
    EXPECT_TRUE(fits(both, both));
    EXPECT_TRUE(fits(both, only_listed));
    EXPECT_TRUE(fits(only_fact, both));
    EXPECT_FALSE(fits(only_listed, only_fact));
    EXPECT_FALSE(fits(both, other_fact));
    EXPECT_FALSE(fits(both, longer));
}

TEST(disk_version, bytes_are_settled_once_no_other_change_can_have_the_same_time)
{
    struct row {
        const char* what;
        file_time modified;
        sys_seconds seen;
        sys_seconds fetched;
        bool settled;
    };
    const auto late = noon + days{300};
    const row rows[] = {
        {"old for a day", fact(noon), noon + days{2}, noon + days{2}, true},
        {"an hour less", fact(noon), noon + hours{23}, noon + hours{23}, false},
        {"just written", fact(noon), noon, noon, false},
        {"seen a second ago", fact(noon), noon, noon + seconds{1}, false},
        {"seen two seconds ago", fact(noon), noon, noon + seconds{2}, true},
        {"a minute is long", listed(noon), noon, noon + seconds{60}, false},
        {"until it is over", listed(noon), noon, noon + seconds{61}, true},
        {"a listing of an unknown zone", listed(noon), noon + hours{14}, noon + hours{14}, false},
        {"and a day later", listed(noon), noon + days{2}, noon + days{2}, true},
        {"a day ends at midnight", listed(noon, day), noon + hours{35}, noon + hours{35}, false},
        {"and another one passes", listed(noon, day), noon + hours{36}, noon + hours{36}, true},
        {"a time in the future", fact(late), noon, noon + seconds{10}, false},
        {"our clock went back", fact(noon), noon + seconds{100}, noon + seconds{3}, false},
        {"no time", {}, noon, late, false},
        {"nonsense", fact(sys_seconds::max()), noon, late, false},
        {"before 1970", fact(sys_seconds{seconds{-1}}), noon, noon, true},
    };
    for (const auto& one : rows) {
        EXPECT_EQ(is_settled(since(one.modified, one.seen), one.fetched), one.settled) << one.what;
    }
}

TEST(disk_version, one_settled_time_is_enough_to_keep_bytes)
{
    const auto version = with(listed(noon), fact(noon));
    EXPECT_FALSE(is_settled(version, noon + seconds{1}));
    EXPECT_TRUE(is_settled(version, noon + seconds{3}));
}

}  // namespace
}  // namespace ftpfs::cache
