#include "ftpfs/proto/reply.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

TEST(reply, knows_its_class_by_the_first_digit)
{
    EXPECT_TRUE((reply{150, {"x"}}.is_preliminary()));
    EXPECT_TRUE((reply{226, {"x"}}.is_completion()));
    EXPECT_TRUE((reply{331, {"x"}}.is_intermediate()));
    EXPECT_TRUE((reply{450, {"x"}}.is_transient()));
    EXPECT_TRUE((reply{550, {"x"}}.is_permanent()));
    EXPECT_TRUE((reply{450, {"x"}}.is_negative()));
    EXPECT_TRUE((reply{550, {"x"}}.is_negative()));
    EXPECT_FALSE((reply{226, {"x"}}.is_negative()));
    EXPECT_FALSE((reply{631, {"x"}}.is_permanent()));
}

TEST(reply, tells_an_unknown_command_from_a_dying_server)
{
    for (const int code : {500, 502, 504}) {
        EXPECT_TRUE((reply{code, {"Unknown command."}}.is_unknown_command())) << code;
    }
    for (const int code : {501, 503, 550, 530}) {
        EXPECT_FALSE((reply{code, {"Unknown command."}}.is_unknown_command())) << code;
    }
    EXPECT_FALSE((reply{500, {"OOPS: vsf_sysutil_recv_peek: no data"}}.is_unknown_command()));
}

TEST(reply, joins_its_lines)
{
    const reply several{226, {"a", "", "b"}};
    EXPECT_EQ(several.text(), "a\n\nb");
    EXPECT_EQ(several.last_line(), "b");
}

TEST(reply, always_has_a_line)
{
    const reply empty{200, {}};
    EXPECT_EQ(empty.text(), "");
    EXPECT_EQ(empty.last_line(), "");
}

TEST(reply, becomes_a_failure_with_code_and_printable_words)
{
    const auto why = reply{550, {"a\x1b[31m: ", "", " No such file"}}.as_failure();
    EXPECT_EQ(why.code, make_reply_error(550));
    EXPECT_EQ(why.detail, "550 a\\x1b[31m: No such file");
    EXPECT_EQ(to_string(why), why.detail);
    EXPECT_EQ((reply{550, {""}}.as_failure().detail), "550");
}

TEST(reply, keeps_a_long_refusal_short)
{
    const std::vector<std::string> lines(1000, std::string(1000, 'x'));
    EXPECT_LE((reply{550, lines}.as_failure().detail.size()), 510U);
}

}  // namespace
}  // namespace ftpfs::proto
