#include "ftpfs/core/utf8.hpp"

#include <gtest/gtest.h>

namespace ftpfs {
namespace {

using namespace std::string_view_literals;

TEST(utf8_sequence, ends_with_the_character)
{
    EXPECT_EQ(utf8_sequence("ab"), 1U);
    EXPECT_EQ(utf8_sequence("é!"), 2U);
    EXPECT_EQ(utf8_sequence("日本"), 3U);
    EXPECT_EQ(utf8_sequence("🙂a"), 4U);
    EXPECT_EQ(utf8_sequence("\0"sv), 1U);
}

TEST(utf8_sequence, refuses_what_is_not_utf8)
{
    for (const auto bytes :
         {""sv, "\x80"sv, "\xC3"sv, "\xC3("sv, "\xC0\xAF"sv, "\xE0\x80\xAF"sv, "\xED\xA0\x80"sv, "\xE6\x97"sv,
          "\xF0\x80\x80\x80"sv, "\xF4\x90\x80\x80"sv, "\xF8\x88\x80\x80\x80"sv, "\xFF"sv}) {
        EXPECT_EQ(utf8_sequence(bytes), 0U) << testing::PrintToString(bytes);
        EXPECT_EQ(is_utf8(bytes), bytes.empty()) << testing::PrintToString(bytes);
    }
    EXPECT_TRUE(is_utf8("plain, grün, 日本, 🙂"));
}

TEST(utf8_prefix, cuts_between_characters)
{
    EXPECT_EQ(utf8_prefix("日本", 6), "日本");
    EXPECT_EQ(utf8_prefix("日本", 5), "日");
    EXPECT_EQ(utf8_prefix("日本", 3), "日");
    EXPECT_EQ(utf8_prefix("日本", 2), "");
    EXPECT_EQ(utf8_prefix("ab🙂c", 5), "ab");
    EXPECT_EQ(utf8_prefix("\x80\x80\x80\x80\x80\x80", 5).size(), 5U);
}

TEST(append_utf8, is_undone_by_utf8_character)
{
    for (const char32_t character :
         {U'\0', U'a', U'\x7F', U'\x80', U'\x7FF', U'\x800', U'\uFFFD', U'\U00010000', U'\U0010FFFF'}) {
        std::string text;
        append_utf8(text, character);
        EXPECT_EQ(utf8_sequence(text), text.size());
        EXPECT_EQ(utf8_character(text), character);
    }
}

}  // namespace
}  // namespace ftpfs
