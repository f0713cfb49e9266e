#include "ftpfs/proto/reply_parser.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace ftpfs::proto {
namespace {

using namespace std::string_literals;

// Everything the parser has to say about `pieces`, or the failure it ends in.
result<std::vector<reply>> parse(const std::vector<std::string_view>& pieces)
{
    reply_parser parser;
    std::vector<reply> replies;
    for (const auto piece : pieces) {
        parser.feed(piece);
        for (;;) {
            auto next = parser.next();
            if (!next) {
                return next.error();
            }
            if (!*next) {
                break;
            }
            replies.push_back(**next);
        }
    }
    return replies;
}

struct framing_case {
    const char* name;
    std::string bytes;
    std::vector<reply> expected;
};

void PrintTo(const framing_case& value, std::ostream* out)
{
    *out << value.name;
}

class reply_framing : public testing::TestWithParam<framing_case> {};

TEST_P(reply_framing, is_read_whole_byte_by_byte_and_cut_anywhere)
{
    const std::string_view bytes = GetParam().bytes;
    EXPECT_EQ(parse({bytes}).value(), GetParam().expected);

    std::vector<std::string_view> single;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        single.push_back(bytes.substr(i, 1));
    }
    EXPECT_EQ(parse(single).value(), GetParam().expected);

    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        EXPECT_EQ(parse({bytes.substr(0, cut), bytes.substr(cut)}).value(), GetParam().expected) << "cut at " << cut;
    }
}

const framing_case framings[] = {
    {"one_line", "220 Hello\r\n", {{220, {"Hello"}}}},
    {"no_text", "200\r\n", {{200, {""}}}},
    {"no_text_but_a_space", "200 \r\n", {{200, {""}}}},
    {"bare_line_feed", "220 Hello\n", {{220, {"Hello"}}}},
    {"doubled_carriage_return", "220 Hello\r\r\n", {{220, {"Hello"}}}},
    {"carriage_return_inside", "220 He\rllo\r\n", {{220, {"He\rllo"}}}},
    {"carriage_return_nul_inside", "257 \"/a\r\0b\"\r\n"s, {{257, {"\"/a\rb\""}}}},
    {"carriage_return_nul_at_the_end", "220 Hello\r\0\r\n"s, {{220, {"Hello"}}}},
    {"several_replies", "220 a\r\n331 b\r\n230 c\r\n", {{220, {"a"}}, {331, {"b"}}, {230, {"c"}}}},
    {"empty_lines_between", "220 a\r\n\r\n\n331 b\r\n", {{220, {"a"}}, {331, {"b"}}}},
    {"protected_reply", "631 abc\r\n", {{631, {"abc"}}}},
    {"indented_lines",
     "211-Features:\r\n MDTM\r\n SIZE\r\n211 End\r\n",
     {{211, {"Features:", " MDTM", " SIZE", "End"}}}},
    {"code_on_every_line",
     "211-Features:\r\n211-MDTM\r\n211-SIZE\r\n211 End\r\n",
     {{211, {"Features:", "MDTM", "SIZE", "End"}}}},
    {"iis6", "211-FEAT\r\n    SIZE\r\n    MDTM\r\n211 END\r\n", {{211, {"FEAT", "    SIZE", "    MDTM", "END"}}}},
    {"space_behind_the_dash", "230- Welcome\r\n230 Go\r\n", {{230, {" Welcome", "Go"}}}},
    {"empty_lines_inside", "220-\r\n\r\nx\r\n220 y\r\n", {{220, {"", "", "x", "y"}}}},
    {"other_numbers_inside",
     "213-Status:\r\n226 files\r\n213x\r\n12\r\n214-x\r\n213 End\r\n",
     {{213, {"Status:", "226 files", "213x", "12", "214-x", "End"}}}},
    {"closed_by_the_code_alone", "220-a\r\n220\r\n", {{220, {"a", ""}}}},
    {"indented_terminator_is_text", "220-a\r\n 220 b\r\n220 c\r\n", {{220, {"a", " 220 b", "c"}}}},
    {"any_bytes", "220 \xff\xfe\x01\r\n", {{220, {"\xff\xfe\x01"}}}},
};

INSTANTIATE_TEST_SUITE_P(table, reply_framing, testing::ValuesIn(framings),
                         [](const auto& row) { return std::string{row.param.name}; });

class not_a_reply : public testing::TestWithParam<std::string> {};

TEST_P(not_a_reply, is_a_protocol_violation_for_ever)
{
    reply_parser parser;
    parser.feed(GetParam());
    EXPECT_EQ(parser.next().error(), errc::protocol_violation);
    parser.feed("220 Hello\r\n");
    EXPECT_EQ(parser.next().error(), errc::protocol_violation);
}

