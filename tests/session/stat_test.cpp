#include "session_fixture.hpp"

namespace ftpfs::test {
namespace {

const std::vector<std::string> with_mlst{"MLST type*;size*;modify*;"};

class session_stat : public session_fixture {};

TEST_F(session_stat, uses_mlst)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect("MLST /d/a", "250-Listing\r\n type=file;size=7;modify=20260304091702; /d/a\r\n250 End");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto found = co_await opened.stat(path("/d/a"));
        CO_REQUIRE(found);
        EXPECT_EQ(found->kind, file_kind::regular);
        EXPECT_EQ(found->size, 7U);
    });
}

TEST_F(session_stat, uses_size_and_mdtm_for_a_file_where_mlst_is_refused)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect("MLST /a", "502 not implemented");
        for (int i = 0; i < 2; ++i) {
            co_await control.expect("SIZE /a", "213 7");
            co_await control.expect("MDTM /a", "213 20260304091702");
        }
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        for (int i = 0; i < 2; ++i) {
            const auto found = co_await opened.stat(path("/a"));
            CO_REQUIRE(found);
            EXPECT_EQ(found->kind, file_kind::regular);
            EXPECT_EQ(found->size, 7U);
            EXPECT_EQ(found->modified.source, time_source::fact);
        }
    });
    EXPECT_EQ(profile.mlst, support::refused);
}

TEST_F(session_stat, finds_a_directory_by_entering_it)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("SIZE /d", "550 /d: not a plain file.");
        co_await control.expect("CWD /d", "250 ok");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto found = co_await opened.stat(path("/d"));
        CO_REQUIRE(found);
        EXPECT_EQ(found->kind, file_kind::directory);
    });
}

TEST_F(session_stat, leaves_what_the_server_leaves_open)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet();
        co_await control.expect("SIZE /x", "550 Could not get file size.");
        co_await control.expect("CWD /x", "550 Failed to change directory.");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto found = co_await opened.stat(path("/x"));
        EXPECT_TRUE(!found && found.error().code == make_reply_error(550));
        EXPECT_FALSE(opened.lost());
    });
}

TEST_F(session_stat, says_not_found_where_the_server_does)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect("MLST /x", "550 '/x' cannot be listed: No such file or directory");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto found = co_await opened.stat(path("/x"));
        EXPECT_TRUE(!found && found.error() == errc::not_found);
    });
}

TEST_F(session_stat, does_without_an_mlst_that_cannot_be_read)
{
    server.add([](scripted_control& control) -> awaitable<> {
        co_await control.greet(with_mlst);
        co_await control.expect("MLST /a", "250 fine");
        co_await control.expect("SIZE /a", "213 7");
        co_await control.expect("MDTM /a", "500 what?");
        co_await control.expect_end();
    });
    with_session([](session& opened) -> awaitable<> {
        const auto found = co_await opened.stat(path("/a"));
        CO_REQUIRE(found);
        EXPECT_EQ(found->size, 7U);
        EXPECT_EQ(found->modified.precision, time_precision::unknown);
    });
    EXPECT_EQ(profile.mdtm, support::refused);
}

}  // namespace
}  // namespace ftpfs::test
