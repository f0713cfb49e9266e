// Files that are created without waiting for the server's consent, and what becomes of a refusal.
#include "filesystem/writing_fixture.hpp"

namespace ftpfs::fs {
namespace {

constexpr int exclusively = O_WRONLY | O_CREAT | O_EXCL;

class trusting : public writing_fixture {
protected:
    trusting()
    {
        remote->add_directory("/dir");
        remote->add_directory("/other");
    }

    // The server has taken a file in /dir.
    awaitable<> gain_trust() { EXPECT_TRUE((co_await store("/dir/first", "some bytes")).has_value()); }
};

TEST_F(trusting, the_next_file_in_a_directory_does_not_wait_for_consent)
{
    play([&]() -> awaitable<> {
        co_await gain_trust();
        remote->hold(test::call::open_upload);
        const auto file = co_await create("/dir/new", exclusively);
        EXPECT_TRUE(file.has_value());
        EXPECT_TRUE((co_await write(*file, 0, "abc")).has_value());
        bool closed = false;
        const auto ending = [&]() -> awaitable<> { closed = (co_await close(*file)).has_value(); };
        together.spawn(ending());
        co_await settle();
        EXPECT_FALSE(closed);
        remote->release();
        co_await together.join();
        EXPECT_TRUE(closed);
        EXPECT_EQ(on_server("/dir/new"), "abc");
    });
}

TEST_F(trusting, a_refusal_is_told_at_close_and_ends_the_trust)
{
    play([&]() -> awaitable<> {
        co_await gain_trust();
        remote->fail(test::call::open_upload, errc::permission_denied);
        const auto file = co_await create("/dir/new", exclusively);
        EXPECT_TRUE(file.has_value());
        co_await write(*file, 0, "abc");
        EXPECT_EQ((co_await close(*file)).error(), errc::permission_denied);
        EXPECT_FALSE((co_await stat_of("/dir/new")).has_value());
        remote->fail(test::call::open_upload, errc::permission_denied);
        EXPECT_EQ((co_await create("/dir/next", exclusively)).error(), errc::permission_denied);
        EXPECT_TRUE((co_await store("/dir/new", "abc")).has_value());
    });
}

TEST_F(trusting, closing_an_empty_file_waits_for_the_server)
{
    play([&]() -> awaitable<> {
        co_await gain_trust();
        remote->fail(test::call::open_upload, errc::quota_exceeded);
        const auto file = co_await create("/dir/new", exclusively);
        EXPECT_TRUE(file.has_value());
        EXPECT_EQ((co_await close(*file)).error(), errc::quota_exceeded);
        co_await gain_trust();
        const auto empty = co_await create("/dir/empty", exclusively);
        EXPECT_TRUE((co_await close(*empty)).has_value());
        EXPECT_EQ(on_server("/dir/empty"), "");
    });
}

TEST_F(trusting, everything_else_is_refused_at_once)
{
    play([&]() -> awaitable<> {
        co_await gain_trust();
        const std::vector<std::pair<std::string, int>> cautious{
            {"/other/new", exclusively}, {"/dir/.hidden", exclusively}, {"/dir/new", O_WRONLY | O_CREAT | O_TRUNC}};
        for (const auto& [name, flags] : cautious) {
            remote->fail(test::call::open_upload, errc::permission_denied);
            EXPECT_EQ((co_await create(name, flags)).error(), errc::permission_denied) << name;
            co_await gain_trust();
        }
    });
}

// What exists already says nothing about what may be created.
TEST_F(trusting, overwriting_earns_no_trust)
{
    remote->add_file("/dir/old", "old");
    play([&]() -> awaitable<> {
        EXPECT_TRUE((co_await store("/dir/old", "new")).has_value());
        remote->fail(test::call::open_upload, errc::permission_denied);
        EXPECT_EQ((co_await create("/dir/new", exclusively)).error(), errc::permission_denied);
    });
}

TEST_F(trusting, a_file_that_is_removed_before_the_server_has_spoken_leaves_nothing)
{
    play([&]() -> awaitable<> {
        co_await gain_trust();
        const auto file = co_await create("/dir/new", exclusively);
        EXPECT_TRUE(file.has_value());
        co_await write(*file, 0, "abc");
        EXPECT_TRUE((co_await files->remove(co_await find("/dir"), test::name("new"))).has_value());
        co_await close(*file);
        EXPECT_EQ(on_server("/dir/new"), "(none)");
    });
}

TEST_F(trusting, a_file_is_renamed_before_the_server_has_spoken)
{
    play([&]() -> awaitable<> {
        co_await gain_trust();
        const auto file = co_await create("/dir/.new.tmp", exclusively);
        const auto plain = co_await create("/dir/plain", exclusively);
        EXPECT_TRUE(file.has_value() && plain.has_value());
        co_await write(*plain, 0, "abc");
        const auto directory = co_await find("/dir");
        EXPECT_TRUE(
            (co_await files->rename(directory, test::name("plain"), directory, test::name("final"), 0)).has_value());
        co_await close(*plain);
        co_await close(*file);
        EXPECT_EQ(on_server("/dir/final"), "abc");
        EXPECT_EQ(on_server("/dir/plain"), "(none)");
    });
}

}  // namespace
}  // namespace ftpfs::fs
