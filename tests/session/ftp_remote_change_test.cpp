// Changes of names and attributes, on servers that have commands for them and on those that do not.
#include "ftp_remote_fixture.hpp"

namespace ftpfs::test {
namespace {

using remote::attribute_change;
using remote::existing_target;
using strings = std::vector<std::string>;

constexpr auto file_facts = "250-facts\r\n type=file;size=3;modify=20240101000000; /x\r\n250 end";
constexpr auto directory_facts = "250-facts\r\n type=dir;modify=20240101000000; /x\r\n250 end";
constexpr auto missing = "550 No such file or directory";

class ftp_remote_change : public ftp_remote_fixture {
protected:
    using operation = std::function<awaitable<result<>>(ftp::ftp_remote&)>;

    // Logs in to a server with MLST and these further features, then what `rest` plays.
    void serve(std::function<awaitable<>(scripted_control&)> rest, strings features = {})
    {
        features.emplace_back("MLST type*;size*;modify*;");
        server.add([rest = std::move(rest), features](scripted_control& control) -> awaitable<> {
            co_await control.greet(features);
            co_await rest(control);
            co_await control.expect_end();
        });
    }

    // The session ends without an answer to the last command.
    void serve_and_hang_up(std::function<awaitable<>(scripted_control&)> rest)
    {
        server.add([rest = std::move(rest)](scripted_control& control) -> awaitable<> {
            co_await control.greet(std::vector<std::string>(1, "MLST type*;size*;modify*;"));
            co_await rest(control);
            control.close();
        });
    }

    std::string run(operation what)
    {
        std::string came;
        play([&](ftp::ftp_remote& remote) -> awaitable<> {
            const auto answer = co_await what(remote);
            came = outcome(answer);
        });
        return came;
    }

    static operation remove(const char* what)
    {
        return [what](ftp::ftp_remote& remote) { return remote.remove(path(what)); };
    }
    static operation make_directory(const char* what)
    {
        return [what](ftp::ftp_remote& remote) { return remote.make_directory(path(what)); };
    }
    static operation remove_directory(const char* what)
    {
        return [what](ftp::ftp_remote& remote) { return remote.remove_directory(path(what)); };
    }
    static operation rename(existing_target policy = existing_target::replace)
    {
        return [policy](ftp::ftp_remote& remote) { return remote.rename(path("/a"), path("/b"), policy); };
    }
    static operation set(bool time, bool mode)
    {
        attribute_change change;
        if (time) {
            change.modified = std::chrono::sys_days{std::chrono::year{2024} / 2 / 29} + std::chrono::seconds{62};
        }
        if (mode) {
            change.mode = std::uint16_t{0640};
        }
        return [change](ftp::ftp_remote& remote) { return remote.change_attributes(path("/x"), change); };
    }
};

TEST_F(ftp_remote_change, never_sends_DELE_for_a_directory)
{
    serve([](scripted_control& control) -> awaitable<> {
        control.answer("CWD", "250 ok");
        co_await control.expect("MLST /d", directory_facts);
        co_await control.transfer("MLSD", "type=dir; d\r\n");
    });
    EXPECT_EQ(run(remove("/d")), words(errc::is_a_directory));
}

TEST_F(ftp_remote_change, removes_a_link_to_a_directory)
{
    serve([](scripted_control& control) -> awaitable<> {
        control.answer("CWD", "250 ok");
        co_await control.expect("MLST /d", directory_facts);
        co_await control.transfer("MLSD", "type=OS.unix=slink:/e; d\r\n");
        co_await control.expect("DELE /d", "250 gone");
    });
    EXPECT_EQ(run(remove("/d")), "ok");
}

TEST_F(ftp_remote_change, looks_whether_a_file_is_gone_when_the_reply_is_lost)
{
    serve_and_hang_up([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MLST /x", file_facts);
        co_await control.expect("DELE /x");
    });
    serve([](scripted_control& control) -> awaitable<> { co_await control.expect("MLST /x", missing); });
    EXPECT_EQ(run(remove("/x")), "ok");
}

TEST_F(ftp_remote_change, removes_again_what_is_still_there_when_the_reply_is_lost)
{
    serve_and_hang_up([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MLST /x", file_facts);
        co_await control.expect("DELE /x");
    });
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MLST /x", file_facts);
        co_await control.expect("DELE /x", "250 gone");
    });
    EXPECT_EQ(run(remove("/x")), "ok");
}

TEST_F(ftp_remote_change, finds_a_directory_made_when_the_reply_to_MKD_is_lost)
{
    serve_and_hang_up([](scripted_control& control) -> awaitable<> { co_await control.expect("MKD /d"); });
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MKD /d", "550 /d: File exists");
        co_await control.expect("MLST /d", directory_facts);
    });
    EXPECT_EQ(run(make_directory("/d")), "ok");
}

