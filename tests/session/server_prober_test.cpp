// The prober against servers that stop making sense at any moment: it ends, soon, and tells what it knows.
#include "ftp_remote_fixture.hpp"

#include "ftpfs/ftp/server_prober.hpp"

#include <gmock/gmock.h>

namespace ftpfs::test {
namespace {

using testing::HasSubstr;

class server_prober_test : public ftp_remote_fixture {
public:
    server_prober_test()
    {
        settings.user = "bob";
        settings.password = secret{"s3cret"};
    }

    void be_impatient()
    {
        settings.connect_timeout = std::chrono::milliseconds{50};
        settings.timeout = std::chrono::milliseconds{50};
    }

    ftp::probe_report probe(ftp::probe_wish wish = {})
    {
        ftp::server_prober prober{connector, settings, std::move(wish), log{}, {}};
        server.play(run(prober));
        return prober.report();
    }

    static std::string words_of(const ftp::probe_report& report, std::string_view name)
    {
        for (const auto& step : report.steps) {
            if (step.name == name) {
                return step.words;
            }
        }
        return {};
    }

private:
    static awaitable<> run(ftp::server_prober& prober)
    {
        co_await prober.run();
        co_await prober.clean_up();
    }
};

// What a server does from a certain command on.
struct misbehaviour {
    std::string name;
    std::function<awaitable<bool>(scripted_control&)> act;
};

awaitable<bool> fall_silent(scripted_control& control)
{
    co_await control.stay_silent();
    co_return true;
}

awaitable<bool> hang_up(scripted_control& control)
{
    control.close();
    co_return true;
}

awaitable<bool> talk_nonsense(scripted_control& control)
{
    co_await control.say_raw("\x00\xff<html>\r\n");
    co_return true;
}

awaitable<bool> begin_only(scripted_control& control)
{
    co_await control.say("150 in a moment");
    co_return true;
}

awaitable<bool> agree_to_everything(scripted_control& control)
{
    co_await control.say("250 certainly");
    co_return true;
}

awaitable<bool> refuse_everything(scripted_control& control)
{
    co_await control.say("500 never");
    co_return true;
}

TEST_F(server_prober_test, ends_whatever_the_server_does_from_any_command_on)
{
    be_impatient();
    const misbehaviour all[]{{"silence", fall_silent}, {"closing", hang_up},         {"nonsense", talk_nonsense},
                             {"150", begin_only},      {"yes", agree_to_everything}, {"no", refuse_everything}};
    std::size_t from = 0;
    std::size_t heard = 0;
    const misbehaviour* now = nullptr;
    small_server sensible{[&](scripted_control& control, std::string) -> awaitable<bool> {
        if (heard++ < from) {
            co_return false;
        }
        co_return co_await now->act(control);
    }};
    server.otherwise([&](scripted_control& control) { return sensible(control); });
    for (const auto& one : all) {
        for (from = 0; from < 24; from += 4) {
            now = &one;
            heard = 0;
            ftp::probe_wish wish;
            wish.sessions = 3;
            wish.write = path("/d");
            const auto report = probe(std::move(wish));
            EXPECT_FALSE(report.steps.empty()) << one.name << " from " << from;
            EXPECT_FALSE(report.interrupted) << one.name << " from " << from;
        }
    }
}

TEST_F(server_prober_test, sends_nothing_that_changes_anything)
{
    server.otherwise(small_server{});
    const auto report = probe();
    EXPECT_FALSE(report.end);
    EXPECT_EQ(report.mlsd, ftp::support::works);
    for (std::size_t i = 1; i <= server.connections(); ++i) {
        for (const auto& command : server.commands(i)) {
            for (const auto* verb :
                 {"STOR", "APPE", "MKD", "RMD", "DELE", "RNFR", "RNTO", "MFMT", "MFF", "SITE", "STOU", "ALLO"}) {
                EXPECT_FALSE(command.starts_with(verb)) << command;
            }
        }
    }
}

TEST_F(server_prober_test, says_why_the_login_failed)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("220 hello");
        co_await control.expect("USER bob", "331 who?");
        co_await control.expect("PASS s3cret", "530 s3cret is wrong");
        co_await control.expect_end();
    });
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.say("220 hello");
        co_await control.expect("AUTH TLS", "234 go on");
        control.close();
    });
    const auto report = probe();
    ASSERT_TRUE(report.end);
    EXPECT_TRUE(*report.end == errc::login_refused);
    EXPECT_THAT(words_of(report, "login"), HasSubstr("530 **** is wrong"));
    EXPECT_EQ(report.tls.offered, ftp::support::works);
    EXPECT_EQ(server.connections(), 2U) << "a wrong password is tried once";
}

}  // namespace
}  // namespace ftpfs::test
