#include "ftpfs/cli/command_line.hpp"

#include <gmock/gmock.h>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

command_line parsed(const std::vector<std::string>& arguments)
{
    problems found;
    auto line = parse_command_line(arguments, found);
    for (const auto& wrong : found) {
        ADD_FAILURE() << testing::PrintToString(arguments) << ": " << wrong.message;
    }
    return line;
}

std::string complaint(const std::vector<std::string>& arguments)
{
    problems found;
    parse_command_line(arguments, found);
    EXPECT_THAT(found, SizeIs(1)) << testing::PrintToString(arguments);
    return found.empty() ? "" : found[0].message;
}

std::vector<std::string> names(const command_line& line)
{
    std::vector<std::string> found;
    for (const auto& option : line.options) {
        found.push_back(option.name + (option.value ? "=" + *option.value : ""));
    }
    return found;
}

TEST(command_line, takes_url_mount_point_and_options_in_any_order)
{
    const std::vector<std::vector<std::string>> forms{
        {"ftpfs", "-f", "-o", "ro,user=a", "-o", "uid=1", "ftp://h/", "/mnt"},
        {"ftpfs", "ftp://h/", "/mnt", "-f", "-oro,user=a", "-ouid=1"},
        {"/usr/bin/ftpfs", "ftp://h/", "-o", "ro,user=a,uid=1", "--foreground", "/mnt"},
        {"ftpfs", "-fo", "ro,user=a,uid=1", "--", "ftp://h/", "/mnt"},
    };
    for (const auto& form : forms) {
        const auto line = parsed(form);
        EXPECT_EQ(line.what, action::mount);
        EXPECT_TRUE(line.foreground);
        EXPECT_FALSE(line.debug);
        EXPECT_EQ(line.url, "ftp://h/");
        EXPECT_EQ(line.mount_point, "/mnt");
        EXPECT_THAT(names(line), testing::ElementsAre("ro", "user=a", "uid=1"));
    }
}

TEST(command_line, debug_stays_in_the_foreground)
{
    const auto line = parsed({"ftpfs", "-d", "ftp://h/", "/mnt"});
    EXPECT_TRUE(line.debug);
    EXPECT_TRUE(line.foreground);
}

TEST(command_line, leaves_odd_words_alone)
{
    const auto line = parsed({"ftpfs", "-o", "user=[a;b],comment={x}", "ftp://h/%20", "/mnt/a b,c"});
    EXPECT_EQ(line.mount_point, "/mnt/a b,c");
    EXPECT_EQ(line.url, "ftp://h/%20");
    EXPECT_THAT(names(line), testing::ElementsAre("user=[a;b]", "comment={x}"));
}

TEST(command_line, help_and_version_need_nothing_else)
{
    for (const auto* flag : {"-h", "--help"}) {
        EXPECT_EQ(parsed({"ftpfs", flag}).what, action::help);
    }
    for (const auto* flag : {"-V", "--version"}) {
        EXPECT_EQ(parsed({"ftpfs", flag}).what, action::version);
    }
    EXPECT_THAT(help_text(), HasSubstr("connect_timeout=TIME"));
    EXPECT_THAT(version_text(), testing::MatchesRegex("ftpfs [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(command_line, says_what_is_missing_or_too_much)
{
    EXPECT_THAT(complaint({"ftpfs"}), HasSubstr("usage: ftpfs"));
    EXPECT_THAT(complaint({}), HasSubstr("usage: ftpfs"));
    EXPECT_THAT(complaint({"ftpfs", "ftp://u:geheim@h/"}), HasSubstr("the mount point is missing behind ftp://u@h/"));
    EXPECT_THAT(complaint({"ftpfs", "ftp://h/", "/mnt", "third"}), HasSubstr("\"third\""));
    EXPECT_THAT(complaint({"ftpfs", "ftp://h/", "/mnt", "-o"}), HasSubstr("-o needs a list of options"));
    EXPECT_THAT(complaint({"ftpfs", "--no-such-flag", "ftp://h/", "/mnt"}), HasSubstr("--no-such-flag"));
    EXPECT_THAT(complaint({"ftpfs", "-x", "ftp://h/", "/mnt"}), HasSubstr("-x"));
}

TEST(command_line, no_complaint_shows_a_password)
{
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"ftpfs", "ftp://u:geheim@h/"},
                                                      {"ftpfs", "ftp://h/", "/mnt", "ftp://u:geheim@h/"},
                                                      {"ftpfs", "--pass=geheim", "ftp://h/", "/mnt"},
                                                      {"ftpfs", "-x", "ftp://u:geheim@h/", "/mnt", "more"}}) {
        EXPECT_THAT(complaint(arguments), Not(HasSubstr("geheim")));
    }
}

