// One RETR from the moment its command may be sent: data, final reply, and what both together prove.
//
//     send() ─► hear() ─► read_some()* ─► 0: the end, confirmed
//                                      ├► a failure
//                                      └► end_early()
//
// Order is free on the wire: the final reply may come before the data, or long after them. Owned by a session
// and destroyed when it is over; the control channel, the profile and what asks behind it outlive it.
#pragma once

#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/server_profile.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ftpfs::ftp {

class arming_behind;

class retrieval {
public:
    struct range {
        std::uint64_t offset = 0;            // of the first byte to hand out
        bool send_rest = false;              // false: what lies before the offset is read and dropped
        std::optional<std::uint64_t> until;  // with send_rest: ends there, by RANG instead of REST
    };

    // `data`: just connected.
    retrieval(control_channel& control, server_profile& profile, std::unique_ptr<net::byte_stream> data,
              arming_behind& behind);

    // Sends REST or RANG, if asked to, and RETR; `file`: as the command takes it. `questions` go in front of them, all
    // in one packet: their replies must be read before hear(). Where `pipelined` is false there may be none, and the
    // reply to REST is awaited before RETR is sent.
    awaitable<result<>> send(std::string file, range what, bool pipelined, std::vector<proto::command> questions = {});

    // Reads the first reply. Where REST is refused, drops bytes instead. `size`: of the
    // whole file, if known.
    awaitable<result<>> hear(std::optional<std::uint64_t> size);

    // Where it ends before the file does.
    std::optional<std::uint64_t> until() const noexcept { return until_; }

    // The code of that reply; 0 if none came.
    int first_code() const noexcept { return first_code_; }

    // As session::read_some(). After 0 or a failure the transfer is over.
    awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer);

    // Brings the control channel back in step, or breaks it (the order of steps is right for vsftpd, ProFTPD,
    // Pure-FTPd, inetutils, linux-ftpd and pyftpdlib).
    awaitable<> end_early();

private:
    using clock = control_channel::clock;

    void note_rest(const proto::reply& answer);
    std::optional<std::uint64_t> last() const noexcept;
    std::size_t keep_wanted(std::span<std::byte> bytes);
    awaitable<failure> after_surplus();
    awaitable<result<std::size_t>> at_end_of_data();
    awaitable<result<proto::reply>> final_reply(clock::duration limit);
    awaitable<result<std::size_t>> after_broken_data(failure why);
    awaitable<> abort_first();
    awaitable<bool> drain();
    awaitable<> wait_for_last_word();
    clock::duration patience() const noexcept;

    control_channel& control_;
    server_profile& profile_;
    arming_behind& behind_;
    std::unique_ptr<net::byte_stream> data_;
    bool rest_is_due_ = false;  // its reply
    int first_code_ = 0;
    std::optional<std::uint64_t> size_;
    std::optional<std::uint64_t> until_;  // as asked for; absent once the server was seen to send more
    std::uint64_t offset_ = 0;            // in the file, of the first byte to hand out
    std::uint64_t position_ = 0;          // in the file, of the next byte from the server
    bool at_end_ = false;                 // the server said so without a transfer
    bool has_surplus_ = false;            // bytes came from behind the known end
    bool preliminary_seen_ = false;
    std::optional<proto::reply> final_;
};

}  // namespace ftpfs::ftp
