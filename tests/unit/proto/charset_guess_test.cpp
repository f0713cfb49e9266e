#include "ftpfs/proto/charset_guess.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

std::string in(std::string_view charset, std::string_view name)
{
    return name_codec::make(charset).value().encode(name).value();
}

struct guess_row {
    std::string_view charset;
    std::vector<std::string_view> names;
};

const guess_row rows[] = {
    {"CP932", {"進捗どうですか.jpg"}},
    {"CP932", {"会議資料.xls", "写真", "ﾃｽﾄのコピー.txt"}},
    {"EUC-JP", {"進捗どうですか.jpg"}},
    {"EUC-JP", {"会議資料.xls", "東京支社"}},
    {"GBK", {"进度怎么样.txt", "新建文件夹"}},
    {"GBK", {"报告.doc"}},
    {"BIG5", {"進度報告.txt", "新資料夾"}},
    {"CP949", {"진행 상황.txt", "새 폴더"}},
    {"CP1251", {"Отчёт за ноябрь.doc", "Новая папка"}},
    {"KOI8-R", {"Отчёт за ноябрь.doc", "Новая папка"}},
    {"CP866", {"Отчет.doc", "Новая папка"}},
    {"CP1252", {"Größe.txt"}},
    {"CP1252", {"déjà vu.txt", "café", "señor.doc"}},
};

TEST(guess_charset, finds_the_charset_of_names)
{
    for (const auto& row : rows) {
        std::vector<std::string> bytes;
        for (const auto name : row.names) {
            bytes.push_back(in(row.charset, name));
        }
        const std::vector<std::string_view> wire{bytes.begin(), bytes.end()};
        EXPECT_EQ(guess_charset(wire).value_or("none"), row.charset) << row.names[0];
    }
}

TEST(guess_charset, says_nothing_about_noise)
{
    const std::vector<std::string_view> noise{"\xFF\xFE\x80\x81.bin", "\x80", "a\xFF"};
    EXPECT_EQ(guess_charset(noise), std::nullopt);
    EXPECT_EQ(guess_charset({}), std::nullopt);
}

std::vector<directory_entry> entries(std::initializer_list<std::string> names)
{
    std::vector<directory_entry> all;
    for (const auto& name : names) {
        all.emplace_back(file_name::make(name).value(), file_attributes{});
    }
    return all;
}

TEST(charset_hint, speaks_once)
{
    const name_codec utf8;
    charset_hint hint{utf8};
    EXPECT_EQ(hint.look(entries({"plain", "grün", "日本"})), std::nullopt);
    const auto words = hint.look(entries({"plain", in("CP932", "進捗どうですか.jpg")}));
    ASSERT_TRUE(words);
    EXPECT_NE(words->find("not in UTF-8 and look like CP932: mount with charset=CP932"), std::string::npos) << *words;
    EXPECT_EQ(hint.look(entries({in("KOI8-R", "Отчёт")})), std::nullopt);
}

TEST(charset_hint, knows_that_a_charset_was_given_in_vain)
{
    const auto cp932 = name_codec::make("CP932").value();
    charset_hint hint{cp932};
    EXPECT_EQ(hint.look(entries({"plain", in("CP932", "進捗")})), std::nullopt);
    const auto words = hint.look(entries({"進捗どうですか.jpg", "plain", "テスト"}));
    ASSERT_TRUE(words);
    EXPECT_NE(words->find("look like UTF-8 and not like CP932"), std::string::npos) << *words;
}

TEST(charset_hint, does_not_guess_wildly)
{
    const name_codec utf8;
    charset_hint hint{utf8};
    const auto words = hint.look(entries({"\xFF\xFE\x80"}));
    ASSERT_TRUE(words);
    EXPECT_EQ(words->find("look like"), std::string::npos) << *words;
}

}  // namespace
}  // namespace ftpfs::proto
