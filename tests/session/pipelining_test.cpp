// What a session sends in one packet. A script that answers nothing until it has seen all the commands of a packet
// would hang with a client that waits in between, and that fails the test.
#include "session_fixture.hpp"

#include "support/pieces.hpp"

namespace ftpfs::test {
namespace {

const std::vector<std::string> with_mlst{"MLST type*;size*;modify*;"};
constexpr auto ten = "0123456789";

std::string facts(std::uint64_t size)
{
    return "250-Listing\r\n type=file;size=" + std::to_string(size) + ";modify=20260304091702; /f\r\n250 End";
}

class session_pipelining : public session_fixture {
protected:
    session_pipelining()
    {
        settings.pipelining = true;
        profile.pipelining = support::works;
        profile.mlst = support::works;
        profile.mlsd = support::works;
        profile.rest = support::works;
    }

    void serve(std::function<awaitable<>(scripted_control&)> rest)
    {
        server.add([rest = std::move(rest)](scripted_control& control) -> awaitable<> {
            co_await control.greet(with_mlst);
            co_await rest(control);
            co_await control.expect_end();
        });
    }

    result<> read(std::string& bytes, std::uint64_t offset = 0, std::optional<file_version> expected = std::nullopt)
    {
        result<> ended;
        with_session([&, offset](session& opened) -> awaitable<> {
            const auto begun = co_await opened.retrieve(path("/f"), {offset}, expected);
            if (begun) {
                ended = co_await read_all(opened, bytes);
            } else {
                ended = begun.error();
            }
            EXPECT_FALSE(opened.transferring());
            lost = opened.lost();
        });
        return ended;
    }

    bool lost = false;
};

TEST_F(session_pipelining, asks_for_the_version_and_reads_in_one_packet)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLST /f");
        co_await control.expect("RETR /f");
        co_await control.say(facts(10));
        co_await control.say("150 here");
        co_await data.send(ten);
        data.close();
        co_await control.say("226 done");
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes));
    EXPECT_EQ(bytes, ten);
    EXPECT_FALSE(lost);
}

TEST_F(session_pipelining, sends_rest_right_before_retr)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLST /f");
        co_await control.expect("REST 4");
        co_await control.expect("RETR /f");
        co_await control.say(facts(10));
        co_await control.say("350 restarting");
        co_await control.say("150 here");
        co_await data.send("456789");
        data.close();
        co_await control.say("226 done");
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes, 4));
    EXPECT_EQ(bytes, "456789");
}

TEST_F(session_pipelining, asks_for_size_and_time_where_there_is_no_mlst)
{
    profile.mlst = support::refused;
    profile.size = support::works;
    profile.mdtm = support::works;
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("SIZE /f");
        co_await control.expect("MDTM /f");
        co_await control.expect("RETR /f");
        co_await control.say("213 10");
        co_await control.say("213 20260304091702");
        co_await control.say("150 here");
        co_await data.send("01234");
        data.close();
        co_await control.say("226 done");
    });
    std::string bytes;
    const auto ended = read(bytes);
    EXPECT_TRUE(!ended && ended.error() == errc::truncated);
}

TEST_F(session_pipelining, looks_at_a_file_in_one_packet)
{
    profile.mlst = support::refused;
    profile.size = support::works;
    profile.mdtm = support::works;
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("SIZE /f");
        co_await control.expect("MDTM /f");
        co_await control.say("213 10");
        co_await control.say("213 20260304091702");
        co_await control.expect("SIZE /d");
        co_await control.expect("MDTM /d");
        co_await control.say("550 not a plain file");
        co_await control.say("550 not a plain file");
        co_await control.expect("CWD /d", "250 ok");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto file = co_await opened.stat(path("/f"));
        CO_REQUIRE(file);
        EXPECT_EQ(file->size, 10U);
        EXPECT_EQ(file->modified.precision, time_precision::second);
        const auto directory = co_await opened.stat(path("/d"));
        CO_REQUIRE(directory);
        EXPECT_EQ(directory->kind, file_kind::directory);
    });
}

