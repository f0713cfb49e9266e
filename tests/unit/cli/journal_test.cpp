#include "ftpfs/cli/journal.hpp"

#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;

std::string contents(const std::string& file)
{
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

TEST(journal, appends_to_the_file_at_once)
{
    const test::temporary_folder folder;
    config settings;
    settings.log_file = folder.write("log", "before\n", 0600);
    const auto journal = make_journal(settings);
    ASSERT_TRUE(journal);
    journal->info("the {}", "words");
    journal->debug("too much");
    EXPECT_THAT(contents(settings.log_file), testing::MatchesRegex("before\n[-0-9]+ [:.0-9]+ info: the words\n"));
}

TEST(journal, makes_no_directories_for_its_file)
{
    const test::temporary_folder folder;
    config settings;
    settings.log_file = folder.str() + "/missing/log";
    const auto journal = make_journal(settings);
    ASSERT_FALSE(journal);
    EXPECT_THAT(journal.error().message, HasSubstr("log_file: cannot open " + settings.log_file));
    EXPECT_FALSE(std::filesystem::exists(folder.str() + "/missing"));
}

}  // namespace
}  // namespace ftpfs::cli
