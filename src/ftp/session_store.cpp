// How a session writes a file.
#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/arming_behind.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/postscript.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/storage.hpp"
#include "ftpfs/proto/server_words.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <utility>

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

std::string_view name_in(std::string_view argument)
{
    return argument.substr(argument.rfind('/') + 1);
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
                                   std::optional<file_version> expected, bool unheard)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    if (start == remote::upload_start::append) {
        FTPFS_CO_CHECK(co_await check_end(path, offset, expected));
        co_return co_await store_behind_end(std::move(path), offset);
    }
    FTPFS_CO_TRY(const auto argument, co_await reach(std::move(path)));
    FTPFS_CO_TRY(const auto answer, co_await begin_store("STOR", argument, std::nullopt, unheard));
    if (answer && answer->is_negative()) {
        co_return with_data_explained(proto::explain(*answer));
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
    if (expected && !setup_.profile.zone.same(*expected, version)) {
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
        FTPFS_CO_TRY(const auto answer, co_await begin_store("APPE", argument, std::nullopt, false));
        if (!answer->is_negative()) {
            profile.append = support::works;
            co_return result<>{};
        }
        if (!is_about_append(*answer)) {
            co_return with_data_explained(proto::explain(*answer));
        }
        profile.append = support::refused;
        setup_.logger.info("the server does not append: {}", answer->as_failure().detail);
    }
    if (profile.store_at_end != support::works) {
        co_return failure{errc::unsupported, no_append};
    }
    FTPFS_CO_TRY(const auto answer, co_await begin_store("STOR", argument, offset, false));
    if (answer->is_negative()) {
        if (is_about_append(*answer) || answer->code == 501 || answer->code == 554) {
            profile.store_at_end = support::refused;
            co_return failure{errc::unsupported, no_append};
        }
        co_return with_data_explained(proto::explain(*answer));
    }
    co_return result<>{};
}

// Without `rest`: from the beginning, or where the command says. A REST that was not used up may still be waiting
// (vsftpd, ProFTPD, Pure-FTPd and pyftpdlib keep it even across LIST), so it is taken back first.
awaitable<result<std::optional<proto::reply>>> session::begin_store(std::string verb, std::string argument,
                                                                    std::optional<std::uint64_t> rest, bool unheard)
{
    FTPFS_CO_TRY(const auto what, proto::command::make(verb, argument));
    if (!rest && rest_was_sent_) {
        rest = 0;
    }
    const auto& profile = setup_.profile;
    store_was_refused_ = false;
    for (;;) {
        FTPFS_CO_TRY(auto data, co_await next_data(verb + " " + argument));
        // In active mode the server still has to connect: what leaves behind the command might meet that.
        const bool queues = pipelines() && profile.queueing == support::works && !offer_;
        auto transfer = std::make_unique<storage>(*control_, std::move(data));
        postscript_ = std::make_unique<postscript>(argument, setup_.settings, profile);
        rest_was_sent_ = rest_was_sent_ || rest;
        storage::order order{what};
        order.rest = rest;
        order.pipelined = pipelines();
        order.unheard = unheard && !offer_ && pipelines() && profile.early_data == support::works;
        if (queues) {
            FTPFS_CO_TRY(order.behind, postscript_->commands());
        }
        auto answer = co_await transfer->begin(std::move(order));
        used();
        if (!answer) {
            co_return with_data_explained(std::move(answer).error());
        }
        const auto code = transfer->first_code();  // 0: not heard, or REST was refused and nothing else was sent
        postscript_->sent = queues && (code != 0 || !*answer);
        const bool in_vain = code != 0 && armed_in_vain(code);
        if (!*answer || !(*answer)->is_negative()) {
            storage_ = std::move(transfer);
            co_return answer;
        }
        co_await hear_postscript();
        if (!in_vain) {
            co_return answer;
        }
        // Once more with another one.
    }
}

// The next data connection is on its way afterwards, where the server was asked for one.
awaitable<> session::hear_postscript()
{
    if (!std::exchange(postscript_->sent, false) || control_->broken()) {
        co_return;
    }
    co_await postscript_->hear(data_context_);
    if (postscript_->next) {
        armed_->arm(*std::exchange(postscript_->next, std::nullopt), clock::now());
    }
}

// After the final reply. Where the server would not have kept the questions, they are asked now.
awaitable<> session::end_store(bool ask, std::optional<std::chrono::sys_seconds> modified)
{
    armed_in_vain(storage_->first_code());
    store_was_refused_ = storage_->was_refused();
    if (storage_->sent_last()) {
        postscript_->wish = time_wish::sent;
    }
    storage_.reset();
    if (ask && !postscript_->sent && pipelines() && control_->quiet()) {
        auto questions = postscript_->commands();
        if (questions && !questions->empty()) {
            auto last = modified ? postscript_->time_command(setup_.profile, *modified) : std::nullopt;
            if (last) {
                questions->push_back(*std::move(last));
                postscript_->wish = time_wish::sent;
            }
            postscript_->sent = (co_await control_->send_all(*std::move(questions))).has_value();
        }
    }
    co_await hear_postscript();
    used();
}

time_wish session::asked_time() const noexcept
{
    return postscript_ ? postscript_->wish : time_wish::none;
}

std::optional<file_attributes> session::take_seen()
{
    return postscript_ ? std::exchange(postscript_->seen, std::nullopt) : std::nullopt;
}

awaitable<result<>> session::write(std::vector<shared_bytes> pieces)
{
    if (!storage_) {
        co_return failure{errc::connection_lost, "no upload is under way"};
    }
    const raised_flag now{sending_};
    auto written = co_await storage_->write(std::move(pieces));
    if (!written) {
        co_await end_store(false);
        used();
        co_return with_data_explained(std::move(written).error());
    }
    used();
    co_return written;
}

awaitable<result<>> session::finish_store(std::optional<std::chrono::sys_seconds> modified)
{
    if (!storage_) {
        co_return failure{errc::connection_lost, "no upload is under way"};
    }
    const raised_flag now{sending_};
    const bool queues = postscript_->sent && !setup_.profile.reads_in_transfers;
    auto last = modified && queues ? postscript_->time_command(setup_.profile, *modified) : std::nullopt;
    const auto answer = co_await storage_->finish(std::move(last));
    co_await end_store(true, answer && answer->is_completion() ? modified : std::nullopt);
    if (!answer) {
        co_return with_data_explained(answer.error());
    }
    if (!answer->is_completion()) {
        co_return with_data_explained(proto::explain(*answer));
    }
    if (proto::admits_failure(*answer, name_in(postscript_->file()))) {
        co_return proto::explain_admission(*answer);
    }
    co_return result<>{};
}

}  // namespace ftpfs::ftp
