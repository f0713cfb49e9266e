#include "upload_verdict.hpp"

#include <gtest/gtest.h>

namespace ftpfs::ftp {
namespace {

struct verdict_case {
    const char* what;
    result<> ended;
    std::optional<std::uint64_t> size;  // of the file as it is now
    result<> verdict;
};

const failure broken{make_reply_error(426)};

const verdict_case cases[] = {
    {"226 and everything", {}, 10, {}},
    {"226 after half", {}, 5, errc::truncated},
    {"226 and too much", {}, 11, errc::truncated},
    {"226 of a server that tells no sizes", {}, std::nullopt, {}},
    {"426 after everything", broken, 10, {}},
    {"426 after half", broken, 5, broken},
    {"426 of a server that tells no sizes", broken, std::nullopt, broken},
    {"no reply, everything", errc::connection_lost, 10, {}},
    {"no reply in time, everything", errc::timed_out, 10, {}},
    {"no reply, half", errc::connection_lost, 5, errc::connection_lost},
    {"no space, whatever the size", errc::no_space, 10, errc::no_space},
};

TEST(upload_verdict, comes_from_reply_and_size_together)
{
    for (const auto& one : cases) {
        file_attributes found;
        found.kind = file_kind::regular;
        found.size = one.size;
        const auto verdict = judge_upload(one.ended, found, 10, std::nullopt);
        EXPECT_EQ(verdict.has_value(), one.verdict.has_value()) << one.what;
        if (!verdict && !one.verdict) {
            EXPECT_EQ(verdict.error().code, one.verdict.error().code) << one.what;
        }
    }
}

TEST(upload_verdict, does_not_compare_with_a_size_that_is_only_a_bound)
{
    file_attributes found;
    found.kind = file_kind::regular;
    found.size = 512;
    found.size_is_exact = false;
    EXPECT_TRUE(judge_upload({}, found, 10, std::nullopt));
    EXPECT_FALSE(judge_upload(broken, found, 512, std::nullopt));
}

TEST(upload_verdict, does_not_take_the_file_from_before_for_the_new_one)
{
    file_attributes found;
    found.kind = file_kind::regular;
    found.size = 10;
    found.modified = {std::chrono::sys_seconds{std::chrono::seconds{1000}}, time_precision::second, time_source::fact};
    auto before = version_of(found);
    EXPECT_FALSE(judge_upload(broken, found, 10, before));
    EXPECT_TRUE(judge_upload({}, found, 10, before));
    before.modified.value -= std::chrono::seconds{5};
    EXPECT_TRUE(judge_upload(broken, found, 10, before));
}

}  // namespace
}  // namespace ftpfs::ftp
