// The manual page against the program: every option and every exit status is in both, with the same words.

#include "ftpfs/cli/exit_status.hpp"
#include "ftpfs/cli/options.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace ftpfs::cli {
namespace {

using testing::Contains;

std::vector<std::string> manual()
{
    std::ifstream file{FTPFS_MANUAL};
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    EXPECT_FALSE(lines.empty()) << FTPFS_MANUAL;
    return lines;
}

// The lines of one section (.Sh) or subsection (.Ss).
std::vector<std::string> section(const std::string& heading)
{
    std::vector<std::string> found;
    bool inside = false;
    for (const auto& line : manual()) {
        if (line.starts_with(".Sh ") || line.starts_with(".Ss ")) {
            inside = line.substr(4) == heading;
        } else if (inside) {
            found.push_back(line);
        }
    }
    EXPECT_FALSE(found.empty()) << heading;
    return found;
}

// ".It Cm uid Ns = Ns Ar ID" names the option uid.
std::set<std::string> options_in(const std::vector<std::string>& lines)
{
    std::set<std::string> names;
    for (const auto& line : lines) {
        if (line.starts_with(".It Cm ")) {
            std::istringstream words{line.substr(7)};
            std::string name;
            words >> name;
            names.insert(name);
        }
    }
    return names;
}

TEST(manual, describes_each_option_in_its_group)
{
    std::map<option_group, std::set<std::string>> expected;
    for (const auto& entry : option_table()) {
        expected[entry.group].insert(std::string{entry.name});
    }
    for (const auto& [group, names] : expected) {
        EXPECT_EQ(options_in(section(std::string{title(group)})), names) << title(group);
    }
}

TEST(manual, tells_arguments_and_defaults_as_the_program_does)
{
    const auto lines = manual();
    for (const auto& entry : option_table()) {
        auto heading = ".It Cm " + std::string{entry.name};
        if (!entry.argument.empty()) {
            heading += " Ns = Ns Ar " + std::string{entry.argument};
        }
        const auto found = std::ranges::find(lines, heading);
        ASSERT_NE(found, lines.end()) << heading;
        const auto next = std::find_if(found + 1, lines.end(), [](const std::string& line) {
            return line.starts_with(".It ") || line.starts_with(".El");
        });
        const std::vector<std::string> text{found + 1, next};
        if (!entry.default_value.empty()) {
            EXPECT_THAT(text, Contains("Default: " + std::string{entry.default_value} + ".")) << entry.name;
        }
    }
}

TEST(manual, names_the_generic_flags_that_are_accepted)
{
    const auto lines = section("Mounting");
    for (const auto flags : {kernel_flags(), ignored_flags()}) {
        for (const auto flag : flags) {
            const auto macro = ".Cm " + std::string{flag};
            const auto names_it = [&](const std::string& line) { return line == macro || line == macro + " ,"; };
            EXPECT_TRUE(std::ranges::any_of(lines, names_it)) << flag;
        }
    }
}

TEST(manual, lists_the_exit_statuses)
{
    const auto lines = section("EXIT STATUS");
    std::vector<std::string> items;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        if (lines[i].starts_with(".It ")) {
            items.push_back(lines[i].substr(4) + " " + lines[i + 1]);
        }
    }
    std::vector<std::string> expected;
    for (const auto& [status, words] : exit_status_table()) {
        auto sentence = std::string{words} + ".";
        sentence[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence[0])));
        expected.push_back(std::to_string(static_cast<int>(status)) + " " + sentence);
    }
    EXPECT_EQ(items, expected);
}

}  // namespace
}  // namespace ftpfs::cli
