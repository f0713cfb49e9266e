#include "ftpfs/proto/listing_parser.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;
using namespace std::string_literals;

constexpr sys_seconds now = sys_days{2026y / November / 21} + 12h;

parsed_listing parse(std::string_view bytes, dialect known = dialect::unknown)
{
    listing_parser parser{known, now};
    parser.feed(bytes);
    return parser.finish();
}

std::vector<std::string> names(const parsed_listing& listing)
{
    std::vector<std::string> all;
    for (const auto& entry : listing.entries) {
        all.push_back(entry.name.str());
    }
    return all;
}

file_time minute(sys_seconds value)
{
    return {value, time_precision::minute, time_source::listing};
}

file_time day(sys_seconds value)
{
    return {value, time_precision::day, time_source::listing};
}

file_time utc(sys_seconds value)
{
    return {value, time_precision::second, time_source::fact};
}

constexpr auto july19 = sys_days{2025y / July / 19};

// --- one line -------------------------------------------------------------------------------------------

struct line_case {
    const char* title;
    std::string line;
    std::string name;
    file_kind kind;
    std::optional<std::uint64_t> size;
    std::optional<std::uint16_t> mode;
    file_time modified;
    std::string target;
};

void PrintTo(const line_case& row, std::ostream* out)
{
    *out << row.line;
}

class list_line : public testing::TestWithParam<line_case> {};

TEST_P(list_line, is_read_as_expected)
{
    const auto& row = GetParam();
    const auto listing = parse(row.line + "\r\n");
    ASSERT_EQ(listing.entries.size(), 1U) << listing.first_unreadable;
    EXPECT_TRUE(listing.complete);
    const auto& [name, attributes] = listing.entries[0];
    EXPECT_EQ(name.str(), row.name);
    EXPECT_EQ(attributes.kind, row.kind);
    EXPECT_EQ(attributes.size, row.size);
    EXPECT_EQ(attributes.mode, row.mode);
    EXPECT_EQ(attributes.modified, row.modified);
    EXPECT_EQ(attributes.link_target, row.target);
}

constexpr auto file = file_kind::regular;
constexpr auto directory = file_kind::directory;
constexpr std::nullopt_t none = std::nullopt;