TEST_F(ftp_remote_change, finds_an_existing_directory_behind_a_bare_550_to_MKD)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MKD /d", "550 Create directory operation failed.");
        co_await control.expect("MLST /d", directory_facts);
    });
    EXPECT_EQ(run(make_directory("/d")), words(errc::already_exists));
}

TEST_F(ftp_remote_change, finds_entries_behind_a_bare_550_to_RMD)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("RMD /d", "550 Remove directory operation failed.");
        co_await control.expect("CWD /d", "250 ok");
        co_await control.transfer("MLSD", "type=file; f\r\n");
    });
    EXPECT_EQ(run(remove_directory("/d")), words(errc::not_empty));
}

TEST_F(ftp_remote_change, enters_a_directory_anew_after_one_was_removed)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("CWD /d", "250 ok");
        co_await control.transfer("MLSD", "");
        co_await control.expect("RMD /d", "250 gone");
        co_await control.expect("CWD /d", missing);
    });
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), "ok");
        EXPECT_EQ(outcome(co_await remote.remove_directory(path("/d"))), "ok");
        EXPECT_EQ(outcome(co_await remote.list(path("/d"))), words(errc::not_found));
    });
}

TEST_F(ftp_remote_change, renames_with_the_pair_back_to_back)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("RNFR /a", "350 ready");
        co_await control.expect("RNTO /b", "250 done");
    });
    EXPECT_EQ(run(rename()), "ok");
    EXPECT_EQ(counted.operations, 1u);
}

TEST_F(ftp_remote_change, refuses_an_existing_target_if_asked_to)
{
    serve([](scripted_control& control) -> awaitable<> { co_await control.expect("MLST /b", file_facts); });
    EXPECT_EQ(run(rename(existing_target::refuse)), words(errc::already_exists));
}

// The name the old target gets, from its RNTO.
awaitable<std::string> move_aside(scripted_control& control)
{
    co_await control.expect("RNFR /a", "350 ready");
    co_await control.expect("RNTO /b", "550 /b: Overwrite permission denied");
    co_await control.expect("MLST /b", file_facts);
    co_await control.expect("MLST /a", file_facts);
    co_await control.expect("MLST /b", file_facts);
    co_await control.expect("RNFR /b", "350 ready");
    const auto aside = co_await control.next();
    EXPECT_TRUE(aside.starts_with("RNTO /.ftpfs-old-")) << aside;
    co_return aside.substr(std::string_view{"RNTO "}.size());
}

TEST_F(ftp_remote_change, moves_the_target_aside_where_RNTO_does_not_replace)
{
    serve([](scripted_control& control) -> awaitable<> {
        const auto aside = co_await move_aside(control);
        co_await control.say("250 done");
        co_await control.expect("RNFR /a", "350 ready");
        co_await control.expect("RNTO /b", "250 done");
        co_await control.expect("DELE " + aside, "250 gone");
    });
    EXPECT_EQ(run(rename()), "ok");
}

TEST_F(ftp_remote_change, moves_the_target_back_if_the_rename_fails)
{
    serve([](scripted_control& control) -> awaitable<> {
        const auto aside = co_await move_aside(control);
        co_await control.say("250 done");
        co_await control.expect("RNFR /a", "350 ready");
        co_await control.expect("RNTO /b", "550 Permission denied");
        co_await control.expect("MLST /a", file_facts);
        co_await control.expect("MLST /b", missing);
        co_await control.expect("RNFR " + aside, "350 ready");
        co_await control.expect("RNTO /b", "250 done");
    });
    EXPECT_EQ(run(rename()), words(errc::permission_denied));
}

TEST_F(ftp_remote_change, goes_on_with_a_rename_whose_session_was_lost_while_the_target_was_aside)
{
    auto aside = std::make_shared<std::string>();
    serve_and_hang_up([aside](scripted_control& control) -> awaitable<> {
        *aside = co_await move_aside(control);
        co_await control.say("250 done");
        co_await control.expect("RNFR /a", "350 ready");
        co_await control.expect("RNTO /b");
    });
    serve([aside](scripted_control& control) -> awaitable<> {
        co_await control.expect("MLST /a", file_facts);
        co_await control.expect("MLST /b", missing);
        co_await control.expect("MLST " + *aside, file_facts);
        co_await control.expect("RNFR /a", "350 ready");
        co_await control.expect("RNTO /b", "250 done");
        co_await control.expect("DELE " + *aside, "250 gone");
    });
    EXPECT_EQ(run(rename()), "ok");
}

TEST_F(ftp_remote_change, believes_a_lost_rename_done_when_the_source_is_gone)
{
    serve_and_hang_up([](scripted_control& control) -> awaitable<> {
        co_await control.expect("RNFR /a", "350 ready");
        co_await control.expect("RNTO /b");
    });
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MLST /b", file_facts);
        co_await control.expect("MLST /a", missing);
    });
    EXPECT_EQ(run(rename()), "ok");
}

TEST_F(ftp_remote_change, tells_a_directory_that_is_not_empty_from_pure_ftpds_451)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("RNFR /a", "350 ready");
        co_await control.expect("RNTO /b", "451 Rename/move failure: Directory not empty");
    });
    EXPECT_EQ(run(rename()), words(errc::not_empty));
}

