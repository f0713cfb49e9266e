// How a session reads a file.
#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/arming_behind.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/storage.hpp"

#include <boost/asio/this_coro.hpp>

#include <array>

namespace ftpfs::ftp {

namespace asio = boost::asio;

awaitable<result<file_version>> session::retrieve(remote_path path, byte_range what,
                                                  std::optional<file_version> expected)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (can_retrieve_at_once(path, what)) {
        auto begun = co_await retrieve_at_once(path, what, expected);
        const bool over = begun || control_->broken() || !(begun.error() == errc::unsupported);
        if (over) {
            co_return begun;
        }
    }
    FTPFS_CO_TRY(const auto version, co_await learn_version(path));
    if (expected && !setup_.profile.zone.same(*expected, version)) {
        used();
        co_return failure{errc::version_changed, printable(path.str())};
    }
    const bool in_the_middle = version.size && what.offset > 0 && what.offset < *version.size;
    if (in_the_middle && setup_.profile.rest == support::unknown) {
        FTPFS_CO_CHECK(co_await prove_restart(path, *version.size));
    }
    if (in_the_middle && may_end(what) && setup_.profile.rang == support::unknown) {
        FTPFS_CO_CHECK(co_await prove_range(path, *version.size));
    }
    FTPFS_CO_CHECK(co_await begin_transfer(std::move(path), what, version.size));
    co_return version;
}

// Could RANG end it? Whether it does may have to be proved first.
bool session::may_end(const byte_range& what) const
{
    return what.until && setup_.settings.rang && setup_.profile.rest == support::works &&
           setup_.profile.rang != support::refused;
}

std::optional<std::uint64_t> session::proved_end(const byte_range& what) const
{
    return may_end(what) && setup_.profile.rang == support::works ? what.until : std::nullopt;
}

// Everything that decides about the commands must be known before the first reply.
bool session::can_retrieve_at_once(const remote_path& path, const byte_range& what) const
{
    const bool rest_is_known = what.offset == 0 || setup_.profile.rest != support::unknown;
    const bool range_is_known = !may_end(what) || setup_.profile.rang != support::unknown;
    return pipelines() && rest_is_known && range_is_known && knows_version_questions() && !must_be_walked(path);
}

// One round trip: the questions about the version and the transfer in one packet. The answers are read before the
// first byte is taken; if they are not what they should be, the transfer is ended.
awaitable<result<file_version>> session::retrieve_at_once(remote_path path, byte_range wanted,
                                                          std::optional<file_version> expected)
{
    FTPFS_CO_TRY(auto questions, version_questions(path));
    std::vector<std::string> verbs;
    for (const auto& question : questions) {
        verbs.emplace_back(question.verb());
    }
    FTPFS_CO_TRY(auto data, co_await next_data("RETR " + path.str()));
    auto transfer = std::make_unique<retrieval>(*control_, setup_.profile, std::move(data), *behind_);
    retrieval::range what;
    what.offset = wanted.offset;
    what.send_rest = wanted.offset > 0 ? setup_.profile.rest == support::works
                                       : rest_was_sent_ && setup_.profile.rest != support::refused;
    what.until = proved_end(wanted);
    rest_was_sent_ = rest_was_sent_ || what.send_rest;
    FTPFS_CO_CHECK(co_await transfer->send(path.str(), what, true, std::move(questions)));
    auto version = co_await hear_version(path, std::move(verbs));
    if (control_->broken()) {
        co_return version ? failure{errc::connection_lost} : version.error();
    }
    if (version && expected && !setup_.profile.zone.same(*expected, *version)) {
        version = failure{errc::version_changed, printable(path.str())};
    }
    std::optional<std::uint64_t> size;
    if (version) {
        size = version->size;
    }
    const auto begun = co_await transfer->hear(size);
    const bool in_vain = armed_in_vain(transfer->first_code());
    used();
    if (!version) {
        if (begun) {
            co_await transfer->end_early();
            used();
        }
        co_return version;
    }
    if (begun) {
        transfer_ = std::move(transfer);
        co_return version;
    }
    if (!in_vain) {
        co_return with_data_explained(begun.error());
    }
    FTPFS_CO_CHECK(co_await begin_transfer(std::move(path), wanted, size));
    co_return version;
}

