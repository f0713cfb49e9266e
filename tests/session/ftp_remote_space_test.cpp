// Free space and quotas, from whatever command the server has.
#include "ftp_remote_fixture.hpp"

namespace ftpfs::test {
namespace {

using strings = std::vector<std::string>;

constexpr auto quota_of_xquota = "213-File and disk usage\r\n    File count: 3\r\n    File limit: 10000\r\n"
                                 "    Disk usage: 1000\r\n    Disk limit: 5000\r\n213 File and disk usage end";

class ftp_remote_space : public ftp_remote_fixture {
protected:
    void serve(std::function<awaitable<>(scripted_control&)> rest, strings features = {},
               std::string greeting = "220 scripted server")
    {
        server.add([rest = std::move(rest), features, greeting](scripted_control& control) -> awaitable<> {
            control.answer_login(features);
            co_await control.say(greeting);
            co_await rest(control);
            co_await control.expect_end();
        });
    }

    // What space() says, as "available of total", so many times in a row.
    strings ask(int times = 1)
    {
        strings said;
        play([&](ftp::ftp_remote& remote) -> awaitable<> {
            for (int i = 0; i < times; ++i) {
                const auto space = co_await remote.space(path("/d"));
                said.push_back(space ? std::to_string(space->available) + " of " + std::to_string(space->total)
                                     : outcome(space));
            }
        });
        return said;
    }

    const std::string unknown = words(errc::unsupported);
};

TEST_F(ftp_remote_space, is_told_by_AVBL)
{
    serve([](scripted_control& control) -> awaitable<> { co_await control.expect("AVBL /d", "213 123456789012"); },
          {"AVBL", "XQUOTA"});
    EXPECT_EQ(ask(), strings{"123456789012 of 123456789012"});
}

TEST_F(ftp_remote_space, is_what_XQUOTA_leaves)
{
    serve([](scripted_control& control) -> awaitable<> { co_await control.expect("XQUOTA", quota_of_xquota); },
          {"XQUOTA"});
    EXPECT_EQ(ask(), strings{"4000 of 5000"});
}

TEST_F(ftp_remote_space, is_what_XQUOTA_leaves_where_AVBL_is_refused)
{
    serve(
        [](scripted_control& control) -> awaitable<> {
            co_await control.expect("AVBL /d", "502 not implemented");
            co_await control.expect("XQUOTA", quota_of_xquota);
            co_await control.expect("XQUOTA", quota_of_xquota);
        },
        {"AVBL", "XQUOTA"});
    EXPECT_EQ(ask(2), (strings{"4000 of 5000", "4000 of 5000"}));
}

TEST_F(ftp_remote_space, is_what_ProFTPDs_SITE_QUOTA_leaves)
{
    serve(
        [](scripted_control& control) -> awaitable<> {
            co_await control.expect("SITE QUOTA", "200-The current quota for this session are [current/limit]:\r\n"
                                                  " Name: bob\r\n   Uploaded Kb:\t\t1.00/5.00\r\n"
                                                  "   Uploaded files:\t0/10\r\n200 Please contact root");
        },
        {}, "220 ProFTPD Server (Debian)");
    EXPECT_EQ(ask(), strings{"4096 of 5120"});
}

TEST_F(ftp_remote_space, is_asked_for_no_more_once_there_is_no_quota)
{
    for (const auto* answer : {"202 No quotas in effect", "500 'SITE QUOTA' not understood",
                               "200-The current quota\r\n   Uploaded Kb:\tunlimited\r\n200 Please contact root"}) {
        serve([answer](scripted_control& control) -> awaitable<> { co_await control.expect("SITE QUOTA", answer); }, {},
              "220 ProFTPD Server (Debian)");
        EXPECT_EQ(ask(2), (strings{unknown, unknown})) << answer;
    }
}

TEST_F(ftp_remote_space, is_asked_of_nobody_who_did_not_announce_it)
{
    serve([](scripted_control&) -> awaitable<> { co_return; });
    play([&](ftp::ftp_remote& remote) -> awaitable<> {
        EXPECT_EQ(outcome(co_await remote.space(path("/d"))), unknown);
        EXPECT_EQ(server.commands().back(), "PWD");
    });
}

}  // namespace
}  // namespace ftpfs::test
