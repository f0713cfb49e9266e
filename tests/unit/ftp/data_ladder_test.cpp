#include "ftpfs/ftp/data_ladder.hpp"

#include <gtest/gtest.h>

namespace ftpfs::ftp {
namespace {

class data_ladder_test : public testing::Test {
protected:
    // All ways, in order.
    std::vector<data_way> ways(bool ipv6 = false) const
    {
        std::vector<data_way> all;
        for (data_ladder ladder{settings, profile, ipv6}; !ladder.done(); ladder.climb()) {
            all.push_back(ladder.way());
        }
        return all;
    }

    config settings;
    server_profile profile;
};

using enum data_way;
using all_of = std::vector<data_way>;

TEST_F(data_ladder_test, begins_with_epsv)
{
    EXPECT_EQ(ways(), (all_of{epsv, pasv}));
}

TEST_F(data_ladder_test, knows_only_epsv_over_ipv6)
{
    EXPECT_EQ(ways(true), all_of{epsv});
    settings.data = data_mode::pasv;
    EXPECT_EQ(ways(true), all_of{epsv});
}

TEST_F(data_ladder_test, has_one_rung_if_one_is_wanted)
{
    settings.data = data_mode::epsv;
    EXPECT_EQ(ways(), all_of{epsv});
    settings.data = data_mode::pasv;
    EXPECT_EQ(ways(), all_of{pasv});
    settings.data = data_mode::active;
    EXPECT_EQ(ways(), all_of{active});
    EXPECT_EQ(ways(true), all_of{active});
}

TEST_F(data_ladder_test, tells_whether_there_is_another_way)
{
    data_ladder ladder{settings, profile, false};
    EXPECT_TRUE(ladder.has_another());
    ladder.climb();
    EXPECT_FALSE(ladder.has_another());
    EXPECT_FALSE(ladder.done());
    ladder.climb();
    EXPECT_TRUE(ladder.done());
}

TEST_F(data_ladder_test, remembers_what_worked)
{
    data_ladder ladder{settings, profile, false};
    ladder.climb();
    ladder.note_success(profile);
    EXPECT_EQ(profile.epsv, support::refused);
    EXPECT_EQ(profile.pasv, support::works);
    EXPECT_EQ(ways(), all_of{pasv});
}

TEST_F(data_ladder_test, takes_nothing_down_about_what_was_not_tried)
{
    data_ladder{settings, profile, false}.note_success(profile);
    EXPECT_EQ(profile.epsv, support::works);
    EXPECT_EQ(profile.pasv, support::unknown);
    EXPECT_EQ(ways(), (all_of{epsv, pasv}));
}

TEST_F(data_ladder_test, forgets_what_was_refused_when_everything_fails)
{
    profile.epsv = support::refused;
    data_ladder ladder{settings, profile, false};
    EXPECT_EQ(ladder.way(), pasv);
    ladder.note_failure(profile);
    EXPECT_EQ(ways(), (all_of{epsv, pasv}));
}

TEST_F(data_ladder_test, is_never_empty)
{
    profile.epsv = support::refused;
    EXPECT_EQ(ways(true), all_of{epsv});
    profile.pasv = support::refused;
    EXPECT_EQ(ways(), (all_of{epsv, pasv}));
}

}  // namespace
}  // namespace ftpfs::ftp
