#include "ftpfs/proto/server_zone.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

sys_seconds at(int year_, unsigned month_, unsigned day_, int hour = 0, int minute = 0, int second = 0)
{
    return sys_days{year{year_} / month{month_} / day{day_}} + hours{hour} + minutes{minute} + seconds{second};
}

file_time listed(sys_seconds value, time_precision precision = time_precision::minute)
{
    return {value, precision, time_source::listing};
}

file_time fact(sys_seconds value)
{
    return {value, time_precision::second, time_source::fact};
}

server_zone zone(std::string_view text)
{
    return server_zone::make(text).value();
}

const server_zone::rules berlin = [](sys_seconds wall) {
    const auto summer = wall >= at(2026, 3, 29, 2) && wall < at(2026, 10, 25, 3);
    return summer ? seconds{hours{2}} : seconds{hours{1}};
};

struct told_row {
    const char* zone;
    sys_seconds wall;
    sys_seconds utc;
};

const told_row told[] = {
    {"UTC", at(2026, 7, 1, 12), at(2026, 7, 1, 12)},
    {"+02:00", at(2026, 7, 1, 12), at(2026, 7, 1, 10)},
    {"-0330", at(2026, 7, 1, 12), at(2026, 7, 1, 15, 30)},
    {"+9", at(2026, 7, 1, 3), at(2026, 6, 30, 18)},
    {"+05:45", at(2026, 7, 1, 3), at(2026, 6, 30, 21, 15)},
    {"Europe/Berlin", at(2026, 1, 15, 12), at(2026, 1, 15, 11)},
    {"Europe/Berlin", at(2026, 7, 15, 12), at(2026, 7, 15, 10)},
    {"Europe/Berlin", at(2026, 3, 29, 1, 59), at(2026, 3, 29, 0, 59)},    // the last minute of winter time
    {"Europe/Berlin", at(2026, 3, 29, 3, 0), at(2026, 3, 29, 1, 0)},      // the first of summer time
    {"Europe/Berlin", at(2026, 10, 25, 2, 30), at(2026, 10, 25, 0, 30)},  // comes twice: the first
    {"Europe/Berlin", at(2026, 10, 25, 3, 0), at(2026, 10, 25, 2, 0)},
    {"America/New_York", at(2026, 12, 31, 23, 30), at(2027, 1, 1, 4, 30)},  // over the end of the year
    {"America/New_York", at(2024, 2, 28, 23, 0), at(2024, 2, 29, 4, 0)},    // into a leap day
    {"Asia/Tokyo", at(2024, 3, 1, 3, 0), at(2024, 2, 29, 18, 0)},           // and back
    {"Australia/Lord_Howe", at(2026, 1, 15, 12), at(2026, 1, 15, 1)},       // summer in January, by half an hour
    {"Australia/Lord_Howe", at(2026, 7, 15, 12), at(2026, 7, 15, 1, 30)},
};

TEST(server_zone, corrects_listings_by_the_zone_it_was_told)
{
    for (const auto& row : told) {
        EXPECT_EQ(zone(row.zone).corrected(listed(row.wall)).value, row.utc) << row.zone;
        EXPECT_EQ(zone(row.zone).corrected(fact(row.wall)).value, row.wall) << row.zone;
    }
}

TEST(server_zone, knows_what_is_no_zone)
{
    for (const auto* text :
         {"", "Mars/Olympus", "+", "+25:00", "+02:60", "+2:0:0", "02:00", "+02:00x", "../etc/passwd"}) {
        const auto made = server_zone::make(text);
        ASSERT_FALSE(made) << text;
        EXPECT_NE(made.error().detail.find("no time zone this machine knows"), std::string::npos);
    }
}

TEST(server_zone, leaves_days_and_what_is_unknown)
{
    const auto tokyo = zone("Asia/Tokyo");
    EXPECT_EQ(tokyo.corrected(listed(at(2024, 2, 29), time_precision::day)).value, at(2024, 2, 29));
    EXPECT_EQ(tokyo.corrected(listed(at(2024, 2, 29, 1), time_precision::unknown)).value, at(2024, 2, 29, 1));
    EXPECT_EQ(server_zone{}.corrected(listed(at(2024, 2, 29, 1))).value, at(2024, 2, 29, 1));
}

struct sample_row {
    sys_seconds listed;
    sys_seconds fact;
    seconds offset;  // of a listing's time in January
};

const sample_row samples[] = {
    {at(2026, 1, 5, 9, 17), at(2026, 1, 5, 9, 17, 42), hours{0}},
    {at(2026, 1, 5, 18, 17), at(2026, 1, 5, 9, 17, 42), hours{9}},
    {at(2026, 1, 5, 4, 17), at(2026, 1, 5, 9, 17, 2), -hours{5}},
    {at(2026, 1, 5, 5, 47), at(2026, 1, 5, 0, 2, 59), hours{5} + minutes{45}},
    {at(2025, 12, 31, 20, 0), at(2026, 1, 1, 1, 0, 30), -hours{5}},  // over the end of the year
    {at(2026, 1, 5, 9, 16), at(2026, 1, 5, 9, 17, 1), hours{0}},     // a server that rounds
};

TEST(server_zone, finds_the_zone_from_one_file)
{
    for (const auto& row : samples) {
        server_zone found;
        EXPECT_TRUE(found.wants_sample());
        found.learn(listed(row.listed), fact(row.fact), {});
        EXPECT_FALSE(found.wants_sample());
        EXPECT_EQ(found.corrected(listed(at(2026, 1, 15, 12))).value, at(2026, 1, 15, 12) - row.offset);
        EXPECT_EQ(found.corrected(fact(at(2026, 1, 15, 12))).value, at(2026, 1, 15, 12));
    }
}

