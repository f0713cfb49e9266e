// The whole way of written bytes, from the file system over FTP to a server that fails at any step: either success and
// the right bytes, or an error and nothing lost that was there before. Never success with wrong bytes.
#include "ftpfs/fs/file_system.hpp"
#include "session/ftp_remote_fixture.hpp"
#include "support/frail_server.hpp"
#include "support/pieces.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace ftpfs::test {
namespace {

const std::string old_bytes = "what was there";
const std::string new_bytes = "what comes now";  // as long, so that the size tells nothing

class frail_server_test : public ftp_remote_fixture {
protected:
    frail_server_test()
    {
        std::string name = (std::filesystem::temp_directory_path() / "ftpfs-test-XXXXXX").string();
        staging = ::mkdtemp(name.data());
        server.otherwise([this](scripted_control& control) { return frail->serve(control); });
    }
    ~frail_server_test() override { std::filesystem::remove_all(staging); }

    using program = std::function<awaitable<result<>>(fs::file_system&)>;

    // Lets a server with these files fail at one step after the other, in each way.
    void try_all(const std::map<std::string, std::string>& files, program run,
                 std::function<void(const result<>&)> check, bool renames_over = true)
    {
        for (const bool stores_at_the_end : {false, true}) {
            for (const auto how : {breakdown::hangs_up, breakdown::resets_all, breakdown::resets_data_and_426,
                                   breakdown::resets_data_and_226, breakdown::says_451, breakdown::says_552}) {
                if (stores_at_the_end && how == breakdown::resets_data_and_226) {
                    continue;  // confirmed, but nothing stored: there would be no way to tell
                }
                bool failed = true;
                for (std::size_t at = 0; failed && !HasFailure(); ++at) {
                    SCOPED_TRACE("breakdown " + std::to_string(static_cast<int>(how)) + " at moment " +
                                 std::to_string(at) + (stores_at_the_end ? ", hidden stores" : ""));
                    frail = std::make_unique<frail_server>();
                    frail->files = files;
                    frail->how = how;
                    frail->fails_at = at;
                    frail->stores_at_the_end = stores_at_the_end;
                    frail->renames_over = renames_over;
                    result<> came;
                    server.play(conduct(run, came));
                    failed = frail->has_failed();
                    check(came);
                    EXPECT_TRUE(failed || came) << to_string(came.error());
                    EXPECT_LT(at, 200U);
                    if (HasFailure()) {
                        ADD_FAILURE() << (came ? "ok" : to_string(came.error())) << '\n' << dialogue();
                    }
                }
            }
        }
    }

    awaitable<> conduct(program& run, result<>& came)
    {
        fs::config mount;
        mount.staging_dir = staging.string();
        const auto remote = std::make_shared<ftp::ftp_remote>(loop.get_executor(), connector, settings, log{logger});
        fs::file_system files{loop.get_executor(), remote, mount, log{logger}, std::chrono::steady_clock::now};
        came = co_await run(files);
        co_await files.stop();
        co_await remote->shut_down();
    }

    // open(2), write(2) and close(2) with every answer looked at.
    static awaitable<result<>> write(fs::file_system& files, int flags, std::uint64_t offset, std::string bytes)
    {
        FTPFS_CO_TRY(const auto found, co_await files.lookup(fs::root_inode, file_name::make("f").value()));
        fs::handle_id handle{};
        if (found.inode == fs::inode_id{}) {
            FTPFS_CO_TRY(const auto made,
                         co_await files.create(fs::root_inode, file_name::make("f").value(), flags | O_CREAT, 0644));
            handle = made.file.handle;
        } else {
            FTPFS_CO_TRY(const auto opened, co_await files.open(found.inode, flags));
            handle = opened.handle;
        }
        auto done = co_await files.write(handle, offset, piece(bytes));
        if (done) {
            done = co_await files.flush(handle);
        }
        files.release(handle);
        co_return done;
    }

    std::string on_server() const { return frail->files.contains("/f") ? frail->files.at("/f") : "(none)"; }

    bool holds(const std::string& bytes) const
    {
        return std::any_of(frail->files.begin(), frail->files.end(),
                           [&](const auto& file) { return file.second == bytes; });
    }

    std::string dialogue() const
    {
        std::string all;
        const auto& lines = server.dialogue();
        for (std::size_t i = lines.size() > 80 ? lines.size() - 80 : 0; i < lines.size(); ++i) {
            all += lines[i].substr(0, 200) + "\n";
        }
        return all;
    }

    std::filesystem::path staging;
    std::unique_ptr<frail_server> frail;
};

TEST_F(frail_server_test, a_new_file_has_all_its_bytes)
{
    try_all(
        {}, [](fs::file_system& files) { return write(files, O_WRONLY, 0, new_bytes); },
        [&](const result<>& came) {
            EXPECT_TRUE(!came || on_server() == new_bytes);
            EXPECT_TRUE(on_server() == "(none)" || new_bytes.starts_with(on_server())) << on_server();
        });
}

TEST_F(frail_server_test, a_file_that_was_emptied_has_all_its_bytes)
{
    try_all(
        {{"/f", old_bytes}}, [](fs::file_system& files) { return write(files, O_WRONLY | O_TRUNC, 0, new_bytes); },
        [&](const result<>& came) {
            EXPECT_TRUE(!came || on_server() == new_bytes) << on_server();
            EXPECT_TRUE(on_server() == old_bytes || new_bytes.starts_with(on_server())) << on_server();
        });
}

TEST_F(frail_server_test, a_file_that_grows_keeps_its_beginning)
{
    try_all(
        {{"/f", old_bytes}},
        [](fs::file_system& files) { return write(files, O_WRONLY | O_APPEND, old_bytes.size(), new_bytes); },
        [&](const result<>& came) {
            EXPECT_TRUE(!came || on_server() == old_bytes + new_bytes) << on_server();
            EXPECT_TRUE(on_server().starts_with(old_bytes) || holds(old_bytes)) << on_server();
        });
}

TEST_F(frail_server_test, a_file_changed_in_place_is_the_old_or_the_new_one)
{
    auto changed = old_bytes;
    changed.replace(0, 4, "THIS");
    for (const bool renames_over : {true, false}) {
        try_all(
            {{"/f", old_bytes}}, [](fs::file_system& files) { return write(files, O_RDWR, 0, "THIS"); },
            [&](const result<>& came) {
                EXPECT_TRUE(!came || on_server() == changed) << on_server();
                const bool is_aside = on_server() == "(none)" && holds(old_bytes);
                EXPECT_TRUE(on_server() == old_bytes || on_server() == changed || is_aside) << on_server();
                EXPECT_TRUE(!is_aside || (!came && came.error().detail.find("/.ftpfs-old-") != std::string::npos));
            },
            renames_over);
    }
}

}  // namespace
}  // namespace ftpfs::test
