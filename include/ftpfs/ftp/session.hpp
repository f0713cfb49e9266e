// One FTP session: a control connection that is logged in, and the operations on it.
//
// Owned by one user at a time (a lease of the pool). One operation at a time; each is a straight-line
// coroutine. The session must outlive its operations. An operation that is cancelled, runs into a deadline
// or meets bytes it did not expect leaves the session `lost()`: nothing is known about what the server will
// say next, so destroy it (which closes the sockets) and open another. Ask lost(), not the failure: a data
// connection that timed out before a command was sent leaves the session as usable as "no such file" does.
// Paths are absolute on the server. Single-threaded.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/ftp/byte_range.hpp"
#include "ftpfs/ftp/data_connection.hpp"
#include "ftpfs/ftp/session_setup.hpp"
#include "ftpfs/proto/listing_parser.hpp"
#include "ftpfs/proto/name_codec.hpp"
#include "ftpfs/remote/remote.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace ftpfs::ftp {

class armed_data;
class arming_behind;
class postscript;
class retrieval;
class storage;
struct listing_answer;
enum class time_wish : std::uint8_t;

class session {
public:
    using clock = std::chrono::steady_clock;

    // Connects and logs in. Failures: host_not_found, connection_refused, unreachable, timed_out,
    // not_an_ftp_server, server_busy (a limit of the server, not a wrong password), login_refused,
    // encryption_required, connection_lost, protocol_violation.
    static awaitable<result<std::unique_ptr<session>>> open(session_setup setup);

    session(const session&) = delete;
    session& operator=(const session&) = delete;
    // Closes the connections without a word; call quit() first where the server should know.
    ~session();

    // The entries of a directory, by MLSD where it works, else by LIST.
    awaitable<result<remote::listing>> list(remote_path directory);

    // The same by LIST always: its lines show where symbolic links point, which MLSD mostly hides.
    awaitable<result<remote::listing>> list_with_links(remote_path directory);

    // One object. A failure whose code is of the reply_category, or `unsupported`, proves nothing: list the
    // parent to learn more. not_found is reported only where the server's words say so.
    awaitable<result<file_attributes>> stat(remote_path path);

    // Begins to read a file, to its end or, where the server can do that, only a part. First learns its version;
    // `version_changed` if it provably is not `expected`. Answers that version (members absent where the server does
    // not tell). On success the session is `transferring()` until read_some() answers 0 or a failure, or abandon()
    // ended.
    awaitable<result<file_version>> retrieve(remote_path path, byte_range what, std::optional<file_version> expected);

    // Where the transfer that was begun ends before the file does.
    std::optional<std::uint64_t> retrieves_until() const noexcept;

    // At least one byte, at most buffer.size(), straight from the socket; 0 is the end of the file or part, told only
    // after the server's final reply and when the count fits. Failures: truncated, timed_out,
    // connection_lost, the server's final reply.
    awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer);

    // Begins to write a file. For an append, learns its version first: version_changed if it is not `offset` bytes
    // long or provably not `expected`, unsupported where the server can't append. On success the session is
    // `transferring()` until finish_store() or abandon() ended, or write() failed. `unheard`: where it does no harm,
    // success comes before the server has agreed; a refusal is then told later.
    awaitable<result<>> store(remote_path path, remote::upload_start start, std::uint64_t offset,
                              std::optional<file_version> expected, bool unheard = false);

    // Sends all of it. A failure is the server's verdict where it gave one.
    awaitable<result<>> write(std::vector<shared_bytes> pieces);

    // Ends the transfer: what the server said of it. Only the file itself tells whether that is true. `modified`: is
    // set, too, where that takes no round trip more.
    awaitable<result<>> finish_store(std::optional<std::chrono::sys_seconds> modified = std::nullopt);
    // What the server told of the file right behind its final word, if it was asked. Once.
    std::optional<file_attributes> take_seen();
    // What became of `modified`.
    time_wish asked_time() const noexcept;
    // The last upload failed because the server refused the command, and took no byte.
    bool store_was_refused() const noexcept { return store_was_refused_; }

    // Makes it the server's current directory, for commands with relative arguments.
    awaitable<result<>> change_directory(remote_path directory);

    // What a command must say to mean this path, as long as the session stays in its directory: that is, until the
    // next call that names another path. May change the directory; its failure is about path.parent().
    awaitable<result<std::string>> reach(remote_path path);
    // Whether reach() changes the directory for it: ProFTPD refuses an argument with a '/' behind a '*'.
    static bool must_be_walked(const remote_path& path) noexcept { return is_refused_with_star(path.str()); }
    static bool is_refused_with_star(std::string_view argument) noexcept;

    // One command that moves no data, and its final reply, whatever that is. A 421 is a failure.
    awaitable<result<proto::reply>> ask(proto::command what);

    // Ends a transfer early. Takes at most a few round trips or a second; afterwards the session is either
    // idle and proved to be in step, or lost(). Does nothing when no transfer runs.
    awaitable<> abandon();

    // A round trip that changes nothing (NOOP): keeps the server from timing the session out.
    awaitable<result<>> ping();

    // Says goodbye and waits for the answer for a moment (at most a second); the session is lost() afterwards.
    awaitable<> quit();

    // What an idle session does ahead of need: finds out once whether the server takes two commands in a packet,
    // and opens the next data connection, whose coming is not waited for. Worth calling when wants_preparation();
    // the session may be lent meanwhile, and the borrower awaits prepared() before anything else.
    bool wants_preparation();
    awaitable<> prepare();
    bool preparing() const noexcept { return preparing_; }
    awaitable<> prepared();
    // The data connection that is open ahead of need, if there is one.
    armed_data& armed() noexcept { return *armed_; }

    // Looks, without waiting or sending, whether an idle session still is one: false, and lost(), when the
    // server closed it or said something nobody asked for (421).
    bool check();
    bool lost() const noexcept;
    bool transferring() const noexcept { return transfer_ != nullptr || storage_ != nullptr; }

    // The directory the login landed in; a failure where the server does not tell.
    const result<remote_path>& home() const noexcept { return home_; }

    clock::time_point last_used() const noexcept { return last_used_; }  // an operation, or a write of an upload, ended
    bool sending() const noexcept { return sending_; }  // an upload is given bytes, or brought to its end, just now

    // Smoothed time of a command and its reply.
    clock::duration round_trip() const noexcept;