// Some servers answer 350 to REST and then send the file from its beginning (inetutils 2.4 does after any command
// in between; older libunftp always). Wrong bytes must never be handed out, so before the first use the last
// byte of the file is asked for: one byte proves it, more disprove it.
awaitable<result<>> session::prove_restart(remote_path path, std::uint64_t size)
{
    FTPFS_CO_CHECK(co_await prove_one_byte(std::move(path), {size - 1, std::nullopt}, setup_.profile.rest));
    if (setup_.profile.rest == support::refused) {
        setup_.logger.info("REST does not work on this server: files are read from their beginning");
    }
    co_return result<>{};
}

// The same of RANG: not the last byte, which REST would give as well.
awaitable<result<>> session::prove_range(remote_path path, std::uint64_t size)
{
    if (size < 2) {
        co_return result<>{};
    }
    co_return co_await prove_one_byte(std::move(path), {size - 2, size - 1}, setup_.profile.rang);
}

awaitable<result<>> session::prove_one_byte(remote_path path, byte_range byte, support& known)
{
    FTPFS_CO_TRY(auto file, co_await reach(std::move(path)));
    FTPFS_CO_TRY(auto data, co_await next_data("RETR " + file));
    retrieval probe{*control_, setup_.profile, std::move(data), *behind_};
    retrieval::range what;
    what.offset = byte.offset;
    what.until = byte.until;
    what.send_rest = true;
    rest_was_sent_ = true;
    FTPFS_CO_CHECK(co_await probe.send(std::move(file), what, pipelines()));
    const auto begun = co_await probe.hear(std::nullopt);
    if (armed_in_vain(probe.first_code())) {
        co_return result<>{};  // nothing is proved; the slow way does
    }
    if (!begun) {
        co_return with_data_explained(begun.error());
    }
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
            co_await probe.end_early();
        } else if (count == 1) {
            known = support::works;
        }
    }
    if (control_->broken()) {
        co_return failure{errc::connection_lost, "the session ended while a start in the middle was tried"};
    }
    co_return result<>{};
}

awaitable<result<>> session::begin_transfer(remote_path path, byte_range wanted, std::optional<std::uint64_t> size)
{
    const auto known = setup_.profile.rest;
    const auto offset = wanted.offset;
    retrieval::range what;
    what.offset = offset;
    what.until = proved_end(wanted);
    // A size and no proof: the proof failed just now, so the file is changing; only the slow way is safe.
    const bool may_restart = known == support::works || (known == support::unknown && (!size || offset >= *size));
    what.send_rest = offset > 0 ? may_restart : rest_was_sent_ && known != support::refused;
    FTPFS_CO_TRY(const auto file, co_await reach(std::move(path)));
    for (;;) {
        FTPFS_CO_TRY(auto data, co_await next_data("RETR " + file));
        auto transfer = std::make_unique<retrieval>(*control_, setup_.profile, std::move(data), *behind_);
        rest_was_sent_ = rest_was_sent_ || what.send_rest;
        FTPFS_CO_CHECK(co_await transfer->send(file, what, pipelines()));
        const auto begun = co_await transfer->hear(size);
        const bool in_vain = armed_in_vain(transfer->first_code());
        used();
        if (begun) {
            transfer_ = std::move(transfer);
            co_return begun;
        }
        // Once more, now without one from ahead of need: ProFTPD forgets that when a transfer fails.
        if (!in_vain) {
            co_return with_data_explained(begun.error());
        }
    }
}

std::optional<std::uint64_t> session::retrieves_until() const noexcept
{
    return transfer_ ? transfer_->until() : std::nullopt;
}

awaitable<result<std::size_t>> session::read_some(std::span<std::byte> buffer)
{
    auto count = co_await transfer_->read_some(buffer);
    const bool over = !count || *count == 0;
    if (over) {
        transfer_.reset();
        used();
    }
    if (!count) {
        co_return with_data_explained(std::move(count).error());
    }
    co_return count;
}

awaitable<> session::abandon()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (transfer_) {
        co_await transfer_->end_early();
        behind_->forget();
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