TEST(server_zone, takes_our_zone_if_it_fits)
{
    server_zone same;
    same.learn(listed(at(2026, 1, 5, 10, 17)), fact(at(2026, 1, 5, 9, 17, 42)), berlin);
    EXPECT_EQ(same.corrected(listed(at(2026, 7, 1, 12))).value, at(2026, 7, 1, 10));
    server_zone summer;
    summer.learn(listed(at(2026, 7, 5, 11, 17)), fact(at(2026, 7, 5, 9, 17, 42)), berlin);
    EXPECT_EQ(summer.corrected(listed(at(2026, 1, 15, 12))).value, at(2026, 1, 15, 11));
    server_zone other;
    other.learn(listed(at(2026, 7, 5, 10, 17)), fact(at(2026, 7, 5, 9, 17, 42)), berlin);
    EXPECT_EQ(other.corrected(listed(at(2026, 7, 1, 12))).value, at(2026, 7, 1, 11));
}

TEST(server_zone, gives_up_after_answers_that_make_no_sense)
{
    server_zone found;
    found.learn(listed(at(2026, 1, 5, 9, 17)), fact(at(1970, 1, 1)), {});
    found.learn(listed(at(2026, 1, 5, 9, 17)), fact(at(2026, 1, 5, 9, 24)), {});
    EXPECT_TRUE(found.wants_sample());
    found.learn_nothing();
    EXPECT_FALSE(found.wants_sample());
    found.learn(listed(at(2026, 1, 5, 9, 17)), fact(at(2026, 1, 5, 8, 17)), {});
    EXPECT_EQ(found.corrected(listed(at(2026, 1, 5, 9, 17))).value, at(2026, 1, 5, 9, 17));
}

// vsftpd with use_localtime: MDTM and LIST agree, and both are wrong.
TEST(server_zone, finds_from_an_upload_that_facts_are_local)
{
    server_zone found;
    found.learn(listed(at(2026, 1, 5, 4, 17)), fact(at(2026, 1, 5, 4, 17, 20)), {});
    EXPECT_FALSE(found.learn_from_upload(fact(at(2026, 1, 6, 12, 0, 1)), at(2026, 1, 6, 12), {}));
    EXPECT_FALSE(found.facts_are_local());
    EXPECT_TRUE(found.learn_from_upload(fact(at(2026, 1, 6, 7, 0, 1)), at(2026, 1, 6, 12), {}));
    EXPECT_TRUE(found.facts_are_local());
    EXPECT_EQ(found.corrected(fact(at(2026, 1, 5, 4, 17, 20))).value, at(2026, 1, 5, 9, 17, 20));
    EXPECT_EQ(found.corrected(listed(at(2026, 1, 5, 4, 17))).value, at(2026, 1, 5, 9, 17));
    EXPECT_EQ(found.for_server(at(2026, 1, 5, 9, 17)), at(2026, 1, 5, 4, 17));
    EXPECT_FALSE(found.learn_from_upload(fact(at(2026, 1, 6, 9, 0, 1)), at(2026, 1, 6, 12), {}));
}

TEST(server_zone, believes_no_clock_that_is_merely_wrong)
{
    server_zone found;
    EXPECT_FALSE(found.learn_from_upload(fact(at(2026, 1, 6, 12, 7)), at(2026, 1, 6, 12), {}));
    EXPECT_FALSE(found.learn_from_upload(fact(at(2026, 3, 6, 12)), at(2026, 1, 6, 12), {}));
    EXPECT_FALSE(found.facts_are_local());
}

TEST(server_zone, that_was_told_notices_local_facts)
{
    auto found = zone("America/New_York");
    EXPECT_TRUE(found.wants_sample());
    found.learn(listed(at(2026, 7, 5, 4, 17)), fact(at(2026, 7, 5, 4, 17, 20)), {});
    EXPECT_EQ(found.corrected(fact(at(2026, 7, 5, 4, 17, 20))).value, at(2026, 7, 5, 8, 17, 20));
    EXPECT_EQ(found.for_server(at(2026, 7, 5, 8, 17)), at(2026, 7, 5, 4, 17));

    auto honest = zone("America/New_York");
    honest.learn(listed(at(2026, 7, 5, 4, 17)), fact(at(2026, 7, 5, 8, 17, 20)), {});
    EXPECT_FALSE(honest.facts_are_local());
    EXPECT_EQ(honest.corrected(listed(at(2026, 7, 5, 4, 17))).value, at(2026, 7, 5, 8, 17));
}

TEST(server_zone, knows_a_version_from_before_it_learned)
{
    server_zone found;
    const auto seen = fact(at(2026, 1, 5, 4, 17, 20));
    ASSERT_TRUE(found.learn_from_upload(fact(at(2026, 1, 6, 7)), at(2026, 1, 6, 12), {}));
    const file_version before{3, seen};
    EXPECT_TRUE(found.same(before, {3, found.corrected(seen)}));
    EXPECT_TRUE(found.same({3, found.corrected(seen)}, {3, found.corrected(seen)}));
    EXPECT_FALSE(found.same(before, {4, found.corrected(seen)}));
    EXPECT_FALSE(found.same(before, {3, fact(at(2026, 1, 5, 9, 18))}));
    EXPECT_FALSE(server_zone{}.same(before, {3, fact(at(2026, 1, 5, 9, 17, 20))}));
}

TEST(server_zone, ours_is_some_zone)
{
    const auto here = server_zone::ours();
    ASSERT_TRUE(here);
    EXPECT_LT(abs(here(at(2026, 1, 1))), hours{15});
}

}  // namespace
}  // namespace ftpfs::proto
