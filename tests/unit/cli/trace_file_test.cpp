#include "ftpfs/cli/trace_file.hpp"

#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class trace_file : public testing::Test {
protected:
    static std::string contents(const std::string& file)
    {
        std::ostringstream text;
        text << std::ifstream{file}.rdbuf();
        return text.str();
    }

    static unsigned mode_of(const std::string& file)
    {
        struct stat now {};
        EXPECT_EQ(::stat(file.c_str(), &now), 0);
        return now.st_mode & 0777;
    }

    log journal()
    {
        return log{std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(warned_))};
    }

    test::temporary_folder folder_;
    std::string name_ = folder_.str() + "/trace";
    std::ostringstream warned_;
};

TEST_F(trace_file, has_a_line_each_with_its_time_and_can_be_read_by_its_owner_only)
{
    const auto trace = open_trace(name_, journal());
    ASSERT_TRUE(trace);
    const auto said = log{}.with_trace(*trace).with_prefix("session 1: ");
    said.dialogue("> {}", "NOOP");
    said.dialogue("< {}", "200 ok");
    said.error("not a part of the dialogue");
    EXPECT_THAT(contents(name_), MatchesRegex("[-0-9]+ [:.0-9]+ session 1: > NOOP\n"
                                              "[-0-9]+ [:.0-9]+ session 1: < 200 ok\n"));
    EXPECT_EQ(mode_of(name_), 0600U);
    EXPECT_EQ(warned_.str(), "");
}

TEST_F(trace_file, appends_to_a_file_that_was_there_and_closes_it_to_others)
{
    folder_.write("trace", "before\n", 0644);
    const auto trace = open_trace(name_, journal());
    ASSERT_TRUE(trace);
    log{}.with_trace(*trace).dialogue("after");
    EXPECT_THAT(contents(name_), MatchesRegex("before\n.* after\n"));
    EXPECT_EQ(mode_of(name_), 0600U);
}

TEST_F(trace_file, makes_no_directories)
{
    const auto trace = open_trace(folder_.str() + "/missing/trace", journal());
    ASSERT_FALSE(trace);
    EXPECT_EQ(trace.error().message,
              "option trace: cannot open " + folder_.str() + "/missing/trace: No such file or directory");
    EXPECT_FALSE(std::filesystem::exists(folder_.str() + "/missing"));
}

TEST_F(trace_file, is_no_pipe_that_would_hold_the_mount_up)
{
    ASSERT_EQ(::mkfifo(name_.c_str(), 0600), 0);
    EXPECT_FALSE(open_trace(name_, journal()));
}

TEST_F(trace_file, warns_once_of_a_full_disk)
{
    const auto trace = open_trace("/dev/full", journal());
    ASSERT_TRUE(trace);
    for (int i = 0; i < 3; ++i) {
        log{}.with_trace(*trace).dialogue("lost");
    }
    EXPECT_THAT(warned_.str(), HasSubstr("cannot write to the trace /dev/full: No space left on device"));
    EXPECT_EQ(warned_.str().find("trace"), warned_.str().rfind("trace")) << warned_.str();
}

// A limit of the file's size stands for a disk that fills up in the middle of a line and has room again.
TEST_F(trace_file, says_how_many_lines_are_missing_once_there_is_room_again)
{
    const auto trace = open_trace(name_, journal());
    ASSERT_TRUE(trace);
    const auto said = log{}.with_trace(*trace);
    const auto signal_before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit narrow{10, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &narrow), 0);
    said.dialogue("one");
    said.dialogue("two");
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, signal_before);
    said.dialogue("three");
    EXPECT_THAT(contents(name_), MatchesRegex("[-0-9]+\n2 lines are missing here\n.* three\n"));
}

}  // namespace
}  // namespace ftpfs::cli
