#include "ftpfs/fs/creation_trust.hpp"

#include <gtest/gtest.h>

namespace ftpfs::fs {
namespace {

using namespace std::chrono_literals;

remote_path path(std::string_view text)
{
    return remote_path::make(text).value();
}

constexpr creation_trust::time_point start{1h};

TEST(creation_trust, holds_for_a_while_in_the_same_directory)
{
    creation_trust trust;
    EXPECT_FALSE(trust.holds(path("/d/a"), start));
    trust.accepted(path("/d/a"), start);
    EXPECT_TRUE(trust.holds(path("/d/b"), start));
    EXPECT_TRUE(trust.holds(path("/d/b"), start + creation_trust::lasts - 1ms));
    EXPECT_FALSE(trust.holds(path("/d/b"), start + creation_trust::lasts));
    EXPECT_FALSE(trust.holds(path("/d/e/b"), start));
    EXPECT_FALSE(trust.holds(path("/b"), start));
}

TEST(creation_trust, is_gone_with_a_refusal)
{
    creation_trust trust;
    trust.accepted(path("/d/a"), start);
    trust.refused(path("/d/b"));
    EXPECT_FALSE(trust.holds(path("/d/c"), start));
}

TEST(creation_trust, is_limited)
{
    creation_trust trust;
    for (int i = 0; i < 1000; ++i) {
        trust.accepted(path("/d" + std::to_string(i) + "/a"), start);
    }
    EXPECT_TRUE(trust.holds(path("/d0/b"), start));
    EXPECT_FALSE(trust.holds(path("/d999/b"), start));
    trust.accepted(path("/late/a"), start + creation_trust::lasts);
    EXPECT_TRUE(trust.holds(path("/late/b"), start + creation_trust::lasts));
}

TEST(creation_trust, takes_only_names_that_nobody_refuses)
{
    for (const auto* plain : {"a", "file000", "IMG_2041.JPG", "a-b+c=d,e@f", "x.tar.gz"}) {
        EXPECT_TRUE(creation_trust::is_plain(plain)) << plain;
    }
    for (const auto* odd : {"", ".hidden", "end.", "a b", " a", "a:b", "a*", "a?", "\xC3\xA4", "a\\b", "a\tb", "a~"}) {
        EXPECT_FALSE(creation_trust::is_plain(odd)) << odd;
    }
    EXPECT_FALSE(creation_trust::is_plain(std::string(101, 'a')));
    creation_trust trust;
    trust.accepted(path("/d/a"), start);
    EXPECT_FALSE(trust.holds(path("/d/.b"), start));
}

}  // namespace
}  // namespace ftpfs::fs
