// How a session lists a directory.
#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/arming_behind.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/listing_transfer.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/storage.hpp"
#include "ftpfs/proto/server_words.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ftpfs::ftp {

namespace asio = boost::asio;

namespace {

bool contains_ignoring_case(std::string_view text, std::string_view part)
{
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

// An empty directory, said with an error code: 450 by some servers, "550 No files found." by inetutils. Only
// after a CWD into the directory succeeded.
bool says_empty(const proto::reply& verdict)
{
    if (proto::meaning_of(verdict) == errc::permission_denied) {
        return false;
    }
    return verdict.code == 450 || (verdict.code == 550 && contains_ignoring_case(verdict.text(), "no files"));
}

bool knows_all_names_of(const proto::parsed_listing& more, const proto::parsed_listing& less)
{
    std::unordered_set<std::string_view> names;
    for (const auto& entry : more.entries) {
        names.insert(entry.name.str());
    }
    return std::all_of(less.entries.begin(), less.entries.end(),
                       [&](const directory_entry& entry) { return names.contains(entry.name.str()); });
}

// The listing, or why there is none.
result<proto::parsed_listing> judge(listing_answer answer)
{
    if (answer.verdict.is_negative() && !says_empty(answer.verdict)) {
        return proto::explain(answer.verdict);
    }
    // Pure-FTPd stops at 10 000 entries: "226-Output truncated to 10000 matches".
    if (contains_ignoring_case(answer.verdict.text(), "truncated")) {
        answer.listing.complete = false;
    }
    if (answer.listing.permission_denied) {
        return failure{errc::permission_denied, "the server may not read the directory"};
    }
    if (answer.listing.not_found && answer.listing.entries.empty()) {
        return failure{errc::not_found, "the directory is gone"};
    }
    return std::move(answer.listing);
}

}  // namespace

awaitable<result<remote::listing>> session::list(remote_path directory)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto mode = setup_.settings.listing;
    auto listed = result<remote::listing>{failure{errc::unsupported, "no listing"}};
    if (mode == listing_mode::mlsd || (mode == listing_mode::automatic && setup_.profile.mlsd != support::refused)) {
        listed = co_await list_by_mlsd(directory);
        if (listed && setup_.profile.mlsd_omits_dangling_links) {
            co_await add_links(directory, *listed);
        }
    }
    if (mode == listing_mode::stat) {
        listed = co_await list_by_stat(std::move(directory));
        used();
        co_return listed;
    }
    const bool try_list = !listed && listed.error() == errc::unsupported && mode != listing_mode::mlsd;
    if (try_list) {
        listed = co_await list_by_list(std::move(directory));
    }
    used();
    if (!listed) {
        co_return with_data_explained(std::move(listed).error());
    }
    co_return listed;
}

// Where there is a link, its target has to be asked for sooner or later, and there may be others that MLSD does not
// show: one LIST tells both. Its failure only means that no more is known.
awaitable<> session::add_links(remote_path directory, remote::listing& into)
{
    const auto hides_target = [](const directory_entry& entry) {
        return entry.attributes.kind == file_kind::symlink && entry.attributes.link_target.empty();
    };
    if (std::none_of(into.entries.begin(), into.entries.end(), hides_target)) {
        co_return;
    }
    auto listed = co_await list_by_list(std::move(directory));
    if (!listed) {
        co_return;
    }
    std::unordered_map<std::string_view, directory_entry*> known;
    for (auto& entry : into.entries) {
        known.emplace(entry.name.str(), &entry);
    }
    std::vector<directory_entry> more;
    for (auto& entry : listed->entries) {
        const auto at = known.find(entry.name.str());
        const bool is_link = entry.attributes.kind == file_kind::symlink;
        if (is_link && at == known.end()) {
            more.push_back(std::move(entry));
        } else if (is_link && hides_target(*at->second)) {
            at->second->attributes.link_target = std::move(entry.attributes.link_target);
        }
    }
    std::move(more.begin(), more.end(), std::back_inserter(into.entries));
}

awaitable<result<remote::listing>> session::list_with_links(remote_path directory)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    auto listed = co_await list_by_list(std::move(directory));
    used();
    if (!listed) {
        co_return with_data_explained(std::move(listed).error());
    }
    co_return listed;
}