TEST_F(session_pipelining, hands_out_no_byte_of_another_version)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLST /f");
        co_await control.expect("RETR /f");
        co_await control.say(facts(11));
        co_await control.say("150 here");
        co_await data.wait_for_end();
        co_await control.say("426 Failure writing network stream.");
        co_await control.expect("NOOP", "200 ok");
    });
    std::string bytes;
    file_version expected;
    expected.size = 10;
    const auto ended = read(bytes, 0, expected);
    EXPECT_TRUE(!ended && ended.error() == errc::version_changed);
    EXPECT_EQ(bytes, "");
    EXPECT_FALSE(lost);
}

TEST_F(session_pipelining, drops_bytes_where_rest_turns_out_to_be_refused)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLST /f");
        co_await control.expect("REST 4");
        co_await control.expect("RETR /f");
        co_await control.say(facts(10));
        co_await control.say("502 not implemented");
        co_await control.say("150 here");
        co_await data.send(ten);
        data.close();
        co_await control.say("226 done");
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes, 4));
    EXPECT_EQ(bytes, "456789");
    EXPECT_EQ(profile.rest, support::refused);
}

TEST_F(session_pipelining, stays_in_step_when_everything_is_refused)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLST /f");
        co_await control.expect("REST 4");
        co_await control.expect("RETR /f");
        co_await control.say("550 /f: No such file or directory");
        co_await control.say("350 restarting");
        co_await control.say("550 /f: No such file or directory");
        co_await control.expect("NOOP", "200 ok");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.retrieve(path("/f"), {4}, std::nullopt);
        EXPECT_TRUE(!begun && begun.error() == errc::not_found);
        CO_REQUIRE(co_await opened.ping());
    });
}

TEST_F(session_pipelining, knows_a_directory_although_it_asked_to_read_it)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLST /f");
        co_await control.expect("RETR /f");
        co_await control.say("250-Listing\r\n type=dir;modify=20260304091702; /f\r\n250 End");
        co_await control.say("550 /f: not a plain file");
    });
    std::string bytes;
    const auto ended = read(bytes);
    EXPECT_TRUE(!ended && ended.error() == errc::is_a_directory);
    EXPECT_FALSE(lost);
}

TEST_F(session_pipelining, asks_step_by_step_when_mlst_turns_out_to_be_unusable)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto refused = co_await control.expect_epsv();
        co_await control.expect("MLST /f");
        co_await control.expect("RETR /f");
        co_await control.say("500 what?");
        co_await control.say("550 not now");
        co_await control.expect("SIZE /f", "213 10");
        co_await control.expect("MDTM /f", "213 20260304091702");
        co_await control.transfer("RETR /f", ten);
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes));
    EXPECT_EQ(bytes, ten);
    EXPECT_EQ(profile.mlst, support::refused);
}

TEST_F(session_pipelining, is_lost_with_a_421_in_the_middle)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("MLST /f");
        co_await control.expect("REST 4");
        co_await control.expect("RETR /f");
        co_await control.say(facts(10));
        co_await control.say("421 Timeout.");
    });
    std::string bytes;
    const auto ended = read(bytes, 4);
    EXPECT_TRUE(!ended && retryable(ended.error()));
    EXPECT_TRUE(lost);
    EXPECT_EQ(profile.rest, support::works);
}

TEST_F(session_pipelining, is_not_done_with_a_server_that_was_not_seen_to_read_on)
{
    profile.pipelining = support::unknown;
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MLST /f", facts(10));
        auto data = co_await control.expect_epsv();
        co_await control.expect("REST 4", "350 restarting");
        co_await control.expect("RETR /f", "150 here");
        co_await data.send("456789");
        data.close();
        co_await control.say("226 done");
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes, 4));
    EXPECT_EQ(bytes, "456789");
}