const line_case unix_lines[] = {
    {"plain", "-rw-r--r--   1 alice    staff       48213 Mar  4 09:17 minutes.txt", "minutes.txt", file, 48213, 0644,
     minute(sys_days{2026y / March / 4} + 9h + 17min), ""},
    {"last_year", "drwxr-sr-x   7 alice    staff        4096 Dec 30 23:58 2025 plan", "2025 plan", directory, none,
     02755, minute(sys_days{2025y / December / 30} + 23h + 58min), ""},
    {"vsftpd", "-rw-r--r--    1 1000     1000            0 Mar 04  2020 x", "x", file, 0, 0644,
     day(sys_days{2020y / March / 4}), ""},
    {"link", "lrwxrwxrwx   1 0        0              14 Jan 19  2024 latest -> builds/rel 7.2", "latest",
     file_kind::symlink, 14, 0777, day(sys_days{2024y / January / 19}), "builds/rel 7.2"},
    {"link_with_two_arrows", "lrwxrwxrwx   1 0        0               1 Jan 19  2024 a -> b -> c", "a -> b",
     file_kind::symlink, 1, 0777, day(sys_days{2024y / January / 19}), "c"},
    {"link_with_two_arrows_and_a_long_target", "lrwxrwxrwx   1 0        0               6 Jan 19  2024 a -> b -> c",
     "a", file_kind::symlink, 6, 0777, day(sys_days{2024y / January / 19}), "b -> c"},
    {"link_without_target", "lrwxrwxrwx   1 0        0               6 Jan 19  2024 a", "a", file_kind::symlink, 6,
     0777, day(sys_days{2024y / January / 19}), ""},
    {"arrow_in_a_file_name", "-rw-r--r--   1 0        0               6 Jan 19  2024 a -> b", "a -> b", file, 6, 0644,
     day(sys_days{2024y / January / 19}), ""},
    {"device", "crw-rw-rw-   1 root     root       1,   3 Feb 11 05:40 null", "null", file_kind::character_device, none,
     0666, minute(sys_days{2026y / February / 11} + 5h + 40min), ""},
    {"device_in_one_word", "brw-rw-rw-   1 root     root       1,3 Feb 11 05:40 sda", "sda", file_kind::block_device,
     none, 0666, minute(sys_days{2026y / February / 11} + 5h + 40min), ""},
    {"device_in_hex", "crw-rw-rw-   1 root     root       0x13,5 Feb 11 05:40 null", "null",
     file_kind::character_device, none, 0666, minute(sys_days{2026y / February / 11} + 5h + 40min), ""},
    {"special_bits_and_acl", "-rwsr-x--t+  2 svc      www       7340032 Aug  8 00:00 tool", "tool", file, 7340032,
     05751, minute(sys_days{2026y / August / 8}), ""},
    {"capital_special_bits", "-rwSr-Sr-T.  2 svc      www       7 Aug  8 00:00 tool", "tool", file, 7, 07644,
     minute(sys_days{2026y / August / 8}), ""},
    {"fifo", "prw-r--r--@  1 svc      www       0 Aug  8 00:00 pipe", "pipe", file_kind::fifo, 0, 0644,
     minute(sys_days{2026y / August / 8}), ""},
    {"socket", "srw-r--r--   1 svc      www       0 Aug  8 00:00 sock", "sock", file_kind::socket, 0, 0644,
     minute(sys_days{2026y / August / 8}), ""},
    {"group_missing", "-rw-r--r--   1 bob           912 Oct  2 11:03 nogroup.cfg", "nogroup.cfg", file, 912, 0644,
     minute(sys_days{2026y / October / 2} + 11h + 3min), ""},
    {"spaces_in_the_group", "-rw-r--r--   1 S-1-5-21 Domain Users  310 Jul 19 08:30 spaced group.txt",
     "spaced group.txt", file, 310, 0644, minute(sys_days{2026y / July / 19} + 8h + 30min), ""},
    {"iso_date", "-rw-r--r--   1 carol    users        3301 2025-07-19 22:05 iso.dat", "iso.dat", file, 3301, 0644,
     minute(july19 + 22h + 5min), ""},
    {"full_iso_date", "-rw-r--r--   1 carol    users        3301 2025-07-19 22:05:31.000000000 +0200 fulliso.log",
     "fulliso.log", file, 3301, 0644, utc(july19 + 20h + 5min + 31s), ""},
    {"full_iso_date_west", "-rw-r--r--   1 carol    users        3301 2025-07-19 22:05:31.000000000 -0330 x", "x", file,
     3301, 0644, utc(sys_days{2025y / July / 20} + 1h + 35min + 31s), ""},
    {"day_first", "-rw-r--r--   1 dora     users          77 19 Jul  2025 dayfirst", "dayfirst", file, 77, 0644,
     day(july19), ""},
    {"day_first_with_a_dot", "-rw-r--r--   1 dora     users          77 19. Jul 2025 dayfirst", "dayfirst", file, 77,
     0644, day(july19), ""},
    {"day_first_with_a_time", "-rw-r--r--   1 dora     users          77 19 Jul 08:30 dayfirst", "dayfirst", file, 77,
     0644, minute(sys_days{2026y / July / 19} + 8h + 30min), ""},
    {"leading_spaces", "-rw-r--r--   1 eve      eve             0 Nov 21 00:10   two leading spaces",
     "  two leading spaces", file, 0, 0644, minute(sys_days{2026y / November / 21} + 10min), ""},
    {"only_a_space", "drwxr-xr-x   2 eve      eve          4096 Nov 21 00:10  ", " ", directory, none, 0755,
     minute(sys_days{2026y / November / 21} + 10min), ""},
    {"trailing_spaces", "-rw-r--r--   1 eve      eve             0 Nov 21 00:10 x  ", "x  ", file, 0, 0644,
     minute(sys_days{2026y / November / 21} + 10min), ""},
    {"german_utf8", "-rw-r--r--   1 kurt     users        2048 19. Mär 2025 bericht.txt", "bericht.txt", file, 2048,
     0644, day(sys_days{2025y / March / 19}), ""},
    {"german_latin1", "-rw-r--r--   1 kurt     users        2048 19. M\xe4r 2025 bericht.txt", "bericht.txt", file,
     2048, 0644, day(sys_days{2025y / March / 19}), ""},
    {"french", "-rw-r--r--   1 luc      users        2048 févr.  3 08:30 x", "x", file, 2048, 0644,
     minute(sys_days{2026y / February / 3} + 8h + 30min), ""},
    {"russian_cp1251", "-rw-r--r--   1 ivan     users        2048 \xe8\xfe\xeb 19  2025 x", "x", file, 2048, 0644,
     day(july19), ""},
    {"japanese", "-rw-r--r--   1 taro     users        2048  7月 19日 08:30 議事録.txt", "議事録.txt", file, 2048, 0644,
     minute(sys_days{2026y / July / 19} + 8h + 30min), ""},
    {"japanese_year", "-rw-r--r--   1 taro     users        2048  7月 19日  2025年 x", "x", file, 2048, 0644,
     day(july19), ""},
    {"korean", "-rw-r--r--   1 kim      users        2048  7월 19일 2025년 x", "x", file, 2048, 0644, day(july19), ""},
    {"shift_jis", "-rw-r--r--   1 taro     users        2048  7\x8c\x8e 19\x93\xfa 2025\x94N x", "x", file, 2048, 0644,
     day(july19), ""},
    {"five_digit_year", "-rw-r--r--   1 hugo     users        5120 Jul 19 19125 y2k.old", "y2k.old", file, 5120, 0644,
     day(july19), ""},
    {"numeric", "0100644   1001  1001   5120   1752913800   dump 1.bin", "dump 1.bin", file, 5120, 0644,
     utc(july19 + 8h + 30min), ""},
    {"numeric_directory", "040755   1001  1001   5120   1752913800   dir", "dir", directory, none, 0755,
     utc(july19 + 8h + 30min), ""},
    {"mac_file", "-rw-rw-rw-         0       4120     4120 Jul 19  2025 Read Me", "Read Me", file, 4120, 0666,
     day(july19), ""},
    {"mac_folder", "drwxrwxr-x               folder        3 Jul 19  2025 Pictures", "Pictures", directory, none, 0775,
     day(july19), ""},
    {"size_in_groups", "-rw-r--r--   1 a        b         1,234,567 Jul 19  2025 x", "x", file, 1234567, 0644,
     day(july19), ""},
    {"time_with_a_dot", "-rw-r--r--   1 a        b         12 Mar  4 09.17 x", "x", file, 12, 0644,
     minute(sys_days{2026y / March / 4} + 9h + 17min), ""},
    {"name_that_looks_like_a_date", "-rw-r--r--   1 a        b         12 Mar  4 09:17 12 Jan  5 10:00 x",
     "12 Jan  5 10:00 x", file, 12, 0644, minute(sys_days{2026y / March / 4} + 9h + 17min), ""},
    {"digits_everywhere", "-rw-r--r--   1 0        3              3 Jul 19  2025 2026", "2026", file, 3, 0644,
     day(july19), ""},
};

