// Several writers at once and a single session: all come to an end, whatever the server can do.
#include "filesystem/writing_fixture.hpp"

namespace ftpfs::fs {
namespace {

class turns : public writing_fixture {
protected:
    turns()
    {
        remote->add_file("/dir/old", "old");
        remote->limit_sessions(1);
    }

    awaitable<> write_all(std::string path, std::string content)
    {
        const auto stored = co_await store(std::move(path), std::move(content));
        EXPECT_TRUE(stored.has_value()) << to_string(stored.error());
    }

    // Two programs, each writing a file of this size. Answers how many transfers that took.
    std::size_t write_two(std::size_t size)
    {
        const auto a = pattern(size, 1);
        const auto b = pattern(size, 2);
        play([&]() -> awaitable<> {
            together.spawn(write_all("/dir/a", a));
            together.spawn(write_all("/dir/b", b));
            co_return;
        });
        EXPECT_TRUE(on_server("/dir/a") == a);
        EXPECT_TRUE(on_server("/dir/b") == b);
        return remote->count("upload") + remote->count("append");
    }
};

TEST_F(turns, two_writers_share_a_session_by_appending)
{
    settings.stream_share = std::chrono::milliseconds{0};
    EXPECT_GT(write_two(24 * MiB), 4U);
}

TEST_F(turns, two_writers_of_small_files_share_a_session)
{
    EXPECT_LE(write_two(256 * KiB), 6U);
}

// Nobody begins anew again and again: the second waits until the first has closed its file.
TEST_F(turns, two_writers_come_to_an_end_where_nothing_can_be_appended)
{
    settings.stream_share = std::chrono::milliseconds{0};
    remote->set_append_supported(false);
    EXPECT_LE(write_two(24 * MiB), 8U);
}

TEST_F(turns, two_writers_of_small_files_come_to_an_end_where_nothing_can_be_appended)
{
    settings.stream_share = std::chrono::milliseconds{0};
    remote->set_append_supported(false);
    EXPECT_LE(write_two(3 * MiB), 8U);
}

// To try whether the server appends would be too late once the first bytes are no longer here.
TEST_F(turns, a_large_upload_is_not_interrupted_before_the_server_was_seen_to_append)
{
    remote->set_append_supported(false);
    play([&]() -> awaitable<> {
        const auto content = pattern(20 * MiB);
        const auto a = (co_await create("/dir/a")).value();
        for (std::size_t at = 0; at < content.size(); at += MiB) {
            EXPECT_TRUE((co_await write(a, at, content.substr(at, MiB))).has_value());
        }
        together.spawn(write_all("/dir/b", "small"));
        co_await settle();
        EXPECT_FALSE(remote->has("/dir/b"));
        EXPECT_TRUE((co_await write(a, content.size(), "end")).has_value());
        EXPECT_TRUE((co_await close(a)).has_value());
        co_await together.join();
        EXPECT_TRUE(on_server("/dir/a") == content + "end");
        EXPECT_EQ(on_server("/dir/b"), "small");
        EXPECT_EQ(remote->count("append"), 0U);
    });
}

TEST_F(turns, one_program_writes_two_files_in_turn)
{
    for (const bool appends : {true, false}) {
        remote->set_append_supported(appends);
        play([&]() -> awaitable<> {
            const auto a = (co_await create("/dir/a")).value();
            const auto b = (co_await create("/dir/b")).value();
            std::string content;
            for (int i = 0; i < 5; ++i) {
                const auto line = "line " + std::to_string(i) + "\n";
                EXPECT_TRUE((co_await write(a, content.size(), line)).has_value());
                EXPECT_TRUE((co_await write(b, content.size(), line)).has_value());
                content += line;
            }
            EXPECT_TRUE((co_await close(a)).has_value());
            EXPECT_TRUE((co_await close(b)).has_value());
            EXPECT_EQ(on_server("/dir/a"), content);
            EXPECT_EQ(on_server("/dir/b"), content);
        });
        files.reset();
        remote->remove("/dir/a");
        remote->remove("/dir/b");
    }
}

}  // namespace
}  // namespace ftpfs::fs
