// Changes below a directory with '*' in its name: ProFTPD as Debian configures it refuses every command whose argument
// has a '/' behind a '*', so the directory is entered and the last name said alone.
#include "ftp_remote_fixture.hpp"

#include "support/pieces.hpp"

#include <gmock/gmock.h>

namespace ftpfs::test {
namespace {

using remote::existing_target;
using testing::ElementsAre;

class ftp_remote_walk : public ftp_remote_fixture {
protected:
    using operation = std::function<awaitable<result<>>(ftp::ftp_remote&)>;

    // What came over the control connection behind the login, for a server that agrees with everything.
    std::vector<std::string> commands_of(operation what, std::function<void(scripted_control&)> prepare = {})
    {
        server.add([prepare](scripted_control& control) -> awaitable<> {
            std::vector<std::string> features;
            features.emplace_back("MLST type*;size*;modify*;");
            features.emplace_back("MFMT");
            features.emplace_back("AVBL");
            co_await control.greet(features);
            for (const auto* verb : {"CWD", "DELE", "RMD", "RNTO"}) {
                control.answer(verb, "250 done");
            }
            control.answer("MLST", "250-facts\r\n type=file;size=3;modify=20240101000000; x\r\n250 end");
            control.answer("MKD", "257 made");
            control.answer("RNFR", "350 ready");
            control.answer("MFMT", "213 set");
            control.answer("AVBL", "213 1000");
            control.answer("SITE", "200 ok");
            if (prepare) {
                prepare(control);
            }
            co_await control.expect_end();
        });
        play([&](ftp::ftp_remote& remote) -> awaitable<> {
            const auto done = co_await what(remote);
            EXPECT_EQ(outcome(done), "ok");
        });
        return behind_login();
    }

    std::vector<std::string> behind_login() const
    {
        auto all = server.commands();
        const auto last = std::find(all.begin(), all.end(), "PWD");
        std::vector<std::string> rest{last == all.end() ? last : last + 1, all.end()};
        if (!rest.empty() && rest.back() == "QUIT") {
            rest.pop_back();
        }
        return rest;
    }
};

TEST_F(ftp_remote_walk, enters_the_directory_to_store)
{
    for (const bool appends : {false, true}) {
        server.add([appends](scripted_control& control) -> awaitable<> {
            co_await control.greet(std::vector<std::string>(1, "MLST type*;size*;modify*;"));
            co_await control.expect("CWD /a*", "250 ok");
            if (appends) {
                co_await control.expect("MLST ./f", "250-facts\r\n type=file;size=3; x\r\n250 end");
            }
            auto data = co_await control.expect_epsv();
            co_await control.expect(appends ? "APPE ./f" : "STOR ./f", "150 go on");
            EXPECT_EQ(co_await data.receive_all(), "abc");
            data.close();
            co_await control.say("226 done");
            co_await control.expect("MLST ./f", appends ? "250-facts\r\n type=file;size=6; x\r\n250 end"
                                                        : "250-facts\r\n type=file;size=3; x\r\n250 end");
            co_await control.expect_end();
        });
        play([appends](ftp::ftp_remote& remote) -> awaitable<> {
            remote::upload_request request{path("/a*/f")};
            if (appends) {
                request.start = remote::upload_start::append;
                request.offset = 3;
            }
            const auto opened = co_await remote.open_upload(std::move(request));
            EXPECT_EQ(outcome(opened), "ok");
            if (opened) {
                EXPECT_EQ(outcome(co_await (*opened)->write(pieces("abc"))), "ok");
                EXPECT_EQ(outcome(co_await (*opened)->finish(std::nullopt)), "ok");
            }
        });
    }
}

TEST_F(ftp_remote_walk, enters_the_directory_to_remove_a_file)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) { return remote.remove(path("/a*/b")); }),
                ElementsAre("CWD /a*", "MLST ./b", "DELE ./b"));
}

TEST_F(ftp_remote_walk, enters_the_directory_to_make_one)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) { return remote.make_directory(path("/a*/b*/-c")); }),
                ElementsAre("CWD /a*", "CWD ./b*", "MKD ./-c"));
}

TEST_F(ftp_remote_walk, enters_the_directory_to_remove_one)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) { return remote.remove_directory(path("/a*/b")); }),
                ElementsAre("CWD /a*", "RMD ./b"));
}

TEST_F(ftp_remote_walk, renames_within_a_directory_with_the_pair_back_to_back)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) {
                    return remote.rename(path("/a*/b"), path("/a*/c"), existing_target::replace);
                }),
                ElementsAre("CWD /a*", "RNFR ./b", "RNTO ./c"));
}

TEST_F(ftp_remote_walk, renames_into_a_directory_with_the_pair_back_to_back)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) {
                    return remote.rename(path("/b"), path("/a*/c"), existing_target::replace);
                }),
                ElementsAre("CWD /a*", "RNFR /b", "RNTO ./c"));
}

