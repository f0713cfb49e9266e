#include "ftpfs/proto/list_time.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

constexpr sys_seconds now = sys_days{2026y / November / 21} + 12h;

time_of_day at(int hour, int minute)
{
    return {hour, minute, 0, false};
}

sys_seconds without_year(int month, int day, time_of_day time, sys_seconds when = now)
{
    return list_time_without_year(month, day, time, when)->value;
}

TEST(list_time, has_the_precision_of_what_was_written)
{
    EXPECT_EQ(list_time(2025, 7, 19, {}),
              (file_time{sys_days{2025y / July / 19}, time_precision::day, time_source::listing}));
    EXPECT_EQ(list_time(2025, 7, 19, at(8, 30))->precision, time_precision::minute);
    EXPECT_EQ(
        list_time(2025, 7, 19, time_of_day{8, 30, 11, true}),
        (file_time{sys_days{2025y / July / 19} + 8h + 30min + 11s, time_precision::second, time_source::listing}));
    EXPECT_EQ(list_time(2025, 7, 19, at(24, 0))->value, sys_days{2025y / July / 20});
}

TEST(list_time, refuses_days_that_do_not_exist)
{
    EXPECT_FALSE(list_time(2025, 2, 29, {}));
    EXPECT_TRUE(list_time(2024, 2, 29, {}));
    EXPECT_FALSE(list_time(2025, 13, 1, {}));
    EXPECT_FALSE(list_time(2025, 0, 1, {}));
    EXPECT_FALSE(list_time(2025, 1, 0, {}));
    EXPECT_FALSE(list_time(2025, 257, 1, {}));
    EXPECT_FALSE(list_time(1969, 12, 31, {}));
    EXPECT_FALSE(list_time(10'000, 1, 1, {}));
}

TEST(list_time, takes_the_latest_year_that_is_not_in_the_future)
{
    EXPECT_EQ(without_year(3, 4, at(9, 17)), sys_days{2026y / March / 4} + 9h + 17min);
    EXPECT_EQ(without_year(12, 30, at(23, 58)), sys_days{2025y / December / 30} + 23h + 58min);
}

TEST(list_time, allows_the_server_to_be_a_day_ahead)
{
    EXPECT_EQ(without_year(11, 22, at(12, 0)), sys_days{2026y / November / 22} + 12h);
    EXPECT_EQ(without_year(11, 22, at(12, 1)), sys_days{2025y / November / 22} + 12h + 1min);
    const sys_seconds new_years_eve = sys_days{2026y / December / 31} + 20h;
    EXPECT_EQ(without_year(1, 1, at(5, 0), new_years_eve), sys_days{2027y / January / 1} + 5h);
}

TEST(list_time, puts_29_february_into_a_leap_year)
{
    EXPECT_EQ(without_year(2, 29, at(1, 0)), sys_days{2024y / February / 29} + 1h);
    EXPECT_EQ(without_year(2, 29, at(1, 0), sys_days{2103y / March / 1}), sys_days{2096y / February / 29} + 1h);
    EXPECT_FALSE(list_time_without_year(2, 30, at(1, 0), now));
}

TEST(list_time, reads_dates_with_the_name_of_a_month)
{
    EXPECT_EQ(list_time_with_name("19-JUL-2025", at(8, 30))->value, sys_days{2025y / July / 19} + 8h + 30min);
    EXPECT_EQ(list_time_with_name("2-Jan-26", {})->value, sys_days{2026y / January / 2});
    EXPECT_EQ(list_time_with_name("Jul-19-2025", {})->value, sys_days{2025y / July / 19});
    EXPECT_EQ(list_time_with_name("29-FEB-2024", {})->value, sys_days{2024y / February / 29});
    EXPECT_EQ(list_time_with_name("31-Dec-99", {})->precision, time_precision::day);
    for (const char* const text : {"", "-", "--", "19-JUL", "19-07-2025", "29-FEB-2025", "JUL-JUL-2025", "0-JUL-2025",
                                   "19-JUL-2025-1", "19-XXX-2025", "19-JUL-x"}) {
        EXPECT_FALSE(list_time_with_name(text, {})) << text;
    }
}

TEST(list_time, completes_years)
{
    EXPECT_EQ(full_year(25), 2025);
    EXPECT_EQ(full_year(0), 2000);
    EXPECT_EQ(full_year(69), 2069);
    EXPECT_EQ(full_year(70), 1970);
    EXPECT_EQ(full_year(99), 1999);
    EXPECT_EQ(full_year(125), 2025);
    EXPECT_EQ(full_year(2025), 2025);
    EXPECT_EQ(full_year(19125), 2025);
    EXPECT_EQ(full_year(19100), 2000);
    EXPECT_EQ(full_year(-1), std::nullopt);
    EXPECT_EQ(full_year(200), std::nullopt);
    EXPECT_EQ(full_year(19200), std::nullopt);
}

struct clock_case {
    const char* text;
    int hour;
    int minute;
    int second;
};

TEST(list_time, reads_every_way_to_write_a_time)
{
    constexpr clock_case cases[] = {{"09:17", 9, 17, 0},
                                    {"9:17", 9, 17, 0},
                                    {"08.05", 8, 5, 0},
                                    {"24:00", 24, 0, 0},
                                    {"00:00", 0, 0, 0},
                                    {"08:30AM", 8, 30, 0},
                                    {"8:30 PM", 20, 30, 0},
                                    {"08:30a", 8, 30, 0},
                                    {"12:05AM", 0, 5, 0},
                                    {"12:05PM", 12, 5, 0},
                                    {"11:59p", 23, 59, 0},
                                    {"08:30:11", 8, 30, 11},
                                    {"22:05:31.000000000", 22, 5, 31}};
    for (const auto& row : cases) {
        const auto time = parse_time_of_day(row.text);
        ASSERT_TRUE(time) << row.text;
        EXPECT_EQ(time->hour, row.hour) << row.text;
        EXPECT_EQ(time->minute, row.minute) << row.text;
        EXPECT_EQ(time->second, row.second) << row.text;
        EXPECT_EQ(time->has_seconds, row.second != 0) << row.text;
    }
}

TEST(list_time, refuses_what_is_no_time_of_day)
{
    for (const char* const text : {"", "2025", "25:00", "24:01", "08:60", "08:3", "8", ":30", "13:00PM", "00:10AM",
                                   "08:30x", "08:30:61", "008:30", "08:300", "-8:30"}) {
        EXPECT_FALSE(parse_time_of_day(text)) << text;
    }
}

struct month_row {
    const char* language;
    std::array<const char*, 12> names;
};

// What `ls` prints in these locales (glibc's abmon), and full names where three letters are ambiguous.
constexpr month_row months[] = {
    {"en", {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}},
    {"en, capitals", {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
    {"en, full",
     {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
      "December"}},
    {"de", {"Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"}},
    {"de, variants", {"Jän", "Feb.", "Mrz", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."}},
    {"fr", {"janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}},
    {"it", {"gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"}},
    {"es", {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"}},
    {"pt", {"jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"}},
    {"nl", {"jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"}},
    {"pl", {"sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"}},
    {"ru", {"янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"}},
    {"ru, capitals", {"Янв", "Фев", "МАР", "Апр.", "мая", "июня", "июля", "Авг", "Сен", "Окт", "Ноя", "Дек"}},
    {"fi", {"tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu"}},
    {"sv", {"jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"}},
    {"nb", {"jan.", "feb.", "mars", "april", "mai", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "des."}},
    {"hu", {"jan", "febr", "márc", "ápr", "máj", "jún", "júl", "aug", "szept", "okt", "nov", "dec"}},
    {"cs", {"led", "úno", "bře", "dub", "kvě", "čen", "čec", "srp", "zář", "říj", "lis", "pro"}},
    {"cs, full",
     {"leden", "únor", "březen", "duben", "květen", "červen", "červenec", "srpen", "září", "říjen", "listopad",
      "prosinec"}},
    {"is", {"jan", "feb", "mar", "apr", "maí", "jún", "júl", "ágú", "sep", "okt", "nóv", "des"}},
    {"lt", {"saus.", "vas.", "kov.", "bal.", "geg.", "birž.", "liep.", "rugp.", "rugs.", "spal.", "lapkr.", "gruod."}},
    {"tr", {"Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara"}},
    {"ro", {"ian", "feb", "mar", "apr", "mai", "iun", "iul", "aug", "sep", "oct", "noi", "dec"}},
    {"ISO 8859-1",
     {"j\xe4n", "f\xe9v", "m\xe4r", "\xe1pr", "ma\xed", "j\xfan", "j\xfal", "ao\xfbt", "sep", "okt", "n\xf3v",
      "d\xe9"
      "c"}},
    {"ISO 8859-2",
     {"led", "\xfano",
      "b\xf8"
      "e",
      "dub", "kv\xec",
      "\xe8"
      "en",
      "\xe8"
      "ec",
      "srp", "z\xe1\xf8", "pa\xbc", "lis", "pro"}},
    {"CP1251",
     {"\xff\xed\xe2", "\xf4\xe5\xe2", "\xec\xe0\xf0", "\xe0\xef\xf0", "\xec\xe0\xe9", "\xe8\xfe\xed", "\xe8\xfe\xeb",
      "\xe0\xe2\xe3", "\xf1\xe5\xed", "\xee\xea\xf2", "\xed\xee\xff", "\xe4\xe5\xea"}},
    {"KOI8-R",
     {"\xd1\xce\xd7", "\xc6\xc5\xd7", "\xcd\xc1\xd2", "\xc1\xd0\xd2", "\xcd\xc1\xca", "\xc9\xc0\xce", "\xc9\xc0\xcc",
      "\xc1\xd7\xc7", "\xd3\xc5\xce", "\xcf\xcb\xd4", "\xce\xcf\xd1", "\xc4\xc5\xcb"}},
    {"ja", {"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"}},
    {"ko", {"1월", "2월", "3월", "4월", "5월", "6월", "7월", "8월", "9월", "10월", "11월", "12월"}},
    {"EUC-JP",
     {"1\xb7\xee", "2\xb7\xee", "3\xb7\xee", "4\xb7\xee", "5\xb7\xee", "6\xb7\xee", "7\xb7\xee", "8\xb7\xee",
      "9\xb7\xee", "10\xb7\xee", "11\xb7\xee", "12\xb7\xee"}},
};

TEST(list_time, knows_the_months_of_many_languages)
{
    for (const auto& row : months) {
        for (std::size_t i = 0; i < row.names.size(); ++i) {
            EXPECT_EQ(parse_month(row.names[i]), static_cast<int>(i) + 1) << row.language << ": " << row.names[i];
        }
    }
}

TEST(list_time, refuses_what_is_no_month)
{
    for (const char* const word :
         {"", "J", "Ja", "xyz", "2025", "13月", "0月", "jan1", "123月", "7", "12", "staff", "\xff\xff\xff", "jan-01"}) {
        EXPECT_FALSE(parse_month(word)) << word;
    }
}

}  // namespace
}  // namespace ftpfs::proto
