#include "ftpfs/cli/options.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

namespace ftpfs::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

settings applied(std::string_view list)
{
    problems found;
    auto into = apply_options(split_options(list), found);
    for (const auto& wrong : found) {
        ADD_FAILURE() << list << ": " << wrong.message;
    }
    return into;
}

std::string complaint(std::string_view list)
{
    problems found;
    apply_options(split_options(list), found);
    EXPECT_THAT(found, SizeIs(1)) << list;
    return found.empty() ? "" : found[0].message;
}

TEST(options, know_charsets)
{
    EXPECT_EQ(applied("").ftp.charset, "UTF-8");
    EXPECT_EQ(applied("charset=utf8").ftp.charset, "UTF-8");
    EXPECT_EQ(applied("charset=EUC-JP").ftp.charset, "EUC-JP");
    EXPECT_EQ(applied("charset=shift_jis").ftp.charset, "CP932");
    EXPECT_THAT(complaint("charset=klingon"), HasSubstr("no charset this machine knows"));
    EXPECT_THAT(complaint("charset=UTF-16"), HasSubstr("does not extend ASCII"));
}

TEST(options, know_time_zones)
{
    const auto noon = std::chrono::sys_days{std::chrono::year{2026} / 7 / 1} + 12h;
    const auto corrected = [&](const char* list) {
        return applied(list).ftp.zone.corrected({noon, time_precision::minute, time_source::listing}).value;
    };
    EXPECT_EQ(corrected(""), noon);
    EXPECT_EQ(corrected("server_tz=auto"), noon);
    EXPECT_EQ(corrected("server_tz=+02:00"), noon - 2h);
    EXPECT_EQ(corrected("server_tz=Asia/Tokyo"), noon - 9h);
    EXPECT_THAT(complaint("server_tz=Mars/Olympus"), HasSubstr("no time zone this machine knows"));
}

TEST(options, contain_links)
{
    EXPECT_EQ(applied("").fs.symlinks, fs::link_policy::contain);
    EXPECT_EQ(applied("symlinks=show").fs.symlinks, fs::link_policy::show);
    EXPECT_EQ(applied("symlinks=hide").fs.symlinks, fs::link_policy::hide);
    EXPECT_THAT(complaint("symlinks=follow"), HasSubstr("contain, show, hide"));
}

TEST(option_list, is_split_at_commas_and_the_first_equals_sign)
{
    const auto found = split_options("ro,user=a=b,,netrc=,x");
    ASSERT_THAT(found, SizeIs(4));
    EXPECT_EQ(found[0].name, "ro");
    EXPECT_EQ(found[0].value, std::nullopt);
    EXPECT_EQ(found[1].name, "user");
    EXPECT_EQ(found[1].value, "a=b");
    EXPECT_EQ(found[2].name, "netrc");
    EXPECT_EQ(found[2].value, "");
    EXPECT_EQ(found[3].name, "x");
}

TEST(option_list, keeps_escaped_commas_and_backslashes)
{
    const auto found = split_options(R"(user=a\,b\\c\d,ro)");
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0].value, R"(a,b\c\d)");
}

TEST(option_list, may_be_empty_or_end_anywhere)
{
    EXPECT_THAT(split_options(""), IsEmpty());
    EXPECT_THAT(split_options(",,"), IsEmpty());
    EXPECT_EQ(split_options("user=x\\")[0].value, "x\\");
    EXPECT_EQ(split_options("user=")[0].value, "");
}

TEST(option_table, names_each_option_once_and_keeps_groups_together)
{
    std::set<std::string_view> names;
    std::set<option_group> closed;
    std::optional<option_group> group;
    for (const auto& entry : option_table()) {
        EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
        EXPECT_FALSE(entry.help.empty()) << entry.name;
        if (group != entry.group) {
            EXPECT_TRUE(closed.insert(entry.group).second) << entry.name;
            group = entry.group;
        }
    }
    for (const auto flags : {kernel_flags(), ignored_flags()}) {
        for (const auto flag : flags) {
            // "user" is both: bare it is fstab's, with a value it is ours.
            EXPECT_TRUE(names.insert(flag).second || flag == "user") << flag;
        }
    }
}

