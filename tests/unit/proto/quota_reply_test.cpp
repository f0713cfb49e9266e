#include "ftpfs/proto/quota_reply.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using strings = std::vector<std::string>;

constexpr std::uint64_t KiB = 1024;

std::optional<quota> xquota(std::string usage, std::string limit, int code = 213)
{
    return parse_xquota_reply(
        reply{code,
              {"File and disk usage", "    File count: 3", "    File limit: 10000", "    Disk usage: " + usage,
               "    Disk limit: " + limit, "File and disk usage end"}});
}

// As mod_quotatab writes it.
std::optional<quota> site_quota(std::string uploaded, int code = 200)
{
    return parse_site_quota_reply(
        reply{code,
              {"The current quota for this session are [current/limit]:", "Name: bob", "Quota Type: User",
               "Per Session: False", "Limit Type: Soft", "  Uploaded " + uploaded, "  Downloaded Mb:\tunlimited",
               "  Transferred Mb:\t0.00/1953.12", "  Uploaded files:\t0/10", "  Downloaded files:\tunlimited",
               "  Transferred files:\tunlimited", "Please contact root@localhost if these entries are inaccurate"}});
}

TEST(quota_reply, reads_the_answer_to_XQUOTA)
{
    EXPECT_EQ(xquota("1532791", "2048000"), (quota{1532791, 2048000}));
    EXPECT_EQ(xquota("1532791", "2048000")->available(), 515209U);
    EXPECT_EQ(xquota("0", "Unlimited"), (quota{0, std::nullopt}));
}

TEST(quota_reply, reads_the_answer_to_SITE_QUOTA_in_each_unit)
{
    EXPECT_EQ(site_quota("bytes:\t12.00/10485760.00"), (quota{12, 10485760}));
    EXPECT_EQ(site_quota("Kb:\t\t0.50/10.00"), (quota{KiB / 2, 10 * KiB}));
    EXPECT_EQ(site_quota("Mb:\t0.00/976.56"), (quota{0, 976 * KiB * KiB + 56 * KiB * KiB / 100}));
    EXPECT_EQ(site_quota("Gb:\t1/2"), (quota{KiB * KiB * KiB, 2 * KiB * KiB * KiB}));
    EXPECT_EQ(site_quota("Mb:\tunlimited"), quota{});
}

TEST(quota_reply, has_nothing_left_beyond_the_limit)
{
    EXPECT_EQ(site_quota("bytes:\t20.00/10.00")->available(), 0U);
    EXPECT_EQ(xquota("0", "unlimited")->available(), 0U);
}

TEST(quota_reply, refuses_what_is_no_quota)
{
    EXPECT_EQ(xquota("1", "2", 200), std::nullopt);
    EXPECT_EQ(xquota("-1", "2"), std::nullopt);
    EXPECT_EQ(xquota("1", "much"), std::nullopt);
    EXPECT_EQ(xquota("1", "18446744073709551616"), std::nullopt);
    EXPECT_EQ(parse_xquota_reply(reply{213, {"Disk usage: 1"}}), std::nullopt);

    EXPECT_EQ(site_quota("Mb:\t0.00/976.56", 202), std::nullopt);
    EXPECT_EQ(site_quota("Mb:\t0.00"), std::nullopt);
    EXPECT_EQ(site_quota("Mb:\t-1.00/2.00"), std::nullopt);
    EXPECT_EQ(site_quota("Mb:\t1./2.00"), std::nullopt);
    EXPECT_EQ(site_quota("Mb:\t1.00/2.x"), std::nullopt);
    EXPECT_EQ(site_quota("Gb:\t0.00/17179869184.00"), std::nullopt);
    EXPECT_EQ(site_quota("Tb:\t0.00/1.00"), std::nullopt);
    EXPECT_EQ(parse_site_quota_reply(reply{202, {"No quotas in effect"}}), std::nullopt);
}

}  // namespace
}  // namespace ftpfs::proto