TEST_F(ftp_remote_walk, renames_out_of_a_directory_with_the_pair_back_to_back)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) {
                    return remote.rename(path("/a*/b"), path("/c"), existing_target::replace);
                }),
                ElementsAre("CWD /a*", "RNFR ./b", "RNTO /c"));
}

TEST_F(ftp_remote_walk, renames_from_the_directory_that_both_have_in_common)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) {
                    return remote.rename(path("/a*/b/c*"), path("/a*/d"), existing_target::replace);
                }),
                ElementsAre("CWD /a*", "RNFR ./b/c*", "RNTO ./d"));
}

// A CWD within the pair makes inetutils forget it and ProFTPD refuse everything until RNTO comes.
TEST_F(ftp_remote_walk, sends_nothing_within_the_pair)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) {
                    return remote.rename(path("/a*/b"), path("/c*/d"), existing_target::replace);
                }),
                ElementsAre("RNFR /a*/b", "RNTO /c*/d"));
}

TEST_F(ftp_remote_walk, enters_the_directory_to_set_attributes)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) {
                    remote::attribute_change change;
                    change.modified = std::chrono::sys_seconds{};
                    change.mode = std::uint16_t{0600};
                    return remote.change_attributes(path("/a*/ b"), change);
                }),
                ElementsAre("CWD /a*", "MFMT 19700101000000 ./ b", "SITE CHMOD 600 ./ b"));
}

TEST_F(ftp_remote_walk, enters_the_directory_to_copy)
{
    EXPECT_THAT(commands_of([](ftp::ftp_remote& remote) { return remote.copy(path("/a*/b"), path("/a*/c")); },
                            [](scripted_control& control) {
                                control.answer("SITE", "");
                                control.answer("SITE CPFR", "350 ready");
                                control.answer("SITE CPTO", "250 done");
                            }),
                ElementsAre("CWD /a*", "SITE CPFR ./b", "SITE CPTO ./c"));
}

class ftp_remote_star : public ftp_remote_walk {
protected:
    // MKD of "/a*", which the server refuses; what follows, and what it comes to.
    std::string make(std::function<awaitable<>(scripted_control&)> rest)
    {
        server.add([rest = std::move(rest)](scripted_control& control) -> awaitable<> {
            co_await control.greet(std::vector<std::string>(1, "MLST type*;size*;modify*;"));
            co_await control.expect("MKD /a*", "550 /a*: Invalid directory name");
            co_await rest(control);
            co_await control.expect_end();
        });
        std::string came;
        play([&](ftp::ftp_remote& remote) -> awaitable<> {
            const auto made = co_await remote.make_directory(path("/a*"));
            came = outcome(made);
        });
        return came;
    }

    static awaitable<std::string> make_other(scripted_control& control)
    {
        co_await control.expect("MLST /a*", "550 No such file or directory");
        const auto command = co_await control.next();
        EXPECT_TRUE(command.starts_with("MKD /.ftpfs-new-")) << command;
        co_await control.say("257 made");
        co_return command.substr(std::string_view{"MKD "}.size());
    }
};

TEST_F(ftp_remote_star, makes_a_directory_under_another_name_where_MKD_takes_no_star)
{
    EXPECT_EQ(make([](scripted_control& control) -> awaitable<> {
                  const auto other = co_await make_other(control);
                  co_await control.expect("RNFR " + other, "350 ready");
                  co_await control.expect("RNTO /a*", "250 done");
              }),
              "ok");
}

TEST_F(ftp_remote_star, removes_the_other_directory_if_it_cannot_be_renamed)
{
    EXPECT_EQ(make([](scripted_control& control) -> awaitable<> {
                  const auto other = co_await make_other(control);
                  co_await control.expect("RNFR " + other, "350 ready");
                  co_await control.expect("RNTO /a*", "550 /a*: Invalid file name");
                  co_await control.expect("RMD " + other, "250 gone");
              }),
              words(errc::invalid_name));
}

TEST_F(ftp_remote_star, replaces_no_directory_that_is_there)
{
    EXPECT_EQ(make([](scripted_control& control) -> awaitable<> {
                  co_await control.expect("MLST /a*", "250-facts\r\n type=dir; /a*\r\n250 end");
              }),
              words(errc::already_exists));
}

TEST_F(ftp_remote_walk, finds_the_directory_missing)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(std::vector<std::string>(1, "MLST type*;size*;modify*;"));
        co_await control.expect("CWD /a*", "550 Failed to change directory.");
        co_await control.expect("MLST /a*", "550 No such file or directory");
        co_await control.expect_end();
    });
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        EXPECT_EQ(outcome(co_await remote.make_directory(path("/a*/b"))), words(errc::not_found));
    });
}

}  // namespace
}  // namespace ftpfs::test
