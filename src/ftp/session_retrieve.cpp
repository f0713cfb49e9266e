// How a session reads a file.
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/storage.hpp"

#include <boost/asio/this_coro.hpp>

#include <array>

namespace ftpfs::ftp {

namespace asio = boost::asio;

awaitable<result<file_version>> session::retrieve(remote_path path, std::uint64_t offset,
                                                  std::optional<file_version> expected)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_TRY(const auto version, co_await learn_version(path));
    if (expected && !same_version(*expected, version)) {
        used();
        co_return failure{errc::version_changed, printable(path.str())};
    }
    const bool unproved = setup_.profile.rest == support::unknown && version.size;
    if (unproved && offset > 0 && offset < *version.size) {
        FTPFS_CO_CHECK(co_await prove_restart(path, *version.size));
    }
    FTPFS_CO_CHECK(co_await begin_transfer(std::move(path), offset, version.size));
    co_return version;
}

// Some servers answer 350 to REST and then send the file from its beginning (inetutils 2.4 does after any command
// in between; older libunftp always). Wrong bytes must never be handed out, so before the first use the last
// byte of the file is asked for: one byte proves it, more disprove it.
awaitable<result<>> session::prove_restart(remote_path path, std::uint64_t size)
{
    auto& known = setup_.profile.rest;
    FTPFS_CO_TRY(auto file, co_await reach(std::move(path)));
    FTPFS_CO_TRY(auto data, co_await open_data());
    retrieval probe{*control_, setup_.profile, std::move(data)};
    retrieval::range last;
    last.offset = size - 1;
    last.send_rest = true;
    rest_was_sent_ = true;
    FTPFS_CO_CHECK(co_await probe.begin(std::move(file), last));
    if (known == support::refused) {
        co_await probe.end_early();
    } else {
        std::array<std::byte, 64> bytes{};
        std::size_t count = 0;
        for (std::size_t more = 1; more > 0 && count <= 1;) {
            FTPFS_CO_TRY(more, co_await probe.read_some(bytes));
            count += more;
        }
        if (count > 1) {
            known = support::refused;
            setup_.logger.info("the server ignores REST: files are read from their beginning");
            co_await probe.end_early();
        } else if (count == 1) {
            known = support::works;
        }
    }
    if (control_->broken()) {
        co_return failure{errc::connection_lost, "the session ended while REST was tried"};
    }
    co_return result<>{};
}

awaitable<result<>> session::begin_transfer(remote_path path, std::uint64_t offset, std::optional<std::uint64_t> size)
{
    const auto known = setup_.profile.rest;
    retrieval::range what;
    what.offset = offset;
    what.size = size;
    // A size and no proof: the proof failed just now, so the file is changing; only the slow way is safe.
    const bool may_restart = known == support::works || (known == support::unknown && (!size || offset >= *size));
    what.send_rest = offset > 0 ? may_restart : rest_was_sent_ && known != support::refused;
    FTPFS_CO_TRY(auto file, co_await reach(std::move(path)));
    FTPFS_CO_TRY(auto data, co_await open_data());
    auto transfer = std::make_unique<retrieval>(*control_, setup_.profile, std::move(data));
    rest_was_sent_ = rest_was_sent_ || what.send_rest;
    auto begun = co_await transfer->begin(std::move(file), what);
    used();
    if (begun) {
        transfer_ = std::move(transfer);
    }
    co_return begun;
}

awaitable<result<std::size_t>> session::read_some(std::span<std::byte> buffer)
{
    auto count = co_await transfer_->read_some(buffer);
    const bool over = !count || *count == 0;
    if (over) {
        transfer_.reset();
        used();
    }
    co_return count;
}

awaitable<> session::abandon()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (transfer_) {
        co_await transfer_->end_early();
        transfer_.reset();
        used();
    }
    if (storage_) {
        co_await storage_->break_off();
        storage_.reset();
        used();
    }
}

}  // namespace ftpfs::ftp
