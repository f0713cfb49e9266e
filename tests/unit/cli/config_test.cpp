#include "ftpfs/cli/config.hpp"

#include <gmock/gmock.h>

#include <set>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

intention wish_of(std::string url, std::string_view options, problems& found)
{
    command_line line;
    line.url = std::move(url);
    line.mount_point = "mnt";
    line.options = split_options(options);
    return understand(std::move(line), found);
}

config made(std::string url, std::string_view options)
{
    problems found;
    const auto wish = wish_of(std::move(url), options, found);
    for (const auto& wrong : found) {
        ADD_FAILURE() << wrong.message;
    }
    return make_config(wish, 1000, 100);
}

TEST(config, takes_the_address_apart)
{
    const auto into = made("ftp://alice:geheim@[::1]:2121//srv/pub", "ipv6");
    EXPECT_EQ(into.ftp.host, "::1");
    EXPECT_EQ(into.ftp.port, 2121);
    EXPECT_EQ(into.ftp.root.str(), "/srv/pub");
    EXPECT_TRUE(into.ftp.root_given);
    EXPECT_EQ(into.ftp.family, ftp::address_family::ipv6);
    EXPECT_EQ(into.fuse.source, "ftp://alice@[::1]:2121//srv/pub");
    EXPECT_EQ(into.fuse.mount_point, "mnt");
}

TEST(config, the_disk_cache_lies_where_the_user_keeps_such_things)
{
    const auto directory = [](std::string_view options, uid_t uid, const std::string& cache_home) {
        auto into = made("ftp://h/", options);
        add_disk_cache(into, uid, cache_home);
        return into.fs.cache_dir;
    };
    EXPECT_EQ(directory("", 1000, "/home/me/.cache"), "/home/me/.cache/ftpfs");
    EXPECT_EQ(directory("", 0, "/root/.cache"), "/var/cache/ftpfs");
    EXPECT_EQ(directory("", 1000, ""), "");
    EXPECT_EQ(directory("cache_dir=/d", 1000, "/home/me/.cache"), "/d");
    EXPECT_EQ(directory("cache_dir=/d", 0, ""), "/d");
}

TEST(config, the_disk_cache_tells_trees_apart)
{
    const auto server = [](const std::string& url, std::string user, std::string account = {},
                           const std::string& options = {}) {
        auto into = made(url, options);
        login who;
        who.user = std::move(user);
        who.password = secret{"geheim"};
        who.account = std::move(account);
        add_login(into, std::move(who));
        add_disk_cache(into, 1000, "/c");
        EXPECT_EQ(into.fs.server.find("geheim"), std::string::npos);
        return into.fs.server;
    };
    EXPECT_EQ(server("ftp://Host/a", "u"), server("ftp://host:21/a/", "u"));
    const std::set<std::string> all{
        server("ftp://h/a", "u"),      server("ftp://h//a", "u"),     server("ftp://h/b", "u"),
        server("ftp://g/a", "u"),      server("ftp://h:22/a", "u"),   server("ftp://h/a", "v"),
        server("ftp://h/a", "u", "x"), server("ftp://h/a", "u 0: ~"), server("ftp://h/a", "u", "", "charset=CP932")};
    EXPECT_EQ(all.size(), 9U);
}

TEST(config, has_the_root_in_the_charset_of_the_server)
{
    EXPECT_EQ(made("ftp://h/表", "charset=CP932").ftp.root.str(), "/\x95\x5C");
    EXPECT_EQ(made("ftp://h/表", "").ftp.root.str(), "/表");
    problems found;
    wish_of("ftp://h/🙂", "charset=CP932", found);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].message.find("CP932 has nothing for \"🙂\""), std::string::npos) << found[0].message;
}

TEST(config, shows_the_owner_who_mounts_unless_told_otherwise)
{
    EXPECT_EQ(made("ftp://h/", "").fs.uid, 1000U);
    EXPECT_EQ(made("ftp://h/", "").fs.gid, 100U);
    EXPECT_EQ(made("ftp://h/", "uid=5").fs.uid, 5U);
    EXPECT_EQ(made("ftp://h/", "gid=6").fs.gid, 6U);
}

TEST(config, umask_is_the_default_of_both_masks)
{
    const auto into = made("ftp://h/", "fmask=133,umask=022");
    EXPECT_EQ(into.fs.file_mask, mode_t{0133});
    EXPECT_EQ(into.fs.directory_mask, mode_t{022});
    EXPECT_EQ(made("ftp://h/", "").fs.file_mask, mode_t{0});
}

TEST(config, ignores_changes_of_the_owner_for_root_alone_unless_told_otherwise)
{
    problems found;
    const auto wish = wish_of("ftp://h/", "", found);
    EXPECT_EQ(make_config(wish, 0, 0).fs.chown, fs::owner_policy::ignore);
    EXPECT_EQ(make_config(wish, 1000, 100).fs.chown, fs::owner_policy::fail);
    EXPECT_EQ(made("ftp://h/", "chown=ignore").fs.chown, fs::owner_policy::ignore);
    const auto strict = wish_of("ftp://h/", "chown=fail", found);
    EXPECT_EQ(make_config(strict, 0, 0).fs.chown, fs::owner_policy::fail);
}

TEST(config, read_only_holds_for_the_kernel_and_for_the_file_system)
{
    EXPECT_TRUE(made("ftp://h/", "ro").fuse.read_only);
    EXPECT_TRUE(made("ftp://h/", "ro").fs.read_only);
    EXPECT_FALSE(made("ftp://h/", "").fuse.read_only);
    EXPECT_FALSE(made("ftp://h/", "rw").fs.read_only);
}

TEST(config, debug_never_logs_less_than_asked_for)
{
    problems found;
    auto wish = wish_of("ftp://h/", "log_level=error", found);
    wish.line.debug = true;
    EXPECT_EQ(make_config(wish, 0, 0).log_level, spdlog::level::debug);
    wish.chosen.log_level = spdlog::level::trace;
    EXPECT_EQ(make_config(wish, 0, 0).log_level, spdlog::level::trace);
}

TEST(config, contradictions_are_told)
{
    struct row {
        std::string url;
        std::string_view options;
        std::string_view words;
    };
    for (const auto& [url, options, words] :
         {row{"ftp://h/", "ipv4,ipv6", "exclude each other"}, row{"ftp://h/", "allow_other,allow_root", "exclude"},
          row{"ftp://h/", "bind=192.0.2.1,ipv6", "bind=192.0.2.1 and ipv6 exclude each other"},
          row{"ftp://h/", "bind=::1,ipv4", "bind=::1 and ipv4 exclude each other"},
          row{"ftp://h/", "proxy=socks5://p,data=active", "proxy and data=active exclude each other"},
          row{"ftp://h/", "cache_size=1M,read_ahead=2M", "do not fit into a cache_size of 1 MiB"},
          row{"ftp://alice@h/", "user=bob", "two users are given, \"alice\" in the URL and user=bob"}}) {
        problems found;
        wish_of(url, options, found);
        ASSERT_THAT(found, SizeIs(1)) << options;
        EXPECT_THAT(found[0].message, HasSubstr(words));
    }
    problems found;
    wish_of("ftp://alice@h/", "user=alice", found);
    EXPECT_THAT(found, IsEmpty());
}

TEST(config, everything_wrong_is_told_at_once)
{
    problems found;
    wish_of("ftp://h:99999/", "timeout=x,nonsense,ipv4,ipv6", found);
    EXPECT_THAT(found, SizeIs(4));
}

}  // namespace
}  // namespace ftpfs::cli
