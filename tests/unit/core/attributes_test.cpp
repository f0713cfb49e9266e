#include "ftpfs/core/attributes.hpp"

#include <gtest/gtest.h>

namespace ftpfs {
namespace {

using namespace std::chrono;

constexpr sys_seconds moment = sys_days{2025y / July / 19} + 8h + 30min + 11s;

file_version version(std::optional<std::uint64_t> size, sys_seconds value, time_precision precision,
                     time_source source = time_source::fact)
{
    return {size, {value, precision, source}};
}

TEST(same_version, is_false_where_sizes_differ)
{
    EXPECT_FALSE(same_version(version(1, moment, time_precision::second), version(2, moment, time_precision::second)));
    EXPECT_TRUE(same_version(version(1, moment, time_precision::second), version(1, moment, time_precision::second)));
}

TEST(same_version, is_true_where_nothing_proves_a_change)
{
    EXPECT_TRUE(same_version({}, {}));
    EXPECT_TRUE(same_version({}, version(1, moment, time_precision::second)));
    EXPECT_TRUE(same_version(version(1, moment, time_precision::second), version({}, moment, time_precision::second)));
    EXPECT_TRUE(
        same_version(version(1, moment, time_precision::unknown), version(1, moment + 24h, time_precision::second)));
}

TEST(same_version, compares_times_at_the_coarser_precision)
{
    const auto exact = version(1, moment, time_precision::second);
    const auto by_minute = version(1, floor<minutes>(moment), time_precision::minute);
    const auto by_day = version(1, floor<days>(moment), time_precision::day);
    EXPECT_TRUE(same_version(exact, by_minute));
    EXPECT_TRUE(same_version(by_day, exact));
    EXPECT_TRUE(same_version(by_minute, by_day));
    EXPECT_FALSE(same_version(exact, version(1, moment + 1s, time_precision::second)));
    EXPECT_TRUE(same_version(by_minute, version(1, moment + 48s, time_precision::second)));
    EXPECT_FALSE(same_version(by_minute, version(1, moment + 49s, time_precision::second)));
    EXPECT_FALSE(same_version(by_day, version(1, moment + 16h, time_precision::minute)));
}

TEST(same_version, does_not_compare_times_of_different_clocks)
{
    EXPECT_TRUE(same_version(version(1, moment, time_precision::second, time_source::fact),
                             version(1, moment + 2h, time_precision::minute, time_source::listing)));
    EXPECT_FALSE(same_version(version(1, moment, time_precision::minute, time_source::listing),
                              version(1, moment + 2h, time_precision::minute, time_source::listing)));
}

TEST(version_of, leaves_out_a_size_that_is_not_exact)
{
    file_attributes attributes;
    attributes.size = 7;
    attributes.modified = {moment, time_precision::second, time_source::fact};
    EXPECT_EQ(version_of(attributes).size, 7U);
    EXPECT_EQ(version_of(attributes).modified, attributes.modified);
    attributes.size_is_exact = false;
    EXPECT_EQ(version_of(attributes).size, std::nullopt);
}

}  // namespace
}  // namespace ftpfs