awaitable<result<listing_answer>> session::ask_listing(remote_path directory, std::string_view command,
                                                       proto::dialect known)
{
    auto answer = co_await try_listing(directory, command, known);
    const bool in_vain = answer && armed_in_vain(answer->verdict.code);
    if (in_vain) {
        answer = co_await try_listing(std::move(directory), command, known);
    }
    co_return answer;
}

// CWD in the same packet where that can be: if it fails, what is listed is another directory, and dropped.
awaitable<result<listing_answer>> session::try_listing(remote_path directory, std::string_view command,
                                                       proto::dialect known)
{
    std::vector<proto::command> packet;
    // A server that wants to know the command before the port takes it for the directory where it stands.
    const bool announced = setup_.profile.pret == support::works;
    const bool on_the_way = !stands_in(directory) && pipelines() && !must_be_walked(directory) && !announced;
    if (on_the_way) {
        FTPFS_CO_TRY(auto change, proto::command::make("CWD", directory.str()));
        packet.push_back(std::move(change));
    } else {
        FTPFS_CO_CHECK(co_await enter(directory));
    }
    packet.push_back(proto::command::bare(command));
    FTPFS_CO_TRY(auto data, co_await next_data(std::string{command}));
    if (on_the_way) {
        directory_.reset();
        moved_directories_ = setup_.profile.moved_directories;
    }
    FTPFS_CO_CHECK(co_await control_->send_all(std::move(packet)));
    result<> entered;
    if (on_the_way) {
        entered = co_await hear_entered(std::move(directory));
        if (control_->broken()) {
            co_return entered.error();
        }
    }
    auto answer = co_await transfer_listing(*control_, std::move(data), known, *behind_);
    if (!entered) {
        co_return entered.error();
    }
    co_return answer;
}

awaitable<result<>> session::hear_entered(remote_path directory)
{
    FTPFS_CO_TRY(const auto answer, co_await control_->read_reply());
    if (answer.is_preliminary()) {
        control_->give_up();
    }
    if (!answer.is_completion()) {
        co_return proto::explain(answer);
    }
    directory_ = std::move(directory);
    co_return result<>{};
}

// `unsupported` when the server turns out not to have it.
awaitable<result<remote::listing>> session::list_by_mlsd(remote_path directory)
{
    auto& known = setup_.profile.mlsd;
    FTPFS_CO_TRY(auto answer, co_await ask_listing(std::move(directory), "MLSD", proto::dialect::mlsd));
    if (answer.verdict.is_unknown_command()) {
        known = support::refused;
        co_return failure{errc::unsupported, answer.verdict.as_failure().detail};
    }
    FTPFS_CO_TRY(auto parsed, judge(std::move(answer)));
    if (parsed.entries.empty() && parsed.unreadable > 0 && known != support::works) {
        known = support::refused;
        setup_.logger.warning("MLSD answers cannot be read, using LIST; first line: {}", parsed.first_unreadable);
        co_return failure{errc::unsupported, "MLSD answers cannot be read"};
    }
    if (!parsed.entries.empty()) {
        known = support::works;
    }
    co_return accept(std::move(parsed));
}

// `LIST -a` shows dot files where LIST does not (vsftpd), but servers that have no options take "-a" for a name.
// So the first listing that can tell is asked for both ways and compared.
awaitable<result<remote::listing>> session::list_by_list(remote_path directory)
{
    auto& profile = setup_.profile;
    const auto hidden = setup_.settings.hidden;
    const bool test = hidden == hidden_files::automatic && profile.list_all == support::unknown;
    const bool all =
        hidden == hidden_files::on || (hidden == hidden_files::automatic && profile.list_all == support::works);
    FTPFS_CO_TRY(auto answer, co_await ask_listing(directory, all ? "LIST -a" : "LIST", profile.dialect));
    FTPFS_CO_TRY(auto plain, judge(std::move(answer)));
    if (test) {
        FTPFS_CO_TRY(auto second, co_await ask_listing(directory, "LIST -a", plain.used));
        auto more = judge(std::move(second));
        if (!more || more->unreadable > plain.unreadable || !knows_all_names_of(*more, plain)) {
            profile.list_all = support::refused;
        } else if (!more->entries.empty()) {
            profile.list_all = support::works;
            plain = *std::move(more);
        }
    }
    co_await learn_zone(directory, plain);
    const bool has_names_alone = plain.used == proto::dialect::names;
    auto listing = accept(std::move(plain));
    if (has_names_alone) {
        co_await ask_kinds(std::move(directory), listing.entries);
    }
    co_return listing;
}

