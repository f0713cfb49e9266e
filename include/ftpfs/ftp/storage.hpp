// One STOR or APPE from the moment its command may be sent: data out, and the server's final word.
//
//     begin() ─► write()* ─► finish()      what the server said
//                        ├─► a failure     the transfer is over
//                        └─► break_off()
//
// A server that has had enough (disk full, quota) says so on the control connection while data are still under
// way; that ends a write at once. Owned by a session and destroyed when it is over; the control channel
// outlives it. Whether the file is right is not decided here: replies of servers lie both ways.
#pragma once

#include "ftpfs/core/shared_bytes.hpp"
#include "ftpfs/ftp/control_channel.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace ftpfs::ftp {

class storage {
public:
    // `data`: just connected.
    storage(control_channel& control, std::unique_ptr<net::byte_stream> data);
    storage(const storage&) = delete;
    storage& operator=(const storage&) = delete;
    ~storage();

    struct order {
        explicit order(proto::command what_) : what{std::move(what_)} {}

        proto::command what;
        std::optional<std::uint64_t> rest;   // REST goes before it
        bool pipelined = false;              // the server takes several commands in one packet
        std::vector<proto::command> behind;  // in the same packet; the caller reads the replies after the final one
        bool unheard = false;                // the first reply is read later
    };

    // Sends the command and what belongs to it, and reads the first reply; answers it, whatever it is. The transfer
    // runs if it is positive. Where REST is refused and is not 0, that refusal is the answer. An `unheard` transfer
    // has no answer yet and is believed to run: at most `most_unheard` bytes leave before the server has agreed.
    awaitable<result<std::optional<proto::reply>>> begin(order given);
    static constexpr std::size_t most_unheard = std::size_t{64} * 1024;

    // Did the server refuse the command itself, so that no byte was taken? Known when the transfer has failed.
    bool was_refused() const noexcept { return first_code_ >= 400; }
    int first_code() const noexcept { return first_code_; }

    // Returns when the network took the bytes. A failure is the server's verdict if it gave one.
    awaitable<result<>> write(std::vector<shared_bytes> pieces);

    // Ends the data and waits for the final reply. After a failure nothing is known of the file, and the control
    // channel is broken. `last`: one command more to follow those behind the first, sent as soon as the data have left,
    // for servers that keep commands (server_profile::queueing); whether it was sent is told by sent_last().
    awaitable<result<proto::reply>> finish(std::optional<proto::command> last = std::nullopt);
    bool sent_last() const noexcept { return sent_last_; }

    // Brings the control channel back in step, or breaks it. What the server keeps of the file is not known.
    awaitable<> break_off();

private:
    using clock = control_channel::clock;

    awaitable<result<proto::reply>> hear_rest();
    awaitable<result<proto::reply>> hear_first();
    void watch();
    awaitable<result<>> write_piece(shared_bytes piece);
    awaitable<result<>> hear();
    awaitable<failure> after_broken_data(failure why);
    awaitable<result<>> send_backlog();
    awaitable<> drain();
    awaitable<result<proto::reply>> final_reply(clock::duration limit);
    failure ended_early() const;
    clock::duration patience() const noexcept;

    control_channel& control_;
    std::unique_ptr<net::byte_stream> data_;
    std::optional<proto::reply> final_;
    bool rest_is_due_ = false;  // its reply is to be read before the first one
    int first_code_ = 0;        // 0: not heard yet
    std::size_t sent_unheard_ = 0;
    std::size_t behind_ = 0;  // replies that follow the final one
    bool ending_ = false;     // all data were written
    bool sent_last_ = false;
    bool alarmed_ = false;  // the server spoke or left while data went out
};

}  // namespace ftpfs::ftp
