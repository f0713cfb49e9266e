// The control connection of a session: commands out, replies in, in step.
//
// Owned by a session; at most one operation at a time, and it must outlive the operation. Knows whether it is
// in step with the server: `quiet` when every command has had its final reply, `busy` in between, `broken` when
// nothing can be known any more (a deadline, a lost connection, a reply nobody asked for, a 421). An operation
// that ends without its final reply, for whatever reason, leaves the channel busy.
// Says "> COMMAND" and "< reply" to the log's dialogue. Commands hide their secrets; what a server repeats of a
// password is hidden there, too, and in the reply to the command that had it, whose words end up in messages.
#pragma once

#include "ftpfs/core/log.hpp"
#include "ftpfs/core/secret.hpp"
#include "ftpfs/net/byte_stream.hpp"
#include "ftpfs/net/tls_stream.hpp"
#include "ftpfs/proto/command.hpp"
#include "ftpfs/proto/name_codec.hpp"
#include "ftpfs/proto/reply.hpp"
#include "ftpfs/proto/reply_parser.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace ftpfs::ftp {

class control_channel {
public:
    using clock = std::chrono::steady_clock;

    // Begins busy: the server speaks first. `timeout`: for each wait without progress.
    control_channel(std::unique_ptr<net::byte_stream> stream, std::chrono::milliseconds timeout, log logger);

    // After the server's consent to AUTH TLS: from now on through this; its handshake is the caller's. Fails where the
    // server is already saying more than its consent, which could have come from anybody.
    result<> secure(std::unique_ptr<net::tls_stream> with);

    // From now on a byte 0xFF (IAC of Telnet) of a command is sent twice, or once, which is how it begins.
    void double_iac(bool on) noexcept { doubles_iac_ = on; }

    // The charset in which refusals are read, so that their words can be shown. It must outlive the channel. The lines
    // of other replies stay as they came: they hold paths.
    void read_refusals_in(const proto::name_codec& charset) noexcept { words_ = &charset; }

    // Sends a command and waits for its reply, which may be a preliminary one (then the channel stays busy).
    // A 421 breaks the channel and is a failure, any other reply is an answer.
    awaitable<result<proto::reply>> exchange(proto::command what);

    // Only sends. Fails with connection_lost if the server spoke or closed while the channel was quiet.
    awaitable<result<>> send(proto::command what);
    // Several commands in one packet, for servers that are known to read on (server_profile::pipelining). Each is
    // answered in turn: read_reply() as often; the channel is busy until the last one's final reply. No secrets.
    awaitable<result<>> send_all(std::vector<proto::command> what);

    // One more command behind others whose final replies are still to come, for servers that are known to take it in
    // its turn (server_profile::queueing). Fails when nothing is due.
    awaitable<result<>> send_behind(proto::command what);

    // The next reply, within the timeout or another time. A final one makes the channel quiet, a 421 is an
    // answer here but breaks the channel.
    awaitable<result<proto::reply>> read_reply();
    awaitable<result<proto::reply>> read_reply_within(clock::duration time);

    // Brings the channel in step from any state in which no more than two replies are due: sends NOOP and reads
    // until its 200. Breaks the channel if that does not succeed within `time` per reply.
    awaitable<result<>> synchronise(clock::duration time);
    // Closes the connection: nothing more is to be known from it.
    void give_up() noexcept;
    // Quiet, and the server neither closed nor spoke; else broken from now on. Does not wait.
    bool check() noexcept;

    // Has the server said something that read_reply() did not take yet, or closed? Does not wait.
    bool has_word() noexcept;

    // While a transfer goes out: calls `alarm` once, on the loop, when the server speaks a reply that is not a
    // preliminary one, or closes. Takes nothing. An empty function ends the watch; so does destruction.
    void watch(std::function<void()> alarm);

    bool quiet() const noexcept { return state_ == state::quiet; }
    bool broken() const noexcept { return state_ == state::broken; }

    clock::duration round_trip() const noexcept { return round_trip_; }
    const net::byte_stream& stream() const noexcept { return *stream_; }
    std::chrono::milliseconds timeout() const noexcept { return timeout_; }

private:
    enum class state { quiet, busy, broken };

    awaitable<result<>> write(std::string_view packet, std::size_t due);
    proto::reply take(proto::reply answer);
    void say(const proto::command& what);
    void hear(proto::reply& answer);
    std::string without_secrets(std::string text) const;
    failure broken_by(failure why);
    void measure(clock::duration sample) noexcept;
    void wait_for_word();
    void on_word();

    std::unique_ptr<net::byte_stream> stream_;
    std::chrono::milliseconds timeout_;
    log log_;
    proto::reply_parser parser_;
    std::array<std::byte, 4096> input_{};
    state state_ = state::busy;
    std::size_t due_ = 1;  // final replies until the channel is quiet; while it is out of step, a guess
    clock::duration round_trip_{};
    std::vector<secret> secrets_;  // that the server was told
    bool answers_secret_ = false;  // the last command had one
    std::function<void()> alarm_;
    bool waits_for_word_ = false;
    bool doubles_iac_ = false;
    const proto::name_codec* words_ = nullptr;
};

}  // namespace ftpfs::ftp