const line_case dos_lines[] = {
    {"directory", "07-19-25  08:30AM       <DIR>          Inbound Files", "Inbound Files", directory, none, none,
     minute(july19 + 8h + 30min), ""},
    {"four_digit_year", "11-02-2025  12:05PM               918273 q3 report.xlsx", "q3 report.xlsx", file, 918273, none,
     minute(sys_days{2025y / November / 2} + 12h + 5min), ""},
    {"midnight", "11-02-2025  12:05AM               918273 x", "x", file, 918273, none,
     minute(sys_days{2025y / November / 2} + 5min), ""},
    {"hours_to_24", "07-19-25  20:30                   5120 wince24h.bin", "wince24h.bin", file, 5120, none,
     minute(july19 + 20h + 30min), ""},
    {"last_century", "12-31-99  11:59PM                   42 old.txt", "old.txt", file, 42, none,
     minute(sys_days{1999y / December / 31} + 23h + 59min), ""},
    {"junction", "2025/07/19  20:30   <JUNCTION>   data [D:\\vol2]", "data", directory, none, none,
     minute(july19 + 20h + 30min), ""},
    {"leading_space", "07-19-25  08:30AM       <DIR>           in", " in", directory, none, none,
     minute(july19 + 8h + 30min), ""},
    {"leading_space_of_a_file", "07-19-25  08:30AM                   42  in", " in", file, 42, none,
     minute(july19 + 8h + 30min), ""},
    {"day_first_by_dots", "19.07.2025  20:30       1.234.567 x", "x", file, 1234567, none, minute(july19 + 20h + 30min),
     ""},
    {"day_first_by_number", "19/07/2025  20:30       12 x", "x", file, 12, none, minute(july19 + 20h + 30min), ""},
    {"separate_pm", "07/19/2025  08:30 PM    1,234,567 x y", "x y", file, 1234567, none, minute(july19 + 20h + 30min),
     ""},
    {"symlink", "07/19/2025  08:30 PM    <SYMLINKD>     x [C:\\y]", "x", directory, none, none,
     minute(july19 + 20h + 30min), ""},
};