TEST(command_line, takes_commands_about_mounts_that_are_there)
{
    EXPECT_EQ(parsed({"ftpfs", "umount", "/mnt"}).what, action::unmount);
    EXPECT_EQ(parsed({"ftpfs", "umount", "/mnt"}).mount_point, "/mnt");
    EXPECT_EQ(parsed({"ftpfs", "status"}).what, action::status);
    EXPECT_EQ(parsed({"ftpfs", "status"}).mount_point, "");
    EXPECT_TRUE(parsed({"ftpfs", "status", "--json", "/mnt"}).json);
    EXPECT_EQ(parsed({"ftpfs", "umount", "--help"}).what, action::help);
    EXPECT_THAT(complaint({"ftpfs", "umount"}), HasSubstr("usage: ftpfs umount MOUNTPOINT"));
    EXPECT_THAT(complaint({"ftpfs", "umount", "/a", "/b"}), HasSubstr("usage: ftpfs umount MOUNTPOINT"));
    EXPECT_THAT(complaint({"ftpfs", "umount", "--json", "/a"}), HasSubstr("unknown option --json of umount"));
    EXPECT_THAT(complaint({"ftpfs", "status", "/a", "/b"}), HasSubstr("usage: ftpfs status"));
}

TEST(mount_helper, takes_the_words_of_mount)
{
    const std::vector<std::vector<std::string>> forms{
        {"/sbin/mount.ftpfs", "ftp://h/", "/mnt", "-o", "rw,noatime"},
        {"mount.ftpfs", "ftp://h/", "/mnt", "-s", "-n", "-v", "-o", "rw,noatime"},
        {"mount.ftpfs", "ftp://h/", "/mnt", "-snv", "-N", "/run/ns", "-t", "ftpfs", "-o", "rw,noatime"},
        {"mount.fuse.ftpfs", "-r", "ftp://h/", "/mnt", "-w", "-o", "rw,noatime"},
    };
    for (const auto& form : forms) {
        const auto line = parsed(form);
        EXPECT_EQ(line.what, action::mount);
        EXPECT_FALSE(line.foreground);
        EXPECT_EQ(line.url, "ftp://h/");
        EXPECT_EQ(line.mount_point, "/mnt");
        EXPECT_THAT(names(line), testing::ElementsAre("rw", "noatime"));
    }
}

TEST(mount_helper, a_rehearsal_mounts_nothing)
{
    EXPECT_EQ(parsed({"mount.ftpfs", "ftp://h/", "/mnt", "-f"}).what, action::nothing);
    EXPECT_EQ(parsed({"ftpfs", "ftp://h/", "/mnt", "-f"}).what, action::mount);
}

TEST(command_line, takes_a_probe_with_its_flags)
{
    const auto plain = parsed({"ftpfs", "probe", "ftp://h/"});
    EXPECT_EQ(plain.what, action::probe);
    EXPECT_EQ(plain.url, "ftp://h/");
    EXPECT_EQ(plain.probe.sessions, 1U);
    EXPECT_FALSE(plain.json || plain.probe.trace || plain.probe.active);
    const auto full = parsed({"ftpfs", "probe", "--trace", "ftp://h/", "--json", "--active", "--sessions=4", "--write",
                              "a b", "-o", "user=a,ipv4"});
    EXPECT_TRUE(full.json && full.probe.trace && full.probe.active);
    EXPECT_EQ(full.probe.sessions, 4U);
    EXPECT_EQ(full.probe.write, "a b");
    EXPECT_THAT(names(full), testing::ElementsAre("user=a", "ipv4"));
    EXPECT_EQ(parsed({"ftpfs", "probe", "--sessions", "--write=/x", "ftp://h/"}).probe.sessions, 10U);
    EXPECT_EQ(parsed({"ftpfs", "probe", "--help"}).what, action::help);
}

TEST(command_line, says_what_is_wrong_with_a_probe)
{
    EXPECT_THAT(complaint({"ftpfs", "probe"}), HasSubstr("usage: ftpfs probe"));
    EXPECT_THAT(complaint({"ftpfs", "probe", "ftp://a/", "ftp://b/"}), HasSubstr("usage: ftpfs probe"));
    EXPECT_THAT(complaint({"ftpfs", "probe", "ftp://a/", "--x"}), HasSubstr("unknown option --x"));
    EXPECT_THAT(complaint({"ftpfs", "probe", "ftp://a/", "--write"}), HasSubstr("--write needs a value"));
    for (const auto* number : {"1", "65", "-3", "x", "4x"}) {
        EXPECT_THAT(complaint({"ftpfs", "probe", "ftp://a/", std::string{"--sessions="} + number}),
                    HasSubstr("from 2 to 64"));
    }
}

}  // namespace
}  // namespace ftpfs::cli
