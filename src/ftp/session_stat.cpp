// How a session learns about one object: MLST, else SIZE and MDTM for a file, CWD for a directory.
#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/arming_behind.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/postscript.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/storage.hpp"
#include "ftpfs/proto/server_words.hpp"
#include "ftpfs/proto/size_reply.hpp"
#include "ftpfs/proto/time_reply.hpp"

#include <boost/asio/this_coro.hpp>

namespace ftpfs::ftp {

namespace asio = boost::asio;

namespace {

result<file_version> version_of_file(const remote_path& path, const file_attributes& facts)
{
    if (facts.kind == file_kind::directory) {
        return failure{errc::is_a_directory, printable(path.str())};
    }
    return version_of(facts);
}

}  // namespace

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
    if (setup_.profile.mlst == support::refused) {
        co_return failure{errc::unsupported, "no MLST"};
    }
    FTPFS_CO_TRY(const auto argument, co_await reach(std::move(path)));
    FTPFS_CO_TRY(auto command, proto::command::make("MLST", argument));
    FTPFS_CO_TRY(const auto answer, co_await control_->exchange(std::move(command)));
    co_return take_mlst(answer, setup_.profile);
}

awaitable<result<file_attributes>> session::stat_by_size(remote_path path)
{
    FTPFS_CO_TRY(const auto version, co_await ask_size_and_time(path));
    file_attributes found;
    if (version.size) {
        found.kind = file_kind::regular;
        found.size = version.size;
        found.modified = version.modified;
        co_return found;
    }
    FTPFS_CO_CHECK(co_await enter(std::move(path)));
    found.kind = file_kind::directory;
    co_return found;
}

// In one packet where both are known to work. What the server does not tell stays absent; only a lost session is a
// failure.
awaitable<result<file_version>> session::ask_size_and_time(remote_path path)
{
    const auto& profile = setup_.profile;
    const bool both = profile.size == support::works && profile.mdtm == support::works;
    if (both && pipelines() && !must_be_walked(path)) {
        std::vector<proto::command> packet;
        std::vector<std::string> verbs;
        for (const auto* verb : {"SIZE", "MDTM"}) {
            FTPFS_CO_TRY(auto command, proto::command::make(verb, path.str()));
            packet.push_back(std::move(command));
            verbs.emplace_back(verb);
        }
        FTPFS_CO_CHECK(co_await control_->send_all(std::move(packet)));
        co_return co_await hear_version(std::move(path), std::move(verbs));
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
        co_return size ? failure{errc::connection_lost, "the session ended during MDTM"} : size.error();
    }
    co_return version;
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
        co_return setup_.profile.zone.corrected(*time);
    }
    co_return proto::explain(answer);
}

// What the server does not tell stays absent; only a clear "no" and a lost session are failures.
awaitable<result<file_version>> session::learn_version(remote_path path)
{
    auto facts = co_await stat_by_mlst(path);
    if (facts) {
        co_return version_of_file(path, *facts);
    }
    const bool mlst_said_no = !(facts.error() == errc::unsupported);
    if (mlst_said_no) {
        co_return std::move(facts).error();
    }
    co_return co_await ask_size_and_time(std::move(path));
}

bool session::knows_version_questions() const noexcept
{
    const auto& profile = setup_.profile;
    return profile.mlst == support::works || (profile.mlst == support::refused && profile.size != support::unknown &&
                                              (profile.size == support::refused || profile.mdtm != support::unknown));
}

result<std::vector<proto::command>> session::version_questions(const remote_path& path) const
{
    const auto& profile = setup_.profile;
    std::vector<proto::command> questions;
    std::vector<std::string_view> verbs;
    if (profile.mlst == support::works) {
        verbs.emplace_back("MLST");
    } else if (profile.size == support::works) {
        verbs.emplace_back("SIZE");
        if (profile.mdtm == support::works) {
            verbs.emplace_back("MDTM");
        }
    }
    for (const auto verb : verbs) {
        FTPFS_TRY(auto command, proto::command::make(verb, path.str()));
        questions.push_back(std::move(command));
    }
    return questions;
}

// All the replies are read, whatever the first one says.
awaitable<result<file_version>> session::hear_version(remote_path path, std::vector<std::string> verbs)
{
    auto& profile = setup_.profile;
    result<file_version> version = file_version{};
    for (const auto& verb : verbs) {
        FTPFS_CO_TRY(const auto answer, co_await control_->read_reply());
        if (answer.is_preliminary()) {
            control_->give_up();
        }
        if (control_->broken()) {
            co_return answer.as_failure();
        }
        if (verb == "MLST") {
            const auto facts = take_mlst(answer, setup_.profile);
            version = facts ? version_of_file(path, *facts) : facts.error();
        } else if (verb == "SIZE") {
            note_answer(profile.size, answer);
            version->size = proto::parse_size_reply(answer);
        } else if (const auto time = proto::parse_time_reply(answer); time && version->size) {
            version->modified = profile.zone.corrected(*time);
        }
    }
    co_return version;
}

}  // namespace ftpfs::ftp
