// Several connection attempts, started one after another, of which the first to succeed wins (RFC 8305 §5).
//
// Internal to the connector. Lives as long as its last attempt, hence always in a shared_ptr.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/net/byte_stream.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ftpfs::net {

class connect_race : public std::enable_shared_from_this<connect_race> {
public:
    using clock = std::chrono::steady_clock;

    // Whether an attempt also begins when the one before takes long.
    enum class pace { staggered, one_by_one };

    // `local`: bind to this address first. `timeout`: for each attempt.
    connect_race(executor where, std::vector<endpoint> targets, std::optional<boost::asio::ip::address> local,
                 std::chrono::milliseconds timeout, pace how = pace::staggered);

    awaitable<result<boost::asio::ip::tcp::socket>> run();

    // For a race that somebody runs only later, or never. begin() starts the first attempt.
    void begin() { start_next(); }
    // Is an attempt under way, and within its time?
    bool pending();
    // The connection, if one has won; once, and instead of run().
    std::optional<boost::asio::ip::tcp::socket> take_winner();
    // Closes everything that was not handed out.
    void give_up() noexcept { close_all(); }

private:
    struct attempt {
        attempt(const executor& where, endpoint target_, clock::time_point deadline_)
            : socket{where}, target{std::move(target_)}, deadline{deadline_}
        {
        }
        boost::asio::ip::tcp::socket socket;
        endpoint target;
        clock::time_point deadline;
        bool pending = true;
        error_code error;
    };

    void start_next();
    error_code prepare(attempt& mine) const;
    void ended(attempt& mine, const error_code& error);
    void expire();
    void close_all();
    bool any_pending() const;
    clock::time_point next_event() const;
    failure lost() const;

    executor where_;
    std::vector<endpoint> targets_;
    std::optional<boost::asio::ip::address> local_;
    std::chrono::milliseconds timeout_;
    pace pace_;
    async::condition changed_;
    std::deque<attempt> attempts_;  // addresses of elements stay valid
    clock::time_point next_start_ = clock::time_point::min();
    attempt* winner_ = nullptr;
};

}  // namespace ftpfs::net
