#include "ftpfs/core/log.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace ftpfs {
namespace {

TEST(printable, leaves_readable_text_alone)
{
    EXPECT_EQ(printable("550 Plain text, \"quoted\" \\ too."), "550 Plain text, \"quoted\" \\ too.");
    EXPECT_EQ(printable("Größe 議事録 🙂"), "Größe 議事録 🙂");
    EXPECT_EQ(printable(""), "");
}

TEST(printable, shows_control_bytes_by_number)
{
    using namespace std::string_view_literals;
    EXPECT_EQ(printable("a\r\nb\tc\0d\x1b[31m\x7f"sv), "a\\x0d\\x0ab\\x09c\\x00d\\x1b[31m\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "a control character of Unicode";
    EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
}

TEST(printable, shows_invalid_utf8_by_number)
{
    EXPECT_EQ(printable("\xff"), "\\xff");
    EXPECT_EQ(printable("M\xe4rz"), "M\\xe4rz");
    EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
    EXPECT_EQ(printable("\xe0\x80\x80"), "\\xe0\\x80\\x80") << "overlong";
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half of a surrogate pair";
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
    EXPECT_EQ(printable("\xe8\xad"), "\\xe8\\xad") << "cut short";
}

TEST(printable, cuts_what_is_too_long)
{
    EXPECT_EQ(printable("abcdef", 3), "abc…");
    EXPECT_EQ(printable("abc", 3), "abc");
    EXPECT_EQ(printable("üüü", 3), "üü…") << "never inside a character";
}

struct captured {
    std::ostringstream text;
    std::shared_ptr<spdlog::logger> logger =
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));

    captured() { logger->set_pattern("%l %v"); }
};

TEST(log, says_who_speaks)
{
    captured output;
    const auto session = log{output.logger}.with_prefix("session 3: ");
    session.info("{} and {}", 1, "two");
    session.with_prefix("data: ").warning("lost");
    EXPECT_EQ(output.text.str(), "info session 3: 1 and two\nwarning session 3: data: lost\n");
}

TEST(log, leaves_out_what_is_below_its_level)
{
    captured output;
    output.logger->set_level(spdlog::level::warn);
    const log quiet{output.logger};
    quiet.debug("no");
    quiet.error("yes");
    EXPECT_FALSE(quiet.enabled(spdlog::level::info));
    EXPECT_EQ(output.text.str(), "error yes\n");
}

TEST(log, says_the_dialogue_at_debug_and_to_its_trace)
{
    captured journal;
    captured trace;
    const auto session = log{journal.logger}.with_trace(trace.logger).with_prefix("session 3: ");
    journal.logger->set_level(spdlog::level::info);
    EXPECT_TRUE(session.hears_dialogue());
    session.dialogue("> {}", "NOOP");
    EXPECT_EQ(journal.text.str(), "");
    EXPECT_EQ(trace.text.str(), "info session 3: > NOOP\n");
    journal.logger->set_level(spdlog::level::debug);
    session.dialogue("< 200");
    session.debug("not said to the server");
    EXPECT_EQ(journal.text.str(), "debug session 3: < 200\ndebug session 3: not said to the server\n");
    EXPECT_EQ(trace.text.str(), "info session 3: > NOOP\ninfo session 3: < 200\n");
    journal.logger->set_level(spdlog::level::info);
    EXPECT_FALSE(log{journal.logger}.hears_dialogue());
}

TEST(log, is_silent_by_default)
{
    EXPECT_FALSE(log{}.enabled(spdlog::level::critical));
    log{}.error("nobody hears {}", "this");
}

}  // namespace
}  // namespace ftpfs