// Where a listing has names and nothing else. One after the other, so not for large directories: what is left is shown
// as a file, and settled when it is opened.
awaitable<> session::ask_kinds(remote_path directory, std::vector<directory_entry>& entries)
{
    constexpr std::size_t most = 200;  // two to four round trips each
    std::size_t asked = 0;
    for (auto& entry : entries) {
        if (entry.attributes.kind != file_kind::unknown || ++asked > most) {
            continue;
        }
        const auto seen = co_await stat(directory / entry.name);
        if (control_->broken()) {
            co_return;
        }
        if (seen) {
            entry.attributes = *seen;
        }
    }
}

// The lines of LIST in one reply on the control connection. A name with a line break in it can end that reply early,
// and what follows would be taken for other replies: so a NOOP has to be answered next, or the session is given up.
awaitable<result<remote::listing>> session::list_by_stat(remote_path directory)
{
    FTPFS_CO_CHECK(co_await enter(directory));
    FTPFS_CO_TRY(const auto answer, co_await control_->exchange(proto::command::bare("STAT .")));
    if (!answer.is_completion()) {
        co_return proto::explain(answer);
    }
    FTPFS_CO_TRY(const auto next, co_await control_->exchange(proto::command::bare("NOOP")));
    constexpr int ok = 200;
    if (next.code != ok || !control_->check()) {
        control_->give_up();
        co_return failure{errc::protocol_violation, "a name in the listing looks like the end of it: listing=list"};
    }
    proto::listing_parser parser{setup_.profile.dialect,
                                 std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
    for (std::size_t i = 1; i + 1 < answer.lines.size(); ++i) {
        parser.feed(answer.lines[i]);
        parser.feed("\n");
    }
    FTPFS_CO_TRY(auto parsed, judge(listing_answer{answer, parser.finish()}));
    co_await learn_zone(std::move(directory), parsed);
    co_return accept(std::move(parsed));
}

// Before any time of a listing is told, so that the same file never seems to change by what is learned later.
awaitable<> session::learn_zone(remote_path directory, const proto::parsed_listing& listing)
{
    auto& zone = setup_.profile.zone;
    const auto& features = setup_.profile.features;
    const bool can_ask = setup_.profile.mdtm != support::refused && features && features->has("MDTM");
    const auto has_minutes = [](const directory_entry& entry) {
        const auto& attributes = entry.attributes;
        return attributes.kind == file_kind::regular && attributes.modified.source == time_source::listing &&
               attributes.modified.precision >= time_precision::minute;
    };
    auto at = listing.entries.begin();
    while (can_ask && zone.wants_sample() && !control_->broken()) {
        at = std::find_if(at, listing.entries.end(), has_minutes);
        if (at == listing.entries.end()) {
            co_return;
        }
        const auto fact = co_await ask_time(directory / at->name);
        if (fact) {
            zone.learn(at->attributes.modified, *fact, proto::server_zone::ours());
        } else {
            zone.learn_nothing();
        }
        ++at;
    }
}

remote::listing session::accept(proto::parsed_listing parsed)
{
    if (parsed.unreadable > 0) {
        setup_.logger.warning("{} unreadable lines in the listing of {}; the first: {}", parsed.unreadable,
                              printable(directory_ ? directory_->str() : std::string{}), parsed.first_unreadable);
    }
    if (parsed.used != proto::dialect::unknown && parsed.used != proto::dialect::mlsd) {
        setup_.profile.dialect = parsed.used;
    }
    remote::listing listing;
    listing.entries = std::move(parsed.entries);
    listing.complete = parsed.complete;
    for (auto& entry : listing.entries) {
        entry.attributes.modified = setup_.profile.zone.corrected(entry.attributes.modified);
    }
    return listing;
}

}  // namespace ftpfs::ftp