TEST_F(ftp_remote_change, sets_times_with_MFMT_where_it_is_announced)
{
    serve([](scripted_control& control) -> awaitable<> { co_await control.expect("MFMT 20240229000102 /x", "213 ok"); },
          {"MFMT"});
    EXPECT_EQ(run(set(true, false)), "ok");
}

TEST_F(ftp_remote_change, sets_time_and_mode_with_one_MFF)
{
    serve(
        [](scripted_control& control) -> awaitable<> {
            co_await control.expect("MFF Modify=20240229000102;UNIX.mode=0640; /x", "213 ok");
        },
        {"MFMT", "MFF modify;UNIX.group;UNIX.mode;"});
    EXPECT_EQ(run(set(true, true)), "ok");
}

TEST_F(ftp_remote_change, tries_one_way_to_set_times_after_the_other_and_remembers)
{
    serve(
        [](scripted_control& control) -> awaitable<> {
            co_await control.expect("MFMT 20240229000102 /x", "502 no");
            co_await control.expect("MDTM 20240229000102 /x", "550 20240229000102 /x: No such file or directory");
            co_await control.expect("SITE UTIME 20240229000102 /x", "501 no such SITE command");
            co_await control.expect("SITE UTIME /x 20240229000102 20240229000102 20240229000102 UTC", "200 ok");
            co_await control.expect("SITE UTIME /x 20240229000102 20240229000102 20240229000102 UTC", "200 ok");
        },
        {"MFMT"});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        const auto touch = set(true, false);
        EXPECT_EQ(outcome(co_await touch(remote)), "ok");
        EXPECT_EQ(outcome(co_await touch(remote)), "ok");
    });
}

TEST_F(ftp_remote_change, takes_a_time_in_answer_to_MDTM_for_a_question_answered)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MDTM 20240229000102 /x", "213 20240101000000");
        co_await control.expect("SITE UTIME 20240229000102 /x", "500 no");
        co_await control.expect("SITE UTIME /x 20240229000102 20240229000102 20240229000102 UTC", "500 no");
    });
    EXPECT_EQ(run(set(true, false)), words(errc::unsupported));
}

TEST_F(ftp_remote_change, sets_times_with_vsftpds_MDTM)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MDTM 20240229000102 /x", "213 File modification time set.");
    });
    EXPECT_EQ(run(set(true, false)), "ok");
}

TEST_F(ftp_remote_change, tells_a_missing_file_from_a_directory_when_pyftpdlib_sets_no_time)
{
    serve(
        [](scripted_control& control) -> awaitable<> {
            co_await control.expect("MFMT 20240229000102 /x", "550 /x is not retrievable");
            co_await control.expect("MLST /x", missing);
            co_await control.expect("MFMT 20240229000102 /x", "550 /x is not retrievable");
            co_await control.expect("MLST /x", directory_facts);
        },
        {"MFMT"});
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        const auto touch = set(true, false);
        EXPECT_EQ(outcome(co_await touch(remote)), words(errc::not_found));
        EXPECT_EQ(outcome(co_await touch(remote)), words(errc::unsupported));
    });
}

TEST_F(ftp_remote_change, is_unsupported_where_SITE_CHMOD_is_not_known)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("SITE CHMOD 640 /x", "500 Unknown SITE command.");
    });
    play([](ftp::ftp_remote& remote) -> awaitable<> {
        const auto chmod = set(false, true);
        EXPECT_EQ(outcome(co_await chmod(remote)), words(errc::unsupported));
        EXPECT_EQ(outcome(co_await chmod(remote)), words(errc::unsupported));
    });
}

TEST_F(ftp_remote_change, takes_a_202_for_no_effect)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("SITE CHMOD 640 /x", "202 superfluous");
    });
    EXPECT_EQ(run(set(false, true)), words(errc::unsupported));
}

TEST_F(ftp_remote_change, copies_on_the_server_that_can)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("SITE CPFR /a", "350 ready");
        co_await control.expect("SITE CPTO /b", "250 done");
    });
    EXPECT_EQ(run([](ftp::ftp_remote& remote) { return remote.copy(path("/a"), path("/b")); }), "ok");
}

TEST_F(ftp_remote_change, links_from_the_links_own_directory)
{
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("CWD /d", "250 ok");
        co_await control.expect("SITE SYMLINK a /d/l", "200 done");
    });
    EXPECT_EQ(run([](ftp::ftp_remote& remote) { return remote.make_link("a", path("/d/l")); }), "ok");
}

TEST_F(ftp_remote_change, never_sends_a_link_with_blanks)
{
    server.otherwise([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect_end();
    });
    EXPECT_EQ(run([](ftp::ftp_remote& remote) { return remote.make_link("a b", path("/l")); }),
              words(errc::unsupported));
}

}  // namespace
}  // namespace ftpfs::test
