// Names in another charset than ours, down to the wire.
#include "ftpfs/ftp/translating_remote.hpp"

#include "ftp_remote_fixture.hpp"

#include "support/fake_remote.hpp"

#include <gmock/gmock.h>

namespace ftpfs::test {
namespace {

using remote::existing_target;
using strings = std::vector<std::string>;

constexpr auto progress = "進捗.jpg";
constexpr auto progress_cp932 = "\x90\x69\x92\xBB.jpg";

class translating_remote : public ftp_remote_fixture {
protected:
    translating_remote() { settings.charset = "CP932"; }

    // What the remote below was asked, beneath one that translates.
    void over_fake(std::function<awaitable<>(fake_remote&, remote::remote&)> what)
    {
        server.play(run_over_fake(std::move(what)));
    }

    std::string logged_words()
    {
        logger->flush();
        return logged.str();
    }

private:
    awaitable<> run_over_fake(std::function<awaitable<>(fake_remote&, remote::remote&)> what)
    {
        auto wire = std::make_shared<fake_remote>(loop.get_executor());
        ftp::translating_remote local{wire, proto::name_codec::make("CP932").value()};
        co_await what(*wire, local);
        co_await local.shut_down();
        EXPECT_TRUE(wire->is_shut_down());
    }
};

TEST_F(translating_remote, shows_names_and_targets_in_utf8)
{
    over_fake([](fake_remote& wire, remote::remote& local) -> awaitable<> {
        wire.add_file(std::string{"/"} + progress_cp932, "x");
        wire.add_link("/l", progress_cp932);
        wire.add_file("/bad\xFF", "x");
        const auto listed = co_await local.list(remote_path{});
        strings names;
        for (const auto& entry : listed.value().entries) {
            names.push_back(entry.name.str());
        }
        EXPECT_THAT(names, testing::UnorderedElementsAre(progress, "l", "bad\uEFFF"));
        const auto link = co_await local.stat(path("/l"));
        EXPECT_EQ(link.value().link_target, progress);
        const auto target = co_await local.read_link(path("/l"));
        EXPECT_EQ(target.value(), progress);
        const auto odd = co_await local.stat(path("/bad\uEFFF"));
        EXPECT_EQ(odd.value().size, 1U);
    });
}

TEST_F(translating_remote, asks_in_the_charset_of_the_server)
{
    over_fake([](fake_remote& wire, remote::remote& local) -> awaitable<> {
        const auto here = path(std::string{"/"} + progress);
        const auto there = "/" + std::string{progress_cp932};
        wire.add_file(there, "abc");
        co_await local.stat(here);
        co_await local.list_ahead(path("/表"));
        co_await local.open_download(remote::download_request{here});
        co_await local.make_directory(path("/表"));
        co_await local.rename(here, path("/表/ソ"), existing_target::replace);
        co_await local.remove(path("/表/ソ"));
        co_await local.remove_directory(path("/表"));
        co_await local.change_attributes(here, remote::attribute_change{});
        co_await local.make_link("表", path("/能"));
        co_await local.copy(here, path("/2"));
        co_await local.space(path("/表"));
        const strings expected{"stat " + there,
                               "list /\x95\x5C ahead",
                               "open " + there + " @0",
                               "mkdir /\x95\x5C",
                               "rename " + there + " /\x95\x5C/\x83\x5C",
                               "remove /\x95\x5C/\x83\x5C",
                               "rmdir /\x95\x5C",
                               "link /\x94\x5C",
                               "copy " + there + " /2",
                               "space /\x95\x5C"};
        EXPECT_EQ(wire.calls(), expected);
    });
}

TEST_F(translating_remote, keeps_what_the_charset_lacks_from_the_server)
{
    over_fake([](fake_remote& wire, remote::remote& local) -> awaitable<> {
        const auto smile = path("/🙂");
        strings missing;
        strings refused;
        const auto answer0 = co_await local.list(smile);
        missing.push_back(outcome(answer0));
        const auto answer1 = co_await local.stat(smile);
        missing.push_back(outcome(answer1));
        const auto answer2 = co_await local.read_link(smile);
        missing.push_back(outcome(answer2));
        const auto answer3 = co_await local.remove(smile);
        missing.push_back(outcome(answer3));
        const auto answer4 = co_await local.remove_directory(smile);
        missing.push_back(outcome(answer4));
        const auto answer5 = co_await local.rename(smile, path("/b"), existing_target::replace);
        missing.push_back(outcome(answer5));
        const auto answer6 = co_await local.open_download(remote::download_request{smile});
        missing.push_back(outcome(answer6));
        const auto answer7 = co_await local.rename(path("/b"), smile, existing_target::replace);
        refused.push_back(outcome(answer7));
        const auto answer8 = co_await local.make_directory(smile);
        refused.push_back(outcome(answer8));
        const auto answer9 = co_await local.make_link("🙂", path("/b"));
        refused.push_back(outcome(answer9));
        const auto answer10 = co_await local.make_link("b", smile);
        refused.push_back(outcome(answer10));
        const auto answer11 = co_await local.copy(path("/b"), smile);
        refused.push_back(outcome(answer11));
        const auto answer12 = co_await local.open_upload(remote::upload_request{smile});
        refused.push_back(outcome(answer12));
        EXPECT_THAT(missing, testing::Each(words(errc::not_found)));
        EXPECT_THAT(refused, testing::Each(words(errc::not_in_charset)));
        EXPECT_EQ(wire.calls(), strings{});
    });
}

TEST_F(translating_remote, does_not_ask_for_utf8)
{
    server.add([](scripted_control& control) -> awaitable<> {
        control.answer_login(strings(1, "UTF8"));
        co_await control.say("220 hello");
        control.answer("OPTS", {});
        co_await control.expect("OPTS UTF8 OFF", "200 ok");
        co_await control.expect("CWD /\x95\x5C", "550 \x83\x74\x83\x40\x83\x43\x83\x8B: No such file or directory");
        co_await control.expect_end();
    });
    play([](ftp::ftp_remote& wire) -> awaitable<> {
        const auto listed = co_await wire.list(path("/\x95\x5C"));
        EXPECT_EQ(outcome(listed), words(errc::not_found));
        EXPECT_EQ(listed ? "" : listed.error().detail, "550 ファイル: No such file or directory");
    });
}

TEST_F(translating_remote, doubles_the_byte_that_telnet_takes_for_a_command)
{
    settings.charset = "CP1251";
    for (const bool is_vsftpd : {false, true}) {
        const std::string name = is_vsftpd ? "MKD /\xFF" : "MKD /\xFF\xFF";
        server.add([=](scripted_control& control) -> awaitable<> {
            control.answer_login(strings{});
            co_await control.say(is_vsftpd ? "220 (vsFTPd 3.0.3)" : "220 FTP server (GNU inetutils 2.4) ready.");
            co_await control.expect(name, "257 created");
            co_await control.expect_end();
        });
        play([](ftp::ftp_remote& wire) -> awaitable<> {
            const auto made = co_await wire.make_directory(path("/\xFF"));
            EXPECT_EQ(outcome(made), "ok");
        });
    }
}

TEST_F(translating_remote, hints_once_that_names_look_like_another_charset)
{
    settings.charset = "UTF-8";
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        control.answer("CWD", "250 ok");
        control.answer("SIZE", "550 no");
        for (int i = 0; i < 2; ++i) {
            co_await control.transfer("LIST", "-rw-r--r--   1 bob  staff  3 Mar  4  2025 " +
                                                  std::string{progress_cp932} + "\r\n");
        }
        co_await control.expect_end();
    });
    settings.hidden = ftp::hidden_files::off;
    play([](ftp::ftp_remote& wire) -> awaitable<> {
        co_await wire.list(remote_path{});
        co_await wire.list(path("/d"));
    });
    const auto said = logged_words();
    const auto hint = said.find("look like CP932: mount with charset=CP932");
    EXPECT_NE(hint, std::string::npos) << said;
    EXPECT_EQ(said.find("look like", hint + 1), std::string::npos) << said;
}

}  // namespace
}  // namespace ftpfs::test
