// How a session learns about one object: MLST, else SIZE and MDTM for a file, CWD for a directory.
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/storage.hpp"
#include "ftpfs/proto/fact_list.hpp"
#include "ftpfs/proto/server_words.hpp"
#include "ftpfs/proto/size_reply.hpp"
#include "ftpfs/proto/time_reply.hpp"

#include <boost/asio/this_coro.hpp>

namespace ftpfs::ftp {

namespace asio = boost::asio;

awaitable<result<file_attributes>> session::stat(remote_path path)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    auto found = co_await stat_by_mlst(path);
    const bool ask_otherwise = !found && found.error() == errc::unsupported;
    if (ask_otherwise) {
        found = co_await stat_by_size(std::move(path));
    }
    used();
    co_return found;
}

// `unsupported` when the server has no MLST that can be used.
awaitable<result<file_attributes>> session::stat_by_mlst(remote_path path)
{
    auto& known = setup_.profile.mlst;
    if (known == support::refused) {
        co_return failure{errc::unsupported, "no MLST"};
    }
    FTPFS_CO_TRY(const auto argument, co_await reach(std::move(path)));
    FTPFS_CO_TRY(auto command, proto::command::make("MLST", argument));
    FTPFS_CO_TRY(const auto answer, co_await control_->exchange(std::move(command)));
    if (answer.is_unknown_command()) {
        known = support::refused;
        co_return failure{errc::unsupported, answer.as_failure().detail};
    }
    if (answer.is_negative()) {
        co_return proto::explain(answer);
    }
    auto attributes = proto::parse_mlst_reply(answer);
    if (!attributes) {
        known = support::refused;
        co_return failure{errc::unsupported, std::move(attributes).error().detail};
    }
    known = support::works;
    co_return attributes;
}

awaitable<result<file_attributes>> session::stat_by_size(remote_path path)
{
    const auto size = co_await ask_size(path);
    if (size) {
        file_attributes file;
        file.kind = file_kind::regular;
        file.size = *size;
        const auto time = co_await ask_time(path);
        if (time) {
            file.modified = *time;
        }
        if (control_->broken()) {
            co_return failure{errc::connection_lost, "the session ended during MDTM"};
        }
        co_return file;
    }
    if (control_->broken()) {
        co_return size.error();
    }
    FTPFS_CO_CHECK(co_await enter(std::move(path)));
    file_attributes directory;
    directory.kind = file_kind::directory;
    co_return directory;
}

awaitable<result<std::uint64_t>> session::ask_size(remote_path path)
{
    auto& known = setup_.profile.size;
    if (known == support::refused) {
        co_return failure{errc::unsupported, "no SIZE"};
    }
    FTPFS_CO_TRY(const auto argument, co_await reach(std::move(path)));
    FTPFS_CO_TRY(auto command, proto::command::make("SIZE", argument));
    FTPFS_CO_TRY(const auto answer, co_await control_->exchange(std::move(command)));
    note_answer(known, answer);
    if (const auto size = proto::parse_size_reply(answer)) {
        co_return *size;
    }
    co_return proto::explain(answer);
}

awaitable<result<file_time>> session::ask_time(remote_path path)
{
    auto& known = setup_.profile.mdtm;
    if (known == support::refused) {
        co_return failure{errc::unsupported, "no MDTM"};
    }
    FTPFS_CO_TRY(const auto argument, co_await reach(std::move(path)));
    FTPFS_CO_TRY(auto command, proto::command::make("MDTM", argument));
    FTPFS_CO_TRY(const auto answer, co_await control_->exchange(std::move(command)));
    note_answer(known, answer);
    if (const auto time = proto::parse_time_reply(answer)) {
        co_return *time;
    }
    co_return proto::explain(answer);
}

// What the server does not tell stays absent; only a clear "no" and a lost session are failures.
awaitable<result<file_version>> session::learn_version(remote_path path)
{
    auto facts = co_await stat_by_mlst(path);
    if (facts) {
        if (facts->kind == file_kind::directory) {
            co_return failure{errc::is_a_directory, printable(path.str())};
        }
        co_return version_of(*facts);
    }
    const bool mlst_said_no = !(facts.error() == errc::unsupported);
    if (mlst_said_no) {
        co_return std::move(facts).error();
    }
    file_version version;
    const auto size = co_await ask_size(path);
    if (size) {
        version.size = *size;
        const auto time = co_await ask_time(std::move(path));
        if (time) {
            version.modified = *time;
        }
    }
    if (control_->broken()) {
        co_return failure{errc::connection_lost, "the session ended before the transfer"};
    }
    co_return version;
}

}  // namespace ftpfs::ftp
