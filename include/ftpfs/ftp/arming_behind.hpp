// Asks for the next data connection behind a transfer, so that the question costs no time of its own.
//
//     data of a transfer end ─► ask() ─► final reply of the transfer ─► hear() ─► armed, or not
//
// vsftpd says 226 only a round trip after the end of the data: a question that is sent at their end is answered
// together with that. Only where commands are known to wait their turn (server_profile::queueing). Between ask() and
// hear() one reply more is due than the transfer knows of; who leaves it out must bring the control channel back in
// step with control_channel::synchronise(), or close it. Owned by the session, one transfer at a time; what it refers
// to outlives it.
#pragma once

#include "ftpfs/ftp/data_connection.hpp"

#include <optional>

namespace ftpfs::ftp {

class armed_data;

class arming_behind {
public:
    arming_behind(const data_context& with, armed_data& armed) : with_{with}, armed_{armed} {}

    // When the server has ended the data of a transfer whose final reply is still to come. Does nothing where the
    // question is not known to be safe, or where the final reply is here. A lost connection shows in the channel.
    awaitable<> ask();

    // Is the reply still to come?
    bool asked() const noexcept { return asked_; }
    // Can this reply only be the answer to the question? Then the one that should have come before it is missing.
    bool is_out_of_turn(const proto::reply& answer) const noexcept;

    // After the final reply: takes the answer, and begins to connect. It comes at once or is not waited for: then the
    // channel is broken, as after any answer that makes no sense. Does nothing if nothing was asked.
    awaitable<> hear();

    // The channel was brought in step in another way, or is gone.
    void forget() noexcept { asked_ = false; }

private:
    bool may_ask() const;

    const data_context& with_;
    armed_data& armed_;
    bool asked_ = false;
    std::optional<data_ladder> ladder_;  // at what was asked for
};

}  // namespace ftpfs::ftp