TEST(option_table, tells_the_defaults_of_the_layers)
{
    const settings defaults;
    for (const auto& entry : option_table()) {
        settings into;
        if (entry.argument.empty() || entry.default_value.empty() || entry.group == option_group::who ||
            entry.group == option_group::ownership || entry.default_value.starts_with('~')) {
            continue;
        }
        EXPECT_EQ(entry.apply(into, entry.default_value), std::nullopt) << entry.name;
        EXPECT_EQ(into.ftp.connections, defaults.ftp.connections) << entry.name;
        EXPECT_EQ(into.ftp.connect_timeout, defaults.ftp.connect_timeout) << entry.name;
        EXPECT_EQ(into.ftp.timeout, defaults.ftp.timeout) << entry.name;
        EXPECT_EQ(into.ftp.keepalive, defaults.ftp.keepalive) << entry.name;
        EXPECT_EQ(into.ftp.data, defaults.ftp.data) << entry.name;
        EXPECT_EQ(into.ftp.armed, defaults.ftp.armed) << entry.name;
        EXPECT_EQ(into.ftp.pipelining, defaults.ftp.pipelining) << entry.name;
        EXPECT_EQ(into.ftp.rang, defaults.ftp.rang) << entry.name;
        EXPECT_EQ(into.ftp.listing, defaults.ftp.listing) << entry.name;
        EXPECT_EQ(into.ftp.hidden, defaults.ftp.hidden) << entry.name;
        EXPECT_EQ(into.fs.timeout, defaults.fs.timeout) << entry.name;
        EXPECT_EQ(into.fs.dir_ttl, defaults.fs.dir_ttl) << entry.name;
        EXPECT_EQ(into.fs.attr_ttl, defaults.fs.attr_ttl) << entry.name;
        EXPECT_EQ(into.fs.negative_ttl, defaults.fs.negative_ttl) << entry.name;
        EXPECT_EQ(into.fs.cache_size, defaults.fs.cache_size) << entry.name;
        EXPECT_EQ(into.fs.read_ahead, defaults.fs.read_ahead) << entry.name;
        EXPECT_EQ(into.fs.prefetch, defaults.fs.prefetch) << entry.name;
        EXPECT_EQ(into.fs.streams, defaults.fs.streams) << entry.name;
        EXPECT_EQ(into.fs.upload, defaults.fs.upload) << entry.name;
        EXPECT_EQ(into.log_level, defaults.log_level) << entry.name;
    }
}

