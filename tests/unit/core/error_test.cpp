#include "ftpfs/core/error.hpp"

#include "ftpfs/core/result.hpp"

#include <gtest/gtest.h>

#include <set>

namespace ftpfs {
namespace {

std::vector<errc> every_errc()
{
    std::vector<errc> all;
    for (int value = 1; value <= static_cast<int>(errc::io_failure); ++value) {
        all.push_back(static_cast<errc>(value));
    }
    return all;
}

TEST(error, has_words_of_its_own_for_every_value)
{
    std::set<std::string> messages;
    for (const auto value : every_errc()) {
        const auto message = make_error_code(value).message();
        EXPECT_NE(message, "unknown error") << static_cast<int>(value);
        EXPECT_TRUE(messages.insert(message).second) << message;
    }
}

TEST(error, is_equal_only_to_the_same_value_of_the_same_category)
{
    EXPECT_EQ(failure{errc::busy}, errc::busy);
    EXPECT_FALSE(failure{errc::busy} == errc::not_found);
    EXPECT_FALSE(failure{make_reply_error(static_cast<int>(errc::busy))} == errc::busy);
    EXPECT_FALSE(failure{} == errc::timed_out);
}

TEST(error, tells_a_person_what_happened)
{
    EXPECT_EQ(to_string(failure{errc::not_found}), "no such file or directory");
    EXPECT_EQ(to_string(failure{errc::not_found, "550 x"}), "no such file or directory (550 x)");
    EXPECT_EQ(to_string(failure{make_reply_error(550), "550 Failed."}), "550 Failed.");
    EXPECT_EQ(to_string(failure{make_reply_error(550)}), "reply 550");
}

TEST(error, is_worth_a_retry_only_if_the_connection_failed)
{
    const std::set<errc> hopeful{errc::connection_lost, errc::protocol_violation};
    for (const auto value : every_errc()) {
        EXPECT_EQ(retryable(failure{value}), hopeful.contains(value)) << static_cast<int>(value);
    }
    const std::set<int> hopeful_replies{421, 425, 426};
    for (int code = 100; code < 700; ++code) {
        EXPECT_EQ(retryable(failure{make_reply_error(code)}), hopeful_replies.contains(code)) << code;
    }
}

TEST(error, costs_the_session_when_its_state_is_unclear)
{
    const std::set<errc> fatal{errc::connection_lost, errc::timed_out, errc::protocol_violation, errc::cancelled,
                               errc::shutting_down};
    for (const auto value : every_errc()) {
        EXPECT_EQ(session_is_lost(failure{value}), fatal.contains(value)) << static_cast<int>(value);
    }
    for (int code = 100; code < 700; ++code) {
        EXPECT_EQ(session_is_lost(failure{make_reply_error(code)}), code == 421) << code;
    }
}

result<int> half(int value)
{
    if (value % 2 != 0) {
        return failure{errc::io_failure, "odd"};
    }
    return value / 2;
}

result<int> quarter(int value)
{
    FTPFS_TRY(const int once, half(value));
    FTPFS_TRY(const int twice, half(once));
    return twice;
}

result<> check(int value)
{
    FTPFS_CHECK(half(value));
    return {};
}

TEST(result, passes_the_first_failure_on)
{
    EXPECT_EQ(quarter(12).value(), 3);
    EXPECT_EQ(quarter(6).error(), errc::io_failure);
    EXPECT_EQ(quarter(6).error().detail, "odd");
    EXPECT_TRUE(check(2));
    EXPECT_EQ(check(1).error(), errc::io_failure);
}

TEST(result, throws_what_nobody_looked_at)
{
    EXPECT_THROW(half(1).value(), boost::system::system_error);
}

}  // namespace
}  // namespace ftpfs
