#include "ftpfs/cli/profile_store.hpp"

#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace ftpfs::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class profile_store_test : public testing::Test {
protected:
    profile_store_test()
    {
        who_.host = "FTP.example.org";
        who_.user = "alice";
        some_.greeting = "(vsFTPd 3.0.3)";
        some_.learned.rest = ftp::support::works;
    }

    profile_store store() const { return profile_store{folder_.str() + "/cache", who_}; }
    bool save() { return store().save(some_, now_, journal()); }
    std::optional<profile_store::entry> load() { return store().load(now_, journal()); }

    log journal()
    {
        return log{std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said_))};
    }

    std::string contents() const
    {
        std::ostringstream text;
        text << std::ifstream{store().file()}.rdbuf();
        return text.str();
    }
    void replace(std::string_view text) const { std::ofstream{store().file()} << text; }

    test::temporary_folder folder_;
    ftp::config who_;
    ftp::kept_profile some_;
    std::chrono::sys_seconds now_{std::chrono::days{20000}};
    std::ostringstream said_;
};

TEST_F(profile_store_test, reads_what_it_wrote)
{
    EXPECT_FALSE(load());
    EXPECT_EQ(said_.str(), "") << "there is nothing to complain of";
    ASSERT_TRUE(save());
    const auto found = load();
    ASSERT_TRUE(found);
    EXPECT_EQ(to_text(found->profile), to_text(some_));
    EXPECT_EQ(found->since, now_);
    EXPECT_THAT(contents(), HasSubstr("server ftp.example.org:21 alice\n"));
    struct stat seen {};
    ASSERT_EQ(::stat(store().file().c_str(), &seen), 0);
    EXPECT_EQ(seen.st_mode & 0777, 0600U);
    const std::filesystem::path place{store().file()};
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{place.parent_path()}, {}), 1) << "nothing beside it";
}

TEST_F(profile_store_test, keeps_hosts_ports_and_users_apart)
{
    ASSERT_TRUE(save());
    const auto file = store().file();
    who_.port = 2121;
    EXPECT_FALSE(load());
    who_.port = 21;
    who_.user = "bob";
    EXPECT_FALSE(load());
    EXPECT_NE(store().file(), file);
    who_.user = "alice";
    who_.host = "ftp.EXAMPLE.org";
    EXPECT_TRUE(load());
}

TEST_F(profile_store_test, forgets_after_a_month_and_what_comes_from_the_future)
{
    ASSERT_TRUE(save());
    now_ += std::chrono::days{30};
    EXPECT_TRUE(load());
    now_ += 1s;
    EXPECT_FALSE(load());
    now_ -= std::chrono::days{32};
    EXPECT_FALSE(load());
}

TEST_F(profile_store_test, leaves_a_damaged_file_aside_with_one_line)
{
    ASSERT_TRUE(save());
    const auto whole = contents();
    for (std::size_t i = 0; i < whole.size(); ++i) {
        said_.str("");
        auto damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        replace(damaged);
        EXPECT_FALSE(load()) << i;
        const auto said = said_.str();
        EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
    }
    for (std::size_t length = 0; length < whole.size(); ++length) {
        replace(whole.substr(0, length));
        EXPECT_FALSE(load()) << length;
    }
    replace(std::string(100'000, 'x'));
    EXPECT_FALSE(load());
    ASSERT_TRUE(save()) << "it is replaced";
    EXPECT_TRUE(load());
}

TEST_F(profile_store_test, follows_no_link_and_keeps_nothing_where_it_cannot)
{
    ASSERT_TRUE(save());
    const auto elsewhere = folder_.write("elsewhere", contents(), 0600);
    std::filesystem::remove(store().file());
    std::filesystem::create_symlink(elsewhere, store().file());
    EXPECT_FALSE(load());
    ASSERT_TRUE(save());
    EXPECT_FALSE(std::filesystem::is_symlink(store().file()));

    const profile_store nowhere{folder_.write("file", "", 0600) + "/cache", who_};
    said_.str("");
    EXPECT_FALSE(nowhere.save(some_, now_, journal()));
    EXPECT_THAT(said_.str(), HasSubstr("cannot keep what was learned"));
    const profile_store none{"", who_};
    EXPECT_FALSE(none.save(some_, now_, journal()));
    EXPECT_FALSE(none.load(now_, journal()));
    EXPECT_TRUE(none.forget());
}

TEST_F(profile_store_test, forgets_when_told)
{
    ASSERT_TRUE(save());
    EXPECT_TRUE(store().forget());
    EXPECT_FALSE(load());
    EXPECT_TRUE(store().forget());
}

}  // namespace
}  // namespace ftpfs::cli
