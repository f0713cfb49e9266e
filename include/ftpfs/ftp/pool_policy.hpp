// How many sessions to have, and what to do for those who wait for one. Pure: counts, events and `now` go in,
// decisions come out; the pool carries them out.
//
// A server's limits are learned. "Too many connections" comes in many clothes: 421 as the greeting (vsftpd,
// Pure-FTPd, pyftpdlib) or after PASS (Pure-FTPd per user), 530 after PASS (ProFTPD MaxClients), end of file
// without a greeting (ProFTPD MaxInstances). While another session with the same credentials lives, each of
// them means "no more than these", never a wrong password and never an error of an operation.
// A refused login is not tried again for long: servers count and ban (vsftpd closes after three failures,
// FileZilla Server and fail2ban lock the address out).
#pragma once

#include "ftpfs/core/result.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace ftpfs::ftp {

// Metadata goes before bulk, but not for ever.
enum class lane { metadata, bulk };

// What the pool has at the moment.
struct pool_counts {
    std::size_t idle = 0;
    std::size_t opening = 0;     // connecting or logging in
    std::size_t metadata = 0;    // leased
    std::size_t bulk = 0;        // leased
    std::size_t recovering = 0;  // leaving a transfer
    std::size_t closing = 0;     // saying goodbye
    std::size_t ahead = 0;       // of those leased: for what nobody has asked for yet
    std::size_t ahead_bulk = 0;  // of those: in the bulk lane

    // Sessions that are logged in.
    std::size_t alive() const noexcept { return idle + metadata + bulk + recovering; }
    // Connections the server may count.
    std::size_t total() const noexcept { return alive() + opening + closing; }
};

class pool_policy {
public:
    using clock = std::chrono::steady_clock;
    using time_point = clock::time_point;

    // `wanted`: the user's limit, at least 1.
    explicit pool_policy(std::size_t wanted);

    // Sessions the server is believed to allow now. Grows by one some minutes after it was learned.
    std::size_t limit(time_point now);

    // How many of them may carry bulk transfers.
    std::size_t bulk_limit(time_point now);

    // May a lease in this lane be given out, if there is a session? One session is kept from bulk transfers
    // so that metadata never waits for them, unless there is only one.
    bool may_lease(lane which, const pool_counts& counts, time_point now);

    // The same for what nobody has asked for yet, when nobody waits. Whatever is done ahead leaves the session that
    // is kept for metadata alone, and does not count against the bulk transfers that somebody wants.
    bool may_lease_ahead(const pool_counts& counts, time_point now);

    // Should another session be opened, when `wanting` operations wait that could use one?
    bool should_open(std::size_t wanting, const pool_counts& counts, time_point now);

    // The same when one more could work ahead. Several may log in at once: a walk has all its sessions after one login.
    bool should_open_ahead(const pool_counts& counts, time_point now);

    // Set while logging in is pointless: everybody who asks gets this at once.
    std::optional<failure> refusal(time_point now) const;

    enum class verdict {
        wait,       // the others live: those who wait go on waiting
        try_later,  // nobody lives, but the server was only full: wait and try again
        give_up     // nobody lives: those who wait get the failure
    };

    // A session was opened; `counts` with it.
    void opened(const pool_counts& counts);
    // Opening one failed; `counts` without it.
    verdict open_failed(const failure& why, const pool_counts& counts, time_point now);

    // As learned by an earlier mount; and what to tell the next one, 0 if no limit is known.
    void remember(std::size_t limit, time_point now);
    std::size_t known_limit() const noexcept;

    // Has the limit been learned since the last call? For the one warning.
    std::optional<std::size_t> take_learned_limit();

    // What an idle session needs before it is used.
    enum class care { none, probe };
    static care before_use(time_point last_used, time_point now);

    // When an idle session should be closed. The last one is kept longer.
    static time_point closes_at(time_point last_used, bool last_one);

private:
    void learn(std::size_t alive, time_point now);
    void hold_back(time_point now, clock::duration first, clock::duration longest);

    std::size_t wanted_;
    std::size_t limit_;
    time_point raise_at_{};
    std::size_t remembered_ = 0;
    std::optional<std::size_t> learned_;
    bool warned_ = false;
    bool ever_opened_ = false;
    unsigned failures_in_a_row_ = 0;
    time_point hold_until_{};
    bool hold_without_any_ = false;  // also while no session lives
    std::optional<failure> refused_;
    time_point refused_until_{};
};

}  // namespace ftpfs::ftp
