#include "ftpfs/proto/fact_list.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

file_time fact_time(sys_seconds value)
{
    return {value, time_precision::second, time_source::fact};
}

TEST(fact_list, reads_type_size_time_mode_and_name)
{
    const auto line =
        parse_fact_line("type=file;size=48213;modify=20260304091702;UNIX.mode=0644;unique=803g1a2f; minutes.txt");
    EXPECT_EQ(line.kind, fact_line_kind::entry);
    EXPECT_EQ(line.name, "minutes.txt");
    EXPECT_EQ(line.attributes.kind, file_kind::regular);
    EXPECT_EQ(line.attributes.size, 48213U);
    EXPECT_TRUE(line.attributes.size_is_exact);
    EXPECT_EQ(line.attributes.mode, 0644);
    EXPECT_EQ(line.attributes.modified, fact_time(sys_days{2026y / March / 4} + 9h + 17min + 2s));
    EXPECT_TRUE(line.separator_is_clear);
}

TEST(fact_list, ignores_case_and_order_and_unknown_facts)
{
    const auto line =
        parse_fact_line("X.foo=bar baz;MODIFY=20251230235800.123;Perm=cdeflmpMT;SIZE=7;unix.MODE=100600;TYPE=FILE; n");
    EXPECT_EQ(line.attributes.kind, file_kind::regular);
    EXPECT_EQ(line.attributes.size, 7U);
    EXPECT_EQ(line.attributes.mode, 0600) << "the file type bits are masked";
    EXPECT_EQ(line.attributes.modified, fact_time(sys_days{2025y / December / 30} + 23h + 58min));
    EXPECT_EQ(line.name, "n");
}

struct name_case {
    const char* line;
    const char* name;
};

TEST(fact_list, keeps_the_bytes_of_the_name)
{
    constexpr name_case cases[] = {
        {"Type=dir;Modify=20251230235800.123;Perm=cdeflmp;  two spaces", " two spaces"},
        {"type=file; trailing  ", "trailing  "},
        {"type=file; a; b;c=d", "a; b;c=d"},
        {"type=file;size=1; \xff\xfe", "\xff\xfe"},
        {"type=file;UNIX.ownername=Domain Users; x", "x"},
        {"type=file;UNIX.group=Domain Users;size=3; x y", "x y"},
        // the last ';' is missing (NcFTPd)
        {"type=file;size=7;modify=20250719083000 report;v=2.txt", "report;v=2.txt"},
        {"type=file;size=7;modify=20250719083000 a; b", "a; b"},
        {"type=file plain", "plain"},
        // no facts at all
        {" just a name", "just a name"},
        {" a; b", "a; b"},
    };
    for (const auto& row : cases) {
        const auto line = parse_fact_line(row.line);
        EXPECT_EQ(line.kind, fact_line_kind::entry) << row.line;
        EXPECT_EQ(line.name, row.name) << row.line;
    }
}

TEST(fact_list, reads_every_way_to_write_a_mode)
{
    for (const char* const mode : {"644", "0644", "0100644", "0o644"}) {
        const auto text = std::string{"UNIX.mode="} + mode + "; x";
        EXPECT_EQ(parse_fact_line(text).attributes.mode, 0644) << mode;
    }
}

TEST(fact_list, says_whether_the_facts_ended_as_they_must)
{
    EXPECT_TRUE(parse_fact_line("type=file; x").separator_is_clear);
    EXPECT_FALSE(parse_fact_line("type=file x").separator_is_clear);
    EXPECT_FALSE(parse_fact_line("type=file;size=7 a; b").separator_is_clear);
}

TEST(fact_list, ends_the_facts_at_the_first_space_if_told_so)
{
    EXPECT_EQ(parse_fact_line("type=file;x=1 a; b", fact_end::first_space).name, "a; b");
    EXPECT_EQ(parse_fact_line("type=file; a; b", fact_end::first_space).name, "a; b");
}

struct kind_case {
    const char* facts;
    file_kind kind;
    const char* target;
};

TEST(fact_list, knows_how_servers_name_their_types)
{
    constexpr kind_case cases[] = {
        {"type=file;", file_kind::regular, ""},
        {"type=dir;", file_kind::directory, ""},
        {"type=OS.unix=slink:../rel 7.2;modify=20240119000000;", file_kind::symlink, "../rel 7.2"},
        {"type=OS.unix=slink:;", file_kind::symlink, ""},  // Pure-FTPd
        {"type=OS.UNIX=slink;", file_kind::symlink, ""},
        {"type=OS.unix=symlink;size=9;", file_kind::symlink, ""},    // ProFTPD, FileZilla Server
        {"type=file;UNIX.slink=../x;", file_kind::symlink, "../x"},  // wu-ftpd
        {"UNIX.slink=../x;type=file;", file_kind::symlink, "../x"},
        {"type=OS.unix=chr-13/29;", file_kind::character_device, ""},
        {"type=OS.unix=blkdev;", file_kind::block_device, ""},
        {"type=OS.unix=socket;", file_kind::socket, ""},
        {"type=OS.unix=fifo;", file_kind::fifo, ""},
        {"type=OS.unix=pipe;", file_kind::fifo, ""},
        {"type=OS.unix=whatever;", file_kind::unknown, ""},
        {"type=unknown;", file_kind::unknown, ""},
        {"size=1;", file_kind::unknown, ""},
    };
    for (const auto& row : cases) {
        const auto text = std::string{row.facts} + " n";
        const auto line = parse_fact_line(text);
        EXPECT_EQ(line.attributes.kind, row.kind) << row.facts;
        EXPECT_EQ(line.attributes.link_target, row.target) << row.facts;
        EXPECT_EQ(line.name, "n") << row.facts;
    }
}