TEST_F(session_pipelining, is_not_done_when_it_is_switched_off)
{
    settings.pipelining = false;
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MLST /f", facts(10));
        co_await control.transfer("RETR /f", ten);
    });
    std::string bytes;
    EXPECT_TRUE(read(bytes));
}

TEST_F(session_pipelining, changes_the_directory_and_lists_it_in_one_packet)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto data = co_await control.expect_epsv();
        co_await control.expect("CWD /d");
        co_await control.expect("MLSD");
        co_await control.say("250 ok");
        co_await control.say("150 here");
        co_await data.send("type=file;size=3; a\r\n");
        data.close();
        co_await control.say("226 done");
        co_await control.transfer("MLSD", "type=file;size=3; a\r\n");
    });
    with_session([](session& opened) -> awaitable<> {
        for (int i = 0; i < 2; ++i) {
            const auto listed = co_await opened.list(path("/d"));
            CO_REQUIRE(listed);
            EXPECT_EQ(listed->entries.size(), 1U);
        }
    });
}

TEST_F(session_pipelining, drops_the_listing_of_the_wrong_directory)
{
    serve([](scripted_control& control) -> awaitable<> {
        auto wrong = co_await control.expect_epsv();
        co_await control.expect("CWD /d");
        co_await control.expect("MLSD");
        co_await control.say("550 /d: No such file or directory");
        co_await control.say("150 here");
        co_await wrong.send("type=file;size=3; of another directory\r\n");
        wrong.close();
        co_await control.say("226 done");
        auto right = co_await control.expect_epsv();
        co_await control.expect("CWD /");
        co_await control.expect("MLSD");
        co_await control.say("250 ok");
        co_await control.say("150 here");
        co_await right.accept();
        right.close();
        co_await control.say("226 done");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto wrong = co_await opened.list(path("/d"));
        EXPECT_TRUE(!wrong && wrong.error() == errc::not_found);
        EXPECT_FALSE(opened.lost());
        const auto right = co_await opened.list(path("/"));  // where it is now is not known
        EXPECT_TRUE(right);
    });
}

TEST_F(session_pipelining, takes_back_a_pending_rest_in_the_packet_of_an_upload)
{
    std::string stored;
    serve([&](scripted_control& control) -> awaitable<> {
        auto refused = co_await control.expect_epsv();
        co_await control.expect("MLST /f", facts(10));
        co_await control.expect("REST 4", "350 restarting");
        co_await control.expect("RETR /f", "550 /f: Permission denied");
        auto data = co_await control.expect_epsv();
        co_await control.expect("REST 0");
        co_await control.expect("STOR /g");
        co_await control.say("350 restarting");
        co_await control.say("150 go on");
        stored = co_await data.receive_all();
        data.close();
        co_await control.say("226 done");
        co_await control.expect("MLST /g", facts(3));
        auto next = co_await control.expect_epsv();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto refused = co_await opened.retrieve(path("/f"), {4}, std::nullopt);
        EXPECT_FALSE(refused);
        CO_REQUIRE(co_await opened.store(path("/g"), remote::upload_start::replace, 0, std::nullopt));
        CO_REQUIRE(co_await opened.write(pieces("abc")));
        CO_REQUIRE(co_await opened.finish_store());
    });
    EXPECT_EQ(stored, "abc");
}

// Without its REST a STOR would empty the file.
TEST_F(session_pipelining, waits_for_the_rest_that_an_upload_depends_on)
{
    profile.append = support::refused;
    profile.store_at_end = support::works;
    serve([](scripted_control& control) -> awaitable<> {
        co_await control.expect("MLST /f", facts(10));
        auto data = co_await control.expect_epsv();
        co_await control.expect("REST 10", "502 no");
    });
    with_session([](session& opened) -> awaitable<> {
        const auto begun = co_await opened.store(path("/f"), remote::upload_start::append, 10, std::nullopt);
        EXPECT_TRUE(!begun && begun.error() == errc::unsupported);
    });
}

}  // namespace
}  // namespace ftpfs::test
