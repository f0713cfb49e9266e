// A server that fails at any step of an upload, an append or a rename. Either all is right, or there is an error and
// nothing is lost that was there before. Never success with wrong bytes.
#include "ftp_remote_fixture.hpp"

#include "support/frail_server.hpp"
#include "support/pieces.hpp"

#include <algorithm>

namespace ftpfs::test {
namespace {

using remote::upload_request;
using remote::upload_start;

constexpr breakdown breakdowns[] = {breakdown::hangs_up,
                                    breakdown::resets_all,
                                    breakdown::resets_data_and_426,
                                    breakdown::resets_data_and_226,
                                    breakdown::says_426,
                                    breakdown::says_451,
                                    breakdown::says_552,
                                    breakdown::falls_silent};

const std::string old_bytes = "the old one";
const std::string new_bytes = "what is new";  // as long, so that the size tells nothing

// More than what lies in the buffers of a connection: the break comes while the client still writes.
const std::string much(std::size_t{12} << 20, 'x');

class ftp_remote_broken : public ftp_remote_fixture {
protected:
    ftp_remote_broken()
    {
        server.otherwise([this](scripted_control& control) { return frail->serve(control); });
    }

    // Lets a server as `prepare` makes it fail at one step after the other, in each way, and calls
    // `check(outcome)`; the outcome is that of `operate`.
    void try_all(std::function<void(frail_server&)> prepare,
                 std::function<awaitable<result<>>(ftp::ftp_remote&)> operate,
                 std::function<void(const result<>&)> check)
    {
        for (const bool for_good : {false, true}) {
            if (for_good && !also_for_good) {
                continue;
            }
            for (const auto how : breakdowns) {
                // Nobody waits long for a server that is gone for good.
                const bool is_gone = for_good || how == breakdown::falls_silent;
                settings.timeout = std::chrono::milliseconds{is_gone ? 100 : 10'000};
                std::size_t at = 0;
                for (bool failed = true; failed; ++at) {
                    SCOPED_TRACE("breakdown " + std::to_string(static_cast<int>(how)) + " at moment " +
                                 std::to_string(at) + (for_good ? " for good" : ""));
                    frail = std::make_unique<frail_server>();
                    frail->how = how;
                    frail->for_good = for_good;
                    frail->fails_at = at;
                    prepare(*frail);
                    result<> came;
                    play([&](ftp::ftp_remote& remote) -> awaitable<> { came = co_await operate(remote); });
                    failed = frail->has_failed();
                    check(came);
                    // The short timeout may have been too short for a busy machine.
                    EXPECT_TRUE(failed || came || is_gone) << to_string(came.error());
                    EXPECT_EQ(counted.busy, 0U);
                    if (testing::Test::HasFailure() || at > 200) {
                        ADD_FAILURE() << dialogue();
                        return;
                    }
                }
                EXPECT_GT(at, 2U);
            }
        }
    }

    static awaitable<result<>> send(ftp::ftp_remote& remote, upload_request request, const std::string& bytes)
    {
        FTPFS_CO_TRY(const auto opened, co_await remote.open_upload(std::move(request)));
        const auto half = bytes.size() / 2;
        FTPFS_CO_CHECK(co_await opened->write(pieces(bytes.substr(0, half), bytes.substr(half))));
        FTPFS_CO_TRY(const auto finished, co_await opened->finish(std::nullopt));
        EXPECT_EQ(finished.size, request.offset + bytes.size());
        co_return result<>{};
    }

    static awaitable<result<>> store(ftp::ftp_remote& remote, const std::string& bytes)
    {
        co_return co_await send(remote, upload_request{path("/f")}, bytes);
    }

    const std::string& on_server(const std::string& name) const
    {
        static const std::string none = "(none)";
        const auto found = frail->files.find(name);
        return found == frail->files.end() ? none : found->second;
    }

    // The old bytes are where they were, or where the failure says.
    bool old_one_is_told_of(const failure& why) const
    {
        return std::any_of(frail->files.begin(), frail->files.end(), [&](const auto& file) {
            const auto& [name, bytes] = file;
            return bytes == old_bytes && (name == "/f" || why.detail.find(name) != why.detail.npos);
        });
    }

    std::string dialogue() const
    {
        std::string all;
        const auto& lines = server.dialogue();
        for (std::size_t i = lines.size() > 60 ? lines.size() - 60 : 0; i < lines.size(); ++i) {
            all += lines[i].substr(0, 200) + "\n";
        }
        return all;
    }

    std::unique_ptr<frail_server> frail;
    bool also_for_good = true;
};

TEST_F(ftp_remote_broken, a_new_file_is_complete_or_an_error)
{
    for (const auto* bytes : {&new_bytes, &much}) {
        also_for_good = bytes != &much;
        try_all([&](frail_server& with) { with.middle = bytes->size() / 8; },
                [&](ftp::ftp_remote& remote) { return store(remote, *bytes); },
                [&](const result<>& came) {
                    EXPECT_TRUE(!came || on_server("/f") == *bytes);
                    EXPECT_TRUE(on_server("/f") == "(none)" || bytes->starts_with(on_server("/f")));
                });
    }
}

TEST_F(ftp_remote_broken, a_new_file_is_complete_or_an_error_without_MLST)
{
    try_all([](frail_server& with) { with.has_mlst = false; },
            [](ftp::ftp_remote& remote) { return store(remote, new_bytes); },
            [&](const result<>& came) { EXPECT_TRUE(!came || on_server("/f") == new_bytes); });
}

TEST_F(ftp_remote_broken, an_overwritten_file_is_complete_or_an_error)
{
    try_all([](frail_server& with) { with.files["/f"] = old_bytes; },
            [](ftp::ftp_remote& remote) { return store(remote, new_bytes); },
            [&](const result<>& came) { EXPECT_TRUE(!came || on_server("/f") == new_bytes); });
}

// Pure-FTPd and others with hidden stores: what was there stays until all has come.
TEST_F(ftp_remote_broken, a_file_that_is_replaced_at_the_end_is_not_taken_for_the_new_one)
{
    file_version before;
    before.size = old_bytes.size();
    before.modified = {std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}, time_precision::second,
                       time_source::fact};
    try_all(
        [](frail_server& with) {
            with.files["/f"] = old_bytes;
            with.stores_at_the_end = true;
            // With a 226 for nothing stored there would be no way to tell.
            if (with.how == breakdown::resets_data_and_226) {
                with.how = breakdown::resets_all;
            }
        },
        [before](ftp::ftp_remote& remote) -> awaitable<result<>> {
            upload_request request{path("/f")};
            request.expected = before;
            co_return co_await send(remote, std::move(request), new_bytes);
        },
        [&](const result<>& came) {
            EXPECT_TRUE(on_server("/f") == (came ? new_bytes : old_bytes) || on_server("/f") == new_bytes);
        });
}

TEST_F(ftp_remote_broken, what_is_appended_never_harms_what_was_there)
{
    for (const bool has_mlst : {true, false}) {
        try_all(
            [has_mlst](frail_server& with) {
                with.files["/f"] = old_bytes;
                with.has_mlst = has_mlst;
            },
            [](ftp::ftp_remote& remote) -> awaitable<result<>> {
                upload_request request{path("/f")};
                request.start = upload_start::append;
                request.offset = old_bytes.size();
                co_return co_await send(remote, std::move(request), new_bytes);
            },
            [&](const result<>& came) {
                EXPECT_TRUE(on_server("/f").starts_with(old_bytes)) << on_server("/f");
                EXPECT_TRUE((old_bytes + new_bytes).starts_with(on_server("/f"))) << on_server("/f");
                EXPECT_TRUE(!came || on_server("/f") == old_bytes + new_bytes);
            });
    }
}

TEST_F(ftp_remote_broken, a_rename_never_loses_either_file)
{
    for (const bool renames_over : {true, false}) {
        try_all(
            [renames_over](frail_server& with) {
                with.files["/f"] = old_bytes;
                with.files["/new"] = new_bytes;
                with.renames_over = renames_over;
            },
            [](ftp::ftp_remote& remote) {
                return remote.rename(path("/new"), path("/f"), remote::existing_target::replace);
            },
            [&](const result<>& came) {
                const bool moved = on_server("/f") == new_bytes;
                EXPECT_TRUE(came ? moved && on_server("/new") == "(none)" : moved || on_server("/new") == new_bytes);
                if (!moved) {
                    EXPECT_TRUE(old_one_is_told_of(came.error())) << to_string(came.error());
                }
            });
    }
}

}  // namespace
}  // namespace ftpfs::test