const auto title = [](const auto& row) { return std::string{row.param.title}; };
INSTANTIATE_TEST_SUITE_P(unix_ls, list_line, testing::ValuesIn(unix_lines), title);
INSTANTIATE_TEST_SUITE_P(dos_dir, list_line, testing::ValuesIn(dos_lines), title);

TEST(listing_parser, takes_a_shortened_size_for_inexact)
{
    const auto entry = parse("-rw-r--r--   1 a        b         4.5K Jul 19  2025 x\n").entries.at(0);
    EXPECT_EQ(entry.attributes.size, 4608U);
    EXPECT_FALSE(entry.attributes.size_is_exact);
}

TEST(listing_parser, counts_lines_of_no_dialect)
{
    for (const std::string line :
         {"hello world", "-rw-r--r-- 1 a b 12 Foo 4 09:17 x", "-rw-r--r-- 1 a b 12 Mar 4 09:17 ",
          "-rw-r--r-- 1 a b x Mar 4 09:17 n", "-rwzr--r-- 1 a b 12 Mar 4 09:17 x", "-rw-r--r-- 1 a b 12 Feb 30 2025 x",
          "07-19-25  08:30AM", "07-19-25  08:30AM 12", "13-13-25  08:30AM 12 x", "07-19-25  08:30AM <FOO> x",
          "type=file;size=1; x", "0777 a b c d e"}) {
        const auto listing = parse(line + "\r\n");
        EXPECT_TRUE(listing.entries.empty()) << line;
        EXPECT_EQ(listing.unreadable, 1U) << line;
        EXPECT_EQ(listing.first_unreadable, line);
        EXPECT_FALSE(listing.complete) << line;
        EXPECT_EQ(listing.used, dialect::unknown) << line;
    }
}

// --- whole listings -------------------------------------------------------------------------------------

const std::string unix_listing = "total 12\r\n"
                                 "drwxr-xr-x   2 a b 4096 Jul 19  2025 .\r\n"
                                 "drwxr-xr-x   2 a b 4096 Jul 19  2025 ..\r\n"
                                 "-rw-r--r--   1 a b    1 Jul 19  2025 one\n"
                                 "\r\n"
                                 "-rw-r--r--   1 a b    2 Jul 19  2025 two words\r\n"
                                 "nonsense\r\n"
                                 "lrwxrwxrwx   1 a b    3 Jul 19  2025 l -> one\r\n"
                                 "-rw-r--r--   1 a b    3 Jul 19  2025 last";

bool same(const parsed_listing& a, const parsed_listing& b)
{
    return a.entries == b.entries && a.complete == b.complete && a.unreadable == b.unreadable &&
           a.first_unreadable == b.first_unreadable && a.not_found == b.not_found && a.used == b.used;
}

TEST(listing_parser, gives_the_same_for_bytes_cut_anywhere)
{
    for (const auto& [bytes, known] :
         {std::pair{unix_listing, dialect::unknown},
          std::pair{"\xEF\xBB\xBF"
                    "07-19-25  08:30AM       <DIR>          In\r\n07-19-25  08:30AM    12 x\r\n"s,
                    dialect::unknown},
          std::pair{"type=cdir; .\r\ntype=file;size=3; a\r\ntype=file;size=4;  b\r\n"s, dialect::mlsd}}) {
        const auto expected = parse(bytes, known);
        EXPECT_FALSE(expected.entries.empty());
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
            listing_parser parser{known, now};
            parser.feed(std::string_view{bytes}.substr(0, cut));
            parser.feed(std::string_view{bytes}.substr(cut));
            EXPECT_TRUE(same(parser.finish(), expected)) << "cut at " << cut;
        }
    }
}