INSTANTIATE_TEST_SUITE_P(table, not_a_reply,
                         testing::Values("SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 400 Bad Request\r\n", "22 x\r\n",
                                         "2200 x\r\n", "220x\r\n", "020 x\r\n", "720 x\r\n", " 220 x\r\n", "2a0 x\r\n",
                                         std::string("\0\r\n", 3)));

TEST(reply_parser, gives_the_replies_before_a_violation)
{
    reply_parser parser;
    parser.feed("220 a\r\nrubbish\r\n");
    EXPECT_EQ(parser.next().value(), (reply{220, {"a"}}));
    EXPECT_EQ(parser.next().error(), errc::protocol_violation);
}

TEST(reply_parser, shows_the_offending_line_printably)
{
    reply_parser parser;
    parser.feed("\x1b]0;x\r\n");
    EXPECT_EQ(parser.next().error().detail, "\"\\x1b]0;x\"");
}

TEST(reply_parser, tells_whether_bytes_are_left_over)
{
    reply_parser parser;
    EXPECT_FALSE(parser.has_partial());
    parser.feed("220 a\r\n331");
    EXPECT_TRUE(parser.next().value().has_value());
    EXPECT_TRUE(parser.has_partial());
    EXPECT_FALSE(parser.next().value().has_value());
    parser.feed(" b\r\n");
    EXPECT_TRUE(parser.has_partial());
    EXPECT_TRUE(parser.next().value().has_value());
    EXPECT_FALSE(parser.has_partial());
}

TEST(reply_parser, counts_the_lines_of_an_unfinished_reply_as_left_over)
{
    reply_parser parser;
    parser.feed("220-a\r\n");
    EXPECT_FALSE(parser.next().value().has_value());
    EXPECT_TRUE(parser.has_partial());
}

TEST(reply_parser, sees_a_reply_injected_behind_the_awaited_one)
{
    reply_parser parser;
    parser.feed("234 AUTH TLS\r\n230 Injected\r\n");
    EXPECT_TRUE(parser.next().value().has_value());
    EXPECT_TRUE(parser.has_partial());
}

TEST(reply_parser, takes_a_line_of_the_longest_size_and_no_longer)
{
    const auto line = "220 " + std::string(reply_parser::longest_line - 4, 'x');
    EXPECT_EQ(parse({line + '\n'}).value().size(), 1U);
    EXPECT_EQ(parse({line + "x\n"}).error(), errc::protocol_violation);
}

TEST(reply_parser, does_not_wait_for_the_end_of_an_endless_line)
{
    reply_parser parser;
    parser.feed(std::string(reply_parser::longest_line + 1, '2'));
    EXPECT_EQ(parser.next().error(), errc::protocol_violation);
}

TEST(reply_parser, bounds_the_lines_of_a_reply)
{
    std::string bytes = "220-a\r\n";
    for (std::size_t i = 0; i < reply_parser::most_lines; ++i) {
        bytes += "\r\n";
    }
    EXPECT_EQ(parse({bytes}).error(), errc::protocol_violation);
}

TEST(reply_parser, bounds_the_bytes_of_a_reply)
{
    std::string bytes = "220-a\r\n";
    while (bytes.size() <= reply_parser::longest_reply) {
        bytes += std::string(1000, 'x') + "\r\n";
    }
    EXPECT_EQ(parse({bytes}).error(), errc::protocol_violation);
}

TEST(reply_parser, starts_its_bounds_anew_with_each_reply)
{
    std::string bytes;
    std::size_t count = 0;
    for (; bytes.size() <= 2 * reply_parser::longest_reply; ++count) {
        bytes += "220-" + std::string(50'000, 'x') + "\r\n220 y\r\n";
    }
    EXPECT_EQ(parse({bytes}).value().size(), count);
}

// Byte by byte through the longest line, and many replies in one buffer: a parser that scanned or moved from the
// start each time would need minutes.
TEST(reply_parser, needs_linear_time)
{
    const auto line = "220 " + std::string(reply_parser::longest_line - 4, 'x') + "\n";
    reply_parser parser;
    std::size_t count = 0;
    for (int round = 0; round < 4; ++round) {
        for (const char c : line) {
            parser.feed({&c, 1});
            count += parser.next().value().has_value() ? 1U : 0U;
        }
    }
    EXPECT_EQ(count, 4U);

    std::string many;
    for (int i = 0; i < 200'000; ++i) {
        many += "200 ok\r\n";
    }
    EXPECT_EQ(parse({many}).value().size(), 200'000U);
}

}  // namespace
}  // namespace ftpfs::proto