private:
    session(session_setup setup, std::unique_ptr<control_channel> control);
    awaitable<result<>> log_in();
    bool stands_in(const remote_path& directory) const;
    awaitable<result<>> enter(remote_path directory);
    awaitable<result<>> hear_entered(remote_path directory);
    awaitable<result<remote::listing>> list_by_mlsd(remote_path directory);
    awaitable<result<remote::listing>> list_by_list(remote_path directory);
    awaitable<result<listing_answer>> ask_listing(remote_path directory, std::string_view command,
                                                  proto::dialect known);
    awaitable<result<listing_answer>> try_listing(remote_path directory, std::string_view command,
                                                  proto::dialect known);
    awaitable<> ask_kinds(remote_path directory, std::vector<directory_entry>& entries);
    awaitable<result<remote::listing>> list_by_stat(remote_path directory);
    awaitable<> add_links(remote_path directory, remote::listing& into);
    awaitable<> learn_zone(remote_path directory, const proto::parsed_listing& listing);
    remote::listing accept(proto::parsed_listing parsed);
    awaitable<result<file_attributes>> stat_by_mlst(remote_path path);
    awaitable<result<file_attributes>> stat_by_size(remote_path path);
    awaitable<result<file_version>> ask_size_and_time(remote_path path);
    awaitable<result<std::uint64_t>> ask_size(remote_path path);
    awaitable<result<file_time>> ask_time(remote_path path);
    awaitable<result<file_version>> learn_version(remote_path path);
    bool knows_version_questions() const noexcept;  // the same in one packet with other commands
    result<std::vector<proto::command>> version_questions(const remote_path& path) const;
    awaitable<result<file_version>> hear_version(remote_path path, std::vector<std::string> verbs);
    awaitable<result<>> prove_restart(remote_path path, std::uint64_t size);
    awaitable<result<>> prove_range(remote_path path, std::uint64_t size);
    awaitable<result<>> prove_one_byte(remote_path path, byte_range byte, support& known);
    bool may_end(const byte_range& what) const;
    std::optional<std::uint64_t> proved_end(const byte_range& what) const;
    bool can_retrieve_at_once(const remote_path& path, const byte_range& what) const;
    awaitable<result<file_version>> retrieve_at_once(remote_path path, byte_range what,
                                                     std::optional<file_version> expected);
    awaitable<result<>> begin_transfer(remote_path path, byte_range what, std::optional<std::uint64_t> size);
    bool pipelines() const noexcept;  // several commands in one packet
    bool wants_arming();
    awaitable<> try_pipelining();
    awaitable<> arm();
    // The armed data connection, or a new one, for that command ("RETR /a"); told to the dialogue.
    awaitable<result<std::unique_ptr<net::byte_stream>>> next_data(std::string use);
    awaitable<result<std::unique_ptr<net::byte_stream>>> find_data(std::string use);
    void note_offer();
    failure with_data_explained(failure why);
    // After the first reply to a transfer command: did the server not use the armed connection?
    bool armed_in_vain(int code);
    awaitable<result<>> check_end(remote_path path, std::uint64_t offset, std::optional<file_version> expected);
    awaitable<result<>> store_behind_end(remote_path path, std::uint64_t offset);
    awaitable<result<std::optional<proto::reply>>> begin_store(std::string verb, std::string argument,
                                                               std::optional<std::uint64_t> rest, bool unheard);
    awaitable<> hear_postscript();
    awaitable<> end_store(bool ask, std::optional<std::chrono::sys_seconds> modified = std::nullopt);
    void used() noexcept { last_used_ = clock::now(); }

    session_setup setup_;
    proto::name_codec charset_;
    std::unique_ptr<control_channel> control_;
    data_context data_context_;
    std::unique_ptr<retrieval> transfer_;
    std::unique_ptr<storage> storage_;
    std::unique_ptr<armed_data> armed_;
    std::unique_ptr<arming_behind> behind_;
    std::optional<active_offer> offer_;  // of the last data connection, in active mode
    bool took_armed_ = false;            // the data connection of the last transfer was armed
    bool preparing_ = false;
    async::condition prepared_;
    std::unique_ptr<postscript> postscript_;  // of the last upload
    bool store_was_refused_ = false;
    result<remote_path> home_ = failure{errc::unsupported};
    std::optional<remote_path> directory_;  // where the server is; absent when not known
    std::uint64_t moved_directories_ = 0;   // the profile's count when it got there
    bool sending_ = false;
    bool rest_was_sent_ = false;  // it may still be pending: vsftpd keeps it even across LIST
    clock::time_point last_used_;
};

}  // namespace ftpfs::ftp