TEST(listing_parser, skips_totals_blank_lines_and_dots_and_keeps_the_rest)
{
    const auto listing = parse(unix_listing);
    EXPECT_EQ(names(listing), (std::vector<std::string>{"one", "two words", "l", "last"}));
    EXPECT_EQ(listing.used, dialect::unix_ls);
    EXPECT_EQ(listing.unreadable, 1U);
    EXPECT_EQ(listing.first_unreadable, "nonsense");
    EXPECT_FALSE(listing.complete);
}

TEST(listing_parser, knows_totals_in_other_languages)
{
    for (const std::string total : {"total 0", "total 1.2M", "insgesamt 12", "合計 4", "итого 5", "総用量 4.0K"}) {
        const auto listing = parse(total + "\r\n");
        EXPECT_TRUE(listing.complete) << total;
        EXPECT_EQ(listing.unreadable, 0U) << total;
    }
}

TEST(listing_parser, finds_nothing_wrong_with_nothing)
{
    const auto listing = parse("");
    EXPECT_TRUE(listing.entries.empty());
    EXPECT_TRUE(listing.complete);
    EXPECT_FALSE(listing.not_found);
    EXPECT_EQ(listing.used, dialect::unknown);
}

TEST(listing_parser, is_empty_again_after_finish)
{
    listing_parser parser{dialect::unknown, now};
    parser.feed(unix_listing);
    EXPECT_EQ(parser.finish().entries.size(), 4U);
    parser.feed("-rw-r--r--   1 a b    1 Jul 19  2025 other\n");
    EXPECT_EQ(names(parser.finish()), std::vector<std::string>{"other"});
}

TEST(listing_parser, tells_the_dialect_for_the_next_time)
{
    EXPECT_EQ(parse("07-19-25  08:30AM    12 x\r\n").used, dialect::dos_dir);
    EXPECT_EQ(parse("type=file; x\r\n", dialect::mlsd).used, dialect::mlsd);
    EXPECT_EQ(to_string(dialect::mlsd), "mlsd");
    EXPECT_EQ(to_string(dialect::unix_ls), "unix");
    EXPECT_EQ(to_string(dialect::dos_dir), "dos");
    EXPECT_EQ(to_string(dialect::unknown), "unknown");
}

TEST(listing_parser, understands_a_server_whose_remembered_dialect_is_wrong)
{
    const auto listing = parse("07-19-25  08:30AM    12 x\r\n", dialect::unix_ls);
    EXPECT_EQ(listing.used, dialect::dos_dir);
    EXPECT_EQ(listing.entries.size(), 1U);
}

TEST(listing_parser, goes_by_the_majority_of_the_first_lines)
{
    std::string bytes = "07-19-25  08:30AM    12 odd\r\n";
    for (int i = 0; i < 40; ++i) {
        bytes += "-rw-r--r--   1 a b    1 Jul 19  2025 f" + std::to_string(i) + "\r\n";
    }
    const auto listing = parse(bytes);
    EXPECT_EQ(listing.used, dialect::unix_ls);
    EXPECT_EQ(listing.entries.size(), 40U);
    EXPECT_EQ(listing.unreadable, 1U);
}

TEST(listing_parser, decides_later_if_the_first_lines_tell_nothing)
{
    std::string bytes;
    for (std::size_t i = 0; i < listing_parser::lines_to_decide_by + 3; ++i) {
        bytes += "Welcome to our server!\r\n";
    }
    const auto listing = parse(bytes + "-rw-r--r--   1 a b    1 Jul 19  2025 x\r\n");
    EXPECT_EQ(names(listing), std::vector<std::string>{"x"});
    EXPECT_EQ(listing.unreadable, listing_parser::lines_to_decide_by + 3);
}

TEST(listing_parser, rejects_names_that_lead_elsewhere)
{
    const auto listing = parse("-rw-r--r--   1 a b    1 Jul 19  2025 ../../.bashrc\r\n"
                               "-rw-r--r--   1 a b    1 Jul 19  2025 a\0b\r\n"
                               "-rw-r--r--   1 a b    1 Jul 19  2025 a\rb\r\n"
                               "-rw-r--r--   1 a b    1 Jul 19  2025 good\r\n"s);
    EXPECT_EQ(names(listing), std::vector<std::string>{"good"});
    EXPECT_EQ(listing.unreadable, 3U);
    EXPECT_FALSE(listing.complete);
}

