// What g++ 12.2 gets wrong in coroutines, and how our sources avoid it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::string_view_literals;

std::string read(const std::filesystem::path& file)
{
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
}

bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Comments become blanks, so that positions stay.
std::string without_comments(std::string text)
{
    for (std::size_t at = text.find("//"); at != text.npos; at = text.find("//", at)) {
        for (; at < text.size() && text[at] != '\n'; ++at) {
            text[at] = ' ';
        }
    }
    return text;
}

// Is there a co_await in `condition` that does not initialise a declaration? "a; b" is init and condition.
bool waits_outside_a_declaration(std::string_view condition)
{
    condition.remove_prefix(std::min(condition.size(), condition.find(';') + 1));
    const auto wait = condition.find("co_await");
    if (wait == condition.npos) {
        return false;
    }
    const auto before = condition.substr(0, wait);
    const auto assignment = before.rfind(" = ");
    return assignment == before.npos || before.find("&&") != before.npos || before.find("||") != before.npos;
}

std::vector<std::string> bad_conditions(const std::string& text)
{
    std::vector<std::string> found;
    for (const auto keyword : {"if ("sv, "while ("sv, "switch ("sv}) {
        for (auto at = text.find(keyword); at != text.npos; at = text.find(keyword, at + 1)) {
            if (at > 0 && is_word(text[at - 1])) {
                continue;
            }
            const auto begin = at + keyword.size();
            std::size_t end = begin;
            for (int depth = 1; end < text.size() && depth > 0; ++end) {
                depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
            }
            if (waits_outside_a_declaration(std::string_view{text}.substr(begin, end - begin - 1))) {
                const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
                found.push_back("line " + std::to_string(line) + ": " + text.substr(at, end - at));
            }
        }
    }
    return found;
}

TEST(compiler_trap, knows_a_wait_in_a_condition_from_one_in_a_declaration)
{
    EXPECT_EQ(bad_conditions("if (!co_await f()) {").size(), 1u);
    EXPECT_EQ(bad_conditions("while (a && co_await f(b(c))) {").size(), 1u);
    EXPECT_EQ(bad_conditions("switch (co_await f()) {").size(), 1u);
    EXPECT_EQ(bad_conditions("if (auto x = g(); co_await f(x)) {").size(), 1u);
    EXPECT_EQ(bad_conditions("if (auto x = co_await f()) {").size(), 0u);
    EXPECT_EQ(bad_conditions("if (auto x = co_await f(); !x) {").size(), 0u);
    EXPECT_EQ(bad_conditions("if (ready) { co_await f(); }").size(), 0u);
}

// A coroutine without local variables whose condition waits gets a frame that its handle misses by eight bytes:
// it is resumed at an arbitrary place. Naming the result first avoids it: const bool ok = co_await f(); if (!ok) …
TEST(compiler_trap, no_coroutine_waits_in_the_condition_of_a_statement)
{
    std::size_t files = 0;
    for (const auto* folder : {"include", "src", "tests"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator{std::filesystem::path{FTPFS_SOURCE_DIR} / folder}) {
            const auto extension = entry.path().extension();
            if ((extension != ".cpp" && extension != ".hpp") || entry.path().filename() == "compiler_trap_test.cpp") {
                continue;
            }
            ++files;
            for (const auto& bad : bad_conditions(without_comments(read(entry.path())))) {
                ADD_FAILURE() << entry.path().string() << ": " << bad;
            }
        }
    }
    EXPECT_GT(files, 50u);
}

}  // namespace
