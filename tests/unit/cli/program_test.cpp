// The program up to the point where it would speak to a server.

#include "ftpfs/cli/program.hpp"

#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <map>
#include <sstream>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class program : public testing::Test {
protected:
    program() : world_{in_, out_, err_}
    {
        world_.ask_password = [this](const std::string&) -> outcome<secret> {
            ++asked_;
            return problem{exit_status::login_refused, "there is no terminal to ask for a password on"};
        };
        world_.replace_argument = [this](std::size_t index, std::string_view text) { shown_[index] = text; };
    }

    exit_status run(std::vector<std::string> arguments)
    {
        world_.arguments = std::move(arguments);
        world_.arguments.insert(world_.arguments.begin(), "ftpfs");
        return run_program(world_);
    }

    test::temporary_folder folder_;
    std::istringstream in_;
    std::ostringstream out_;
    std::ostringstream err_;
    environment world_;
    std::map<std::size_t, std::string> shown_;
    int asked_ = 0;
};

TEST_F(program, prints_help_and_version_on_standard_output)
{
    EXPECT_EQ(run({"--help"}), exit_status::ok);
    EXPECT_THAT(out_.str(), HasSubstr("Usage: ftpfs"));
    EXPECT_EQ(run({"--version"}), exit_status::ok);
    EXPECT_EQ(err_.str(), "");
}

TEST_F(program, hides_passwords_from_ps_before_anything_else)
{
    EXPECT_EQ(run({"-o", "nonsense", "ftp://alice:geheim@h/x", "/mnt"}), exit_status::usage);
    EXPECT_EQ(shown_[3], "ftp://alice@h/x");
    EXPECT_THAT(err_.str(), Not(HasSubstr("geheim")));
}

TEST_F(program, tells_everything_that_is_wrong_one_line_each)
{
    EXPECT_EQ(run({"-o", "timeout=x,nonsense", "ftp://h:99999/", "/mnt"}), exit_status::usage);
    std::istringstream lines{err_.str()};
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        EXPECT_TRUE(line.starts_with("ftpfs: ")) << line;
    }
    EXPECT_EQ(count, 3);
}

TEST_F(program, looks_at_the_mount_point_before_it_asks_for_a_password)
{
    EXPECT_EQ(run({"ftp://alice@h/", folder_.str() + "/missing"}), exit_status::no_mount_point);
    EXPECT_THAT(err_.str(), HasSubstr("/missing"));
    EXPECT_EQ(run({"ftp://alice@h/", folder_.write("file", "", 0600)}), exit_status::no_mount_point);
    EXPECT_EQ(asked_, 0);
}

TEST_F(program, says_where_no_ftpfs_is_mounted)
{
    for (const auto* command : {"umount", "status"}) {
        err_.str("");
        EXPECT_EQ(run({command, folder_.str()}), exit_status::no_mount_point) << command;
        EXPECT_THAT(err_.str(), HasSubstr("no ftpfs is mounted on " + folder_.str()));
    }
}

TEST_F(program, tls_ends_with_its_own_status)
{
    EXPECT_EQ(run({"ftps://h/", folder_.str()}), exit_status::tls_wanted);
    EXPECT_EQ(run({"-o", "tls=explicit", "ftp://h/", folder_.str()}), exit_status::tls_wanted);
}

}  // namespace
}  // namespace ftpfs::cli