TEST(listing_parser, lets_the_last_of_equal_names_count)
{
    const auto listing = parse("type=file;size=1; a\r\ntype=file;size=2; b\r\ntype=file;size=3; a\r\n", dialect::mlsd);
    EXPECT_EQ(names(listing), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(listing.entries[0].attributes.size, 3U);
    EXPECT_TRUE(listing.complete);
}

TEST(listing_parser, recognises_an_error_message_that_came_as_data)
{
    const auto missing = parse("/bin/ls: /no/where: No such file or directory\r\n");
    EXPECT_TRUE(missing.not_found);
    EXPECT_FALSE(missing.permission_denied);
    EXPECT_FALSE(missing.complete);

    const auto forbidden = parse("total 0\r\nnoread: Permission denied.\r\n");
    EXPECT_TRUE(forbidden.permission_denied);
    EXPECT_FALSE(forbidden.not_found);
    EXPECT_FALSE(forbidden.complete);

    const auto mixed = parse("ls: x: No such file or directory\r\n-rw-r--r--   1 a b    1 Jul 19  2025 y\r\n");
    EXPECT_FALSE(mixed.not_found);
    EXPECT_FALSE(mixed.complete);
    EXPECT_EQ(names(mixed), std::vector<std::string>{"y"});
}

TEST(listing_parser, does_not_take_a_file_for_an_error_message)
{
    const auto listing = parse("-rw-r--r--   1 a b    1 Jul 19  2025 ls: No such file or directory\r\n");
    EXPECT_FALSE(listing.not_found);
    EXPECT_EQ(listing.entries.size(), 1U);
}

TEST(listing_parser, learns_that_a_column_is_padded)
{
    const auto listing = parse("-rw-r--r--   1 a b    1 Jul 19  2025  old\r\n"
                               "-rw-r--r--   1 a b    1 Jul 20  2025   spaced\r\n"
                               "-rw-r--r--   1 a b    1 Mar  4 09:17 new\r\n"
                               "-rw-r--r--   1 a b    1 Mar  4 09:18  new\r\n");
    EXPECT_EQ(names(listing), (std::vector<std::string>{"old", " spaced", "new", " new"}));
}

TEST(listing_parser, skips_the_padded_dots_too)
{
    const auto listing = parse("drwxr-xr-x   1 a b    1 Jul 19  2025  .\r\n"
                               "drwxr-xr-x   1 a b    1 Jul 20  2025  ..\r\n"
                               "drwxr-xr-x   1 a b    1 Jul 20  2025  x\r\n");
    EXPECT_EQ(names(listing), std::vector<std::string>{"x"});
}

TEST(listing_parser, reads_all_dos_dates_of_a_listing_alike)
{
    const auto listing =
        parse("07/08/2025  20:30       1 a\r\n19/07/2025  20:30       1 b\r\n08/07/2025  20:30       1 c\r\n");
    ASSERT_EQ(listing.entries.size(), 3U);
    EXPECT_EQ(listing.entries[0].attributes.modified, minute(sys_days{2025y / August / 7} + 20h + 30min));
    EXPECT_EQ(listing.entries[1].attributes.modified, minute(july19 + 20h + 30min));
    EXPECT_EQ(listing.entries[2].attributes.modified, minute(sys_days{2025y / July / 8} + 20h + 30min));
}

TEST(listing_parser, strips_a_byte_order_mark)
{
    EXPECT_EQ(names(parse("\xEF\xBB\xBFtype=file; a\r\n", dialect::mlsd)), std::vector<std::string>{"a"});
}

TEST(listing_parser, never_guesses_mlsd_and_never_doubts_it)
{
    EXPECT_TRUE(parse("type=file; a\r\n").entries.empty());
    const auto listing = parse("-rw-r--r--   1 a b    1 Jul 19  2025 x\r\n", dialect::mlsd);
    EXPECT_TRUE(listing.entries.empty());
    EXPECT_EQ(listing.unreadable, 1U);
    EXPECT_EQ(listing.used, dialect::mlsd);
}

TEST(listing_parser, remembers_that_a_server_omits_the_last_semicolon)
{
    const auto listing = parse("type=file;size=1 a\r\ntype=file;size=2;x=3 b; c\r\n", dialect::mlsd);
    EXPECT_EQ(names(listing), (std::vector<std::string>{"a", "b; c"}));
}

TEST(listing_parser, keeps_going_behind_a_line_without_end)
{
    const auto overlong = "type=file; " + std::string(listing_parser::longest_line, 'x');
    const auto bytes = "type=file; a\r\n" + overlong + "\r\ntype=file; b\r\n";
    for (const std::size_t chunk : {std::size_t{1000}, std::size_t{65536}, bytes.size()}) {
        listing_parser parser{dialect::mlsd, now};
        for (std::size_t at = 0; at < bytes.size(); at += chunk) {
            parser.feed(std::string_view{bytes}.substr(at, chunk));
        }
        const auto listing = parser.finish();
        EXPECT_EQ(names(listing), (std::vector<std::string>{"a", "b"}));
        EXPECT_EQ(listing.unreadable, 1U);
        EXPECT_LE(listing.first_unreadable.size(), 210U);
    }
}

TEST(listing_parser, shows_an_unreadable_line_printably)
{
    EXPECT_EQ(parse("\x1b[2Jevil\r\n").first_unreadable, "\\x1b[2Jevil");
}

TEST(listing_parser, can_be_moved)
{
    listing_parser parser{dialect::mlsd, now};
    parser.feed("type=file; a");
    auto moved = std::move(parser);
    moved.feed("b\r\n");
    EXPECT_EQ(names(moved.finish()), std::vector<std::string>{"ab"});
}

std::string lines(int count, std::string_view before, std::string_view behind)
{
    std::string all;
    for (int i = 0; i < count; ++i) {
        all += std::string{before} + std::to_string(i) + std::string{behind} + "\r\n";
    }
    return all;
}

parsed_listing parsed(std::string_view bytes, dialect known = dialect::unknown)
{
    listing_parser parser{known, july19};
    parser.feed(bytes);
    return parser.finish();
}

constexpr std::string_view unix_line = "-rw-r--r--   1 bob  staff  3 Mar  4  2025 u";
constexpr std::string_view dos_line = "07-19-25  08:30AM                 5120 d";

TEST(listing_parser, opens_the_choice_of_a_dialect_again_when_lines_stop_fitting)
{
    const auto listing = parsed(lines(30, unix_line, "") + lines(40, dos_line, ""));
    EXPECT_TRUE(listing.complete);
    EXPECT_EQ(listing.entries.size(), 70U);
    EXPECT_EQ(listing.used, dialect::dos_dir);
    const auto again = parsed(lines(30, unix_line, "") + lines(30, dos_line, "") + lines(25, unix_line, "b"));
    EXPECT_TRUE(again.complete);
    EXPECT_EQ(again.entries.size(), 85U);
    // The few at the end are enough if they are no accident.
    EXPECT_TRUE(parsed(lines(30, unix_line, "") + lines(6, dos_line, "")).complete);
}

TEST(listing_parser, does_not_change_the_dialect_for_a_few_lines_or_for_noise)
{
    const auto few = parsed(lines(30, unix_line, "") + lines(3, dos_line, ""));
    EXPECT_EQ(few.unreadable, 3U);
    EXPECT_EQ(few.used, dialect::unix_ls);
    const auto noise = parsed(lines(30, unix_line, "") + lines(45, "? ? ", "!") + lines(30, unix_line, "b"));
    EXPECT_EQ(noise.unreadable, 45U);
    EXPECT_EQ(noise.entries.size(), 60U);
    EXPECT_EQ(noise.used, dialect::unix_ls);
    const auto facts = parsed(lines(3, "type=file; m", "") + lines(30, dos_line, ""), dialect::mlsd);
    EXPECT_EQ(facts.unreadable, 30U);
}

TEST(listing_parser, takes_lines_for_names_only_where_nothing_else_can_be_meant)
{
    EXPECT_EQ(parsed("a\r\nb.txt\r\n").entries.size(), 2U);
    EXPECT_EQ(parsed("a\r\nb.txt\r\n").used, dialect::names);
    EXPECT_EQ(parsed("a\r\nTransfer failed, sorry\r\n").entries.size(), 0U);
    EXPECT_EQ(parsed("d/sub:\r\na\r\n").entries.size(), 0U);
    EXPECT_EQ(parsed("../x\r\n").entries.size(), 0U);
    EXPECT_EQ(parsed(std::string{unix_line} + "\r\nword\r\n").unreadable, 1U);
}

}  // namespace
}  // namespace ftpfs::proto
