// How a session writes a file.
#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/arming_behind.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/storage.hpp"
#include "ftpfs/proto/server_words.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace ftpfs::ftp {

namespace asio = boost::asio;

namespace {

constexpr auto no_append = "the server cannot append";

// A refusal of APPE that is about the command, not about the file: 451 is ProFTPD's "Append/Restart not permitted,
// try again", 450 pyftpdlib's after REST.
bool is_about_append(const proto::reply& answer)
{
    const auto meaning = proto::meaning_of(answer);
    if (answer.is_unknown_command() || meaning == errc::unsupported) {
        return true;
    }
    return (answer.code == 450 || answer.code == 451) && (!meaning || meaning == errc::permission_denied);
}

class raised_flag {
public:
    explicit raised_flag(bool& flag) : flag_{flag} { flag_ = true; }
    raised_flag(const raised_flag&) = delete;
    raised_flag& operator=(const raised_flag&) = delete;
    ~raised_flag() { flag_ = false; }

private:
    bool& flag_;
};

}  // namespace

awaitable<result<>> session::store(remote_path path, remote::upload_start start, std::uint64_t offset,
                                   std::optional<file_version> expected)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    stored_name_ = path.name();
    if (start == remote::upload_start::append) {
        FTPFS_CO_CHECK(co_await check_end(path, offset, expected));
        co_return co_await store_behind_end(std::move(path), offset);
    }
    FTPFS_CO_TRY(const auto argument, co_await reach(std::move(path)));
    FTPFS_CO_TRY(auto command, proto::command::make("STOR", argument));
    FTPFS_CO_TRY(const auto answer, co_await begin_store(std::move(command), std::nullopt));
    if (answer.is_negative()) {
        co_return proto::explain(answer);
    }
    co_return result<>{};
}

awaitable<result<>> session::check_end(remote_path path, std::uint64_t offset, std::optional<file_version> expected)
{
    FTPFS_CO_TRY(const auto version, co_await learn_version(path));
    used();
    if (!version.size) {
        co_return failure{errc::unsupported, "the server does not tell where the file ends"};
    }
    if (*version.size != offset) {
        co_return failure{errc::version_changed, fmt::format("{} has {} bytes, not the {} it was to be extended from",
                                                             printable(path.str()), *version.size, offset)};
    }
    if (expected && !same_version(*expected, version)) {
        co_return failure{errc::version_changed, printable(path.str())};
    }
    co_return result<>{};
}

// `unsupported` if there is no way that is sure to keep what is there.
awaitable<result<>> session::store_behind_end(remote_path path, std::uint64_t offset)
{
    auto& profile = setup_.profile;
    FTPFS_CO_TRY(const auto argument, co_await reach(std::move(path)));
    if (profile.append != support::refused) {
        FTPFS_CO_TRY(auto command, proto::command::make("APPE", argument));
        FTPFS_CO_TRY(const auto answer, co_await begin_store(std::move(command), std::nullopt));
        if (!answer.is_negative()) {
            profile.append = support::works;
            co_return result<>{};
        }
        if (!is_about_append(answer)) {
            co_return proto::explain(answer);
        }
        profile.append = support::refused;
        setup_.logger.info("the server does not append: {}", answer.as_failure().detail);
    }
    if (profile.store_at_end != support::works) {
        co_return failure{errc::unsupported, no_append};
    }
    FTPFS_CO_TRY(auto command, proto::command::make("STOR", argument));
    FTPFS_CO_TRY(const auto answer, co_await begin_store(std::move(command), offset));
    if (answer.is_negative()) {
        if (is_about_append(answer) || answer.code == 501 || answer.code == 554) {
            profile.store_at_end = support::refused;
            co_return failure{errc::unsupported, no_append};
        }
        co_return proto::explain(answer);
    }
    co_return result<>{};
}

// Without `rest`: from the beginning, or where the command says. A REST that was not used up may still be waiting
// (vsftpd, ProFTPD, Pure-FTPd and pyftpdlib keep it even across LIST), so it is taken back first.
awaitable<result<proto::reply>> session::begin_store(proto::command what, std::optional<std::uint64_t> rest)
{
    if (!rest && rest_was_sent_) {
        rest = 0;
    }
    for (;;) {
        FTPFS_CO_TRY(auto data, co_await next_data());
        auto transfer = std::make_unique<storage>(*control_, std::move(data));
        rest_was_sent_ = rest_was_sent_ || rest;
        auto answer = co_await transfer->begin(what, rest, pipelines());
        used();
        const bool in_vain = answer && armed_in_vain(answer->code);
        if (in_vain) {
            continue;  // the next one is new
        }
        if (answer && !answer->is_negative()) {
            storage_ = std::move(transfer);
        }
        co_return answer;
    }
}

awaitable<result<>> session::write(std::vector<shared_bytes> pieces)
{
    if (!storage_) {
        co_return failure{errc::connection_lost, "no upload is under way"};
    }
    const raised_flag now{sending_};
    auto written = co_await storage_->write(std::move(pieces));
    if (!written) {
        storage_.reset();
    }
    used();
    co_return written;
}

awaitable<result<>> session::finish_store()
{
    if (!storage_) {
        co_return failure{errc::connection_lost, "no upload is under way"};
    }
    const raised_flag now{sending_};
    const auto answer = co_await storage_->finish();
    storage_.reset();
    used();
    if (!answer) {
        co_return answer.error();
    }
    if (!answer->is_completion()) {
        co_return proto::explain(*answer);
    }
    if (proto::admits_failure(*answer, stored_name_)) {
        co_return proto::explain_admission(*answer);
    }
    co_return result<>{};
}

}  // namespace ftpfs::ftp