TEST(options, reach_their_fields)
{
    const auto into =
        applied("user=alice,credentials=/c,password_stdin,netrc=/n,account=acc,connections=7,data=pasv,"
                "pasv_address=auto,active_address=198.51.100.1,active_ports=50000-50099,bind=192.0.2.9,"
                "proxy=http://pat:pw@proxy:3128,armed=off,pipelining=off,rang=off,ipv6,connect_timeout=1500ms,"
                "timeout=2min,keepalive=1h,listing=list,hidden=off,dir_ttl=0,attr_ttl=1,negative_ttl=2s,"
                "cache_size=1G,read_ahead=0,streams=3,profile=off,prefetch=off,disk_cache=20G,cache_dir=/d,"
                "upload=atomic,staging_dir=/s,ro,uid=12,gid=34,umask=022,fmask=111,dmask=7,"
                "chown=ignore,allow_other,default_permissions,log_level=trace,log_file=/l,trace=/t");
    EXPECT_EQ(into.user, "alice");
    EXPECT_EQ(into.credentials_file, "/c");
    EXPECT_TRUE(into.password_from_stdin);
    EXPECT_EQ(into.netrc_file, "/n");
    EXPECT_TRUE(into.use_netrc);
    EXPECT_EQ(into.ftp.account, "acc");
    EXPECT_EQ(into.ftp.connections, 7U);
    EXPECT_EQ(into.ftp.data, ftp::data_mode::pasv);
    EXPECT_EQ(into.ftp.pasv_address, ftp::pasv_address::automatic);
    EXPECT_EQ(applied("data=active").ftp.data, ftp::data_mode::active);
    EXPECT_EQ(into.ftp.active_address, boost::asio::ip::make_address("198.51.100.1"));
    EXPECT_EQ(into.ftp.active_ports, (ftp::port_range{50000, 50099}));
    ASSERT_TRUE(into.ftp.proxy);
    EXPECT_EQ(into.ftp.proxy->host, "proxy");
    EXPECT_EQ(into.ftp.bind, boost::asio::ip::make_address("192.0.2.9"));
    EXPECT_FALSE(into.ftp.armed);
    EXPECT_FALSE(into.ftp.pipelining);
    EXPECT_FALSE(into.ftp.rang);
    EXPECT_FALSE(into.ipv4);
    EXPECT_TRUE(into.ipv6);
    EXPECT_EQ(into.ftp.connect_timeout, 1500ms);
    EXPECT_EQ(into.ftp.timeout, 120s);
    EXPECT_EQ(into.fs.timeout, 120s);
    EXPECT_EQ(into.ftp.keepalive, 1h);
    EXPECT_EQ(into.ftp.listing, ftp::listing_mode::list);
    EXPECT_EQ(into.ftp.hidden, ftp::hidden_files::off);
    EXPECT_EQ(into.fs.dir_ttl, 0ms);
    EXPECT_EQ(into.fs.attr_ttl, 1s);
    EXPECT_EQ(into.fs.negative_ttl, 2s);
    EXPECT_EQ(into.fs.cache_size, std::uint64_t{1} << 30);
    EXPECT_EQ(into.fs.read_ahead, 0U);
    EXPECT_FALSE(into.fs.prefetch);
    EXPECT_FALSE(into.keep_profile);
    EXPECT_EQ(into.fs.streams, 3U);
    EXPECT_EQ(into.fs.disk_cache, std::uint64_t{20} << 30);
    EXPECT_EQ(into.fs.cache_dir, "/d");
    EXPECT_EQ(applied("disk_cache=1G,disk_cache=off").fs.disk_cache, 0U);
    EXPECT_EQ(into.fs.upload, fs::upload_mode::atomic);
    EXPECT_EQ(into.fs.staging_dir, "/s");
    EXPECT_EQ(into.chown, fs::owner_policy::ignore);
    EXPECT_TRUE(into.fuse.read_only);
    EXPECT_EQ(into.uid, 12U);
    EXPECT_EQ(into.gid, 34U);
    EXPECT_EQ(into.umask, mode_t{022});
    EXPECT_EQ(into.file_mask, mode_t{0111});
    EXPECT_EQ(into.directory_mask, mode_t{07});
    EXPECT_TRUE(into.fuse.allow_other);
    EXPECT_FALSE(into.fuse.allow_root);
    EXPECT_TRUE(into.fuse.default_permissions);
    EXPECT_EQ(into.log_level, spdlog::level::trace);
    EXPECT_EQ(into.log_file, "/l");
    EXPECT_EQ(into.trace, "/t");
    EXPECT_EQ(applied("trace=t").trace, std::filesystem::current_path() / "t");
}

TEST(options, take_users_and_groups_by_name)
{
    const auto into = applied("uid=root,gid=root");
    EXPECT_EQ(into.uid, 0U);
    EXPECT_EQ(into.gid, 0U);
}

TEST(options, are_replaced_by_later_ones)
{
    EXPECT_EQ(applied("connections=2,connections=3").ftp.connections, 3U);
    EXPECT_FALSE(applied("netrc=/n,netrc=off").use_netrc);
    EXPECT_TRUE(applied("netrc=off,netrc=/n").use_netrc);
    EXPECT_FALSE(applied("ro,rw").fuse.read_only);
    EXPECT_TRUE(applied("rw,ro").fuse.read_only);
}

TEST(options, hand_the_kernels_flags_on)
{
    EXPECT_THAT(applied("noatime,nosuid,dev").fuse.mount_flags, testing::ElementsAre("noatime", "nosuid", "dev"));
}

TEST(options, accept_what_fstab_and_systemd_write_for_themselves)
{
    const auto into = applied("rw,defaults,user,users,noauto,nofail,_netdev,owner,group,comment=any thing,"
                              "x-systemd.automount,x-systemd.idle-timeout=60,X-mount.mkdir=0755,relatime,lazytime");
    EXPECT_THAT(into.fuse.mount_flags, IsEmpty());
    EXPECT_EQ(into.user, std::nullopt);
}