TEST(fact_list, does_not_trust_the_size_of_a_link_and_has_none_for_a_directory)
{
    const auto link = parse_fact_line("type=OS.unix=symlink;size=9; latest");
    EXPECT_EQ(link.attributes.size, 9U);
    EXPECT_FALSE(link.attributes.size_is_exact);
    EXPECT_EQ(parse_fact_line("type=dir;size=4096;sizd=4096; d").attributes.size, std::nullopt);
}

TEST(fact_list, tells_the_directory_itself_and_its_parents)
{
    EXPECT_EQ(parse_fact_line("type=cdir; .").kind, fact_line_kind::listed_directory);
    EXPECT_EQ(parse_fact_line("type=cdir; /srv/a").kind, fact_line_kind::listed_directory);
    EXPECT_EQ(parse_fact_line("Type=pdir;modify=20260101000000; /srv").kind, fact_line_kind::parent_directory);
    EXPECT_EQ(parse_fact_line("type=dir; .").kind, fact_line_kind::listed_directory);
    EXPECT_EQ(parse_fact_line("type=dir; ..").kind, fact_line_kind::parent_directory);
}

TEST(fact_list, leaves_out_single_facts_that_make_no_sense)
{
    const auto line = parse_fact_line("type=file;size=-1;modify=yesterday;UNIX.mode=rw;; odd");
    EXPECT_EQ(line.kind, fact_line_kind::entry);
    EXPECT_EQ(line.attributes.size, std::nullopt);
    EXPECT_EQ(line.attributes.mode, std::nullopt);
    EXPECT_EQ(line.attributes.modified, file_time{});
    EXPECT_EQ(parse_fact_line("size=99999999999999999999; big").attributes.size, std::nullopt);
    EXPECT_EQ(parse_fact_line("size=1000;modify=191250719083000; odd").attributes.modified,
              fact_time(sys_days{2025y / July / 19} + 8h + 30min));
}

TEST(fact_list, refuses_lines_without_facts_or_name)
{
    for (const char* const line : {"", " ", "x", "type=file;", "type=file; ", "UNIX.mode=0777;/", "total 12",
                                   "-rw-r--r--   1 alice staff 48213 Mar  4 09:17 minutes.txt", "=x; y"}) {
        EXPECT_EQ(parse_fact_line(line).kind, fact_line_kind::unreadable) << line;
    }
}

file_attributes mlst(std::vector<std::string> lines)
{
    return parse_mlst_reply(reply{250, std::move(lines)}).value();
}

TEST(fact_list, reads_the_answer_to_mlst)
{
    const auto expected = parse_fact_line("type=file;size=7; x").attributes;
    EXPECT_EQ(mlst({"Begin", " type=file;size=7; /srv/x", "End."}), expected);
    EXPECT_EQ(mlst({"Begin", "type=file;size=7; x", "End."}), expected) << "without the leading space";
    EXPECT_EQ(mlst({"Begin", "    type=file;size=7; x", "End."}), expected);
    EXPECT_EQ(mlst({"type=file;size=7; x"}), expected) << "in one line";
    EXPECT_EQ(mlst({"Listing a=b; c", " type=file;size=7; a=b; c", "End"}), expected)
        << "a heading that looks like facts";
    EXPECT_EQ(mlst({"Begin", " type=file;size=7; x", " type=dir; forged", "End"}), expected) << "the first line counts";
    EXPECT_EQ(mlst({"Begin", " type=cdir; /", "End"}).kind, file_kind::directory);
    EXPECT_EQ(mlst({"Begin", " Type=pdir; /", "End"}).kind, file_kind::directory);
}

TEST(fact_list, refuses_an_answer_to_mlst_without_facts)
{
    EXPECT_EQ(parse_mlst_reply(reply{250, {"Begin", " UNIX.mode=0777;/", "End"}}).error(), errc::protocol_violation);
    EXPECT_EQ(parse_mlst_reply(reply{250, {"ok"}}).error(), errc::protocol_violation);
    EXPECT_EQ(parse_mlst_reply(reply{550, {"a", " type=file; x", "b"}}).error().code, make_reply_error(550));
}

}  // namespace
}  // namespace ftpfs::proto
