#include "ftpfs/proto/name_codec.hpp"

#include "ftpfs/core/utf8.hpp"

#include <gtest/gtest.h>

#include <random>

namespace ftpfs::proto {
namespace {

using namespace std::string_view_literals;

name_codec codec(std::string_view charset)
{
    auto made = name_codec::make(charset);
    EXPECT_TRUE(made) << charset;
    return std::move(made).value();
}

struct pair_row {
    std::string_view charset;
    std::string_view local;
    std::string_view wire;
};

// Wire bytes as iconv(1) and Python write them.
constexpr pair_row pairs[] = {
    {"CP932", "進捗どうですか.jpg", "\x90\x69\x92\xBB\x82\xC7\x82\xA4\x82\xC5\x82\xB7\x82\xA9.jpg"},
    {"Shift_JIS", "表 ソ\\~.txt", "\x95\x5C \x83\x5C\\~.txt"},  // trail bytes that look like a backslash
    {"sjis", "ｶﾅ①～", "\xB6\xC5\x87\x40\x81\x60"},              // halfwidth; characters only CP932 has
    {"EUC-JP", "進捗どうですか.jpg", "\xBF\xCA\xC4\xBD\xA4\xC9\xA4\xA6\xA4\xC7\xA4\xB9\xA4\xAB.jpg"},
    {"euc-jp", "ｶ丂", "\x8E\xB6\x8F\xB0\xA1"},  // two and three bytes
    {"GBK", "进度怎么样.txt", "\xBD\xF8\xB6\xC8\xD4\xF5\xC3\xB4\xD1\xF9.txt"},
    {"GB18030", "进é🙂", "\xBD\xF8\xA8\xA6\x95\x30\x85\x32"},
    {"Big5", "進度如何.txt", "\xB6\x69\xAB\xD7\xA6\x70\xA6\xF3.txt"},
    {"Big5", "功許", "\xA5\x5C\xB3\x5C"},
    {"KOI8-R", "отчёт Я.doc", "\xCF\xD4\xDE\xA3\xD4 \xF1.doc"},
    {"CP1251", "отчёт я.doc", "\xEE\xF2\xF7\xB8\xF2 \xFF.doc"},
    {"windows-1251", "Ель", "\xC5\xEB\xFC"},
    {"ISO-8859-1", "Größe ÿ",
     "Gr\xF6\xDF"
     "e \xFF"},
    {"latin1", "café", "caf\xE9"},
    {"euc-kr", "진행.txt", "\xC1\xF8\xC7\xE0.txt"},
};

TEST(name_codec, converts_both_ways)
{
    for (const auto& row : pairs) {
        const auto names = codec(row.charset);
        EXPECT_EQ(names.decode(row.wire), row.local) << row.charset;
        EXPECT_EQ(names.encode(row.local).value(), row.wire) << row.charset;
        EXPECT_TRUE(names.understands(row.wire)) << row.charset;
    }
}

TEST(name_codec, leaves_utf8_alone)
{
    for (const auto charset : {"UTF-8", "utf8", "utf-8"}) {
        const auto names = codec(charset);
        EXPECT_TRUE(names.is_utf8());
        // NFD as macOS writes it, no UTF-8 at all, and what would be an escape elsewhere.
        for (const auto name : {"u\u0308ber"sv, "\x90\x69\xFF"sv, "\uEF90"sv}) {
            EXPECT_EQ(names.decode(name), name);
            EXPECT_EQ(names.encode(name).value(), name);
        }
        EXPECT_FALSE(names.understands("\x90\x69"));
    }
    EXPECT_TRUE(name_codec{}.is_utf8());
}

TEST(name_codec, escapes_what_is_no_character)
{
    const auto names = codec("CP932");
    const pair_row escaped[] = {
        {"", "a\uEFFF.txt", "a\xFF.txt"},              // in no charset
        {"", "\uEF83/b", "\x83/b"},                    // a lead byte alone; the slash stays a slash
        {"", "\uEF83", "\x83"},                        // at the end
        {"", "\uEFEE\uEFF9 ￢", "\xEE\xF9 \x81\xCA"},  // NEC's second "not sign" is another file
        {"", "\uEF87\uEF90 ≒", "\x87\x90 \x81\xE0"},   // and its "nearly equal"
        {"", "進\uEF85\uEF85", "\x90\x69\x85\x85"},    // an empty row of the table
    };
    for (const auto& row : escaped) {
        EXPECT_EQ(names.decode(row.wire), row.local);
        EXPECT_EQ(names.encode(row.local).value(), row.wire);
        EXPECT_FALSE(names.understands(row.wire));
    }
    // C1 controls would steer a terminal.
    EXPECT_EQ(codec("latin1").decode("\x9B"
                                     "2J"),
              "\uEF9B"
              "2J");
}

TEST(name_codec, refuses_what_the_charset_lacks)
{
    const auto names = codec("CP932");
    for (const auto name :
         {"🙂"sv, "café"sv, "über"sv, "¥"sv, "\x90\x69"sv, "\xE9"sv, "진행"sv, "a\U000E0041"sv, "\u0080"sv}) {
        const auto wire = names.encode(name);
        ASSERT_FALSE(wire) << name;
        EXPECT_EQ(wire.error(), errc::not_in_charset);
    }
    EXPECT_EQ(names.encode("a🙂b").error().detail, "\"a🙂b\": CP932 has nothing for \"🙂\"");
    // Bytes that are a character, written as escapes: the file would show under the other name.
    EXPECT_EQ(names.encode("\uEF90i").error(), errc::not_in_charset);
    EXPECT_EQ(names.encode("\uEF81\uEFCA").error(), errc::not_in_charset);
}

TEST(name_codec, refuses_charsets_that_do_not_extend_ascii)
{
    for (const auto charset : {"UTF-16", "UTF-16LE", "UTF-7", "UCS-4", "EBCDIC-US", "ISO-2022-JP", "US-ASCII"}) {
        const auto made = name_codec::make(charset);
        ASSERT_FALSE(made) << charset;
        EXPECT_NE(made.error().detail.find("does not extend ASCII"), std::string::npos) << charset;
    }
    for (const auto charset : {"", "klingon", "CP932//TRANSLIT", "CP932//IGNORE", "../x", "cp932 "}) {
        const auto made = name_codec::make(charset);
        ASSERT_FALSE(made) << charset;
        EXPECT_NE(made.error().detail.find("no charset this machine knows"), std::string::npos) << charset;
    }
}

constexpr std::string_view charsets[] = {"CP932",      "EUC-JP",     "GBK",    "GB18030", "BIG5",
                                         "BIG5-HKSCS", "CP949",      "JOHAB",  "KOI8-R",  "KOI8-U",
                                         "CP1251",     "ISO-8859-1", "CP1252", "IBM866",  "TIS-620"};

void expect_round_trip(const name_codec& names, std::string_view wire)
{
    const auto local = names.decode(wire);
    const auto back = names.encode(local);
    const bool same = back && *back == wire;
    if (!same || !is_utf8(local) || (local.find('/') != local.npos) != (wire.find('/') != wire.npos)) {
        ADD_FAILURE() << names.charset() << ": " << testing::PrintToString(std::string{wire}) << " became "
                      << testing::PrintToString(local);
    }
}

TEST(name_codec, gives_every_two_bytes_a_name_of_their_own)
{
    for (const auto charset : charsets) {
        const auto names = codec(charset);
        for (unsigned first = 0x80; first <= 0xFF; ++first) {
            for (unsigned second = 1; second <= 0xFF; ++second) {
                expect_round_trip(names, std::string{static_cast<char>(first), static_cast<char>(second)});
            }
        }
    }
}

TEST(name_codec, gives_random_bytes_a_name_of_their_own)
{
    std::mt19937 random{20261130};
    for (const auto charset : charsets) {
        const auto names = codec(charset);
        for (int i = 0; i < 2000; ++i) {
            std::string wire;
            for (auto length = 1 + random() % 12; length > 0; --length) {
                const auto byte = static_cast<char>(random());
                wire += byte == '\0' ? 'x' : byte;
            }
            expect_round_trip(names, wire);
        }
    }
}

}  // namespace
}  // namespace ftpfs::proto