TEST(options, tell_what_is_wrong_with_a_value)
{
    struct row {
        std::string_view list;
        std::string_view words;
    };
    constexpr std::array rows{
        row{"timeout=soon", "option timeout: \"soon\" is not a duration"},
        row{"timeout=1ms", "too short"},
        row{"timeout", "option timeout needs a value: timeout=TIME"},
        row{"timeout=", "is not a duration"},
        row{"ro=1", "option ro takes no value"},
        row{"connections=0", "not a number from 1 to 64"},
        row{"connections=65", "not a number from 1 to 64"},
        row{"connections=-1", "not a number"},
        row{"connections=4x", "not a number"},
        row{"data=passive", "\"passive\" is not one of auto, epsv, pasv, active"},
        row{"pasv_address=peer", "\"peer\" is not one of control, server, auto"},
        row{"bind=eth0", "\"eth0\" is not an address like 192.0.2.1"},
        row{"active_address=router.example", "\"router.example\" is not an address"},
        row{"active_ports=50000", "\"50000\" is not a range of ports from 1024 to 65535, like 50000-50099"},
        row{"active_ports=80-90", "is not a range of ports"},
        row{"active_ports=50001-50000", "is not a range of ports"},
        row{"active_ports=50000-70000", "is not a range of ports"},
        row{"upload=fast", "\"fast\" is not one of stream, atomic"},
        row{"staging_dir=tmp", "\"tmp\" is not an absolute path"},
        row{"chown=yes", "\"yes\" is not one of fail, ignore"},
        row{"cache_size=lots", "is not a size"},
        row{"cache_size=1K", "too small: at least 1 MiB"},
        row{"disk_cache=on", "is not a size"},
        row{"disk_cache=0", "too small: at least 1 MiB"},
        row{"cache_dir=tmp", "\"tmp\" is not an absolute path"},
        row{"umask=8", "octal"},
        row{"umask=1777", "octal"},
        row{"uid=no such user", "neither a number nor a user"},
        row{"gid=", "neither a number nor a group"},
        row{"user=", "the value is missing"},
        row{"netrc=", "the value is missing"},
        row{"hidden=yes", "is not one of auto, on, off"},
        row{"log_level=loud", "error, warning, info, debug, trace"},
    };
    for (const auto& [list, words] : rows) {
        EXPECT_THAT(complaint(list), HasSubstr(words)) << list;
    }
}

TEST(options, unknown_ones_get_a_suggestion)
{
    EXPECT_EQ(complaint("conections=3"), "unknown option \"conections\": did you mean \"connections\"?");
    EXPECT_EQ(complaint("allow_others"), "unknown option \"allow_others\": did you mean \"allow_other\"?");
    EXPECT_EQ(complaint("noatme"), "unknown option \"noatme\": did you mean \"noatime\"?");
    EXPECT_EQ(complaint("gibberish"), "unknown option \"gibberish\": ftpfs --help lists all");
}

TEST(options, a_password_is_refused_without_repeating_it)
{
    for (const auto* name : {"password", "pass", "passwd"}) {
        const auto words = complaint(std::string{name} + "=geheim");
        EXPECT_THAT(words, HasSubstr("credentials=FILE"));
        EXPECT_THAT(words, testing::Not(HasSubstr("geheim")));
    }
}

TEST(options, tls_has_a_status_of_its_own)
{
    for (const auto* list : {"tls=explicit", "tls", "tls_verify=off"}) {
        problems found;
        apply_options(split_options(list), found);
        ASSERT_THAT(found, SizeIs(1)) << list;
        EXPECT_EQ(found[0].status, exit_status::tls_wanted) << list;
        EXPECT_THAT(found[0].message, HasSubstr("does not speak TLS yet")) << list;
    }
}

TEST(options, all_problems_are_told_at_once)
{
    problems found;
    apply_options(split_options("timeout=x,nonsense,ro=1,connections=2"), found);
    EXPECT_THAT(found, SizeIs(3));
}

TEST(help, names_every_option_with_its_default)
{
    const auto text = describe_options();
    for (const auto& entry : option_table()) {
        EXPECT_THAT(text, HasSubstr(entry.name));
        EXPECT_THAT(text, HasSubstr(entry.help));
    }
    EXPECT_THAT(text, HasSubstr("[10s]"));
}

TEST(help, fits_a_terminal)
{
    std::istringstream lines{describe_options()};
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 100U) << line;
    }
}

}  // namespace
}  // namespace ftpfs::cli
