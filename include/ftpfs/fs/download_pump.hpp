// One stream of a file: moves bytes from a download into the file's blocks, as far as its window allows.
//
//   open ──► receive ──► … ──► end of the file, closed, or failed
//    ▲          │ broken: again at the next byte, if it is still the same version
//    │          │ others need the session: given back after a fair share, and queued for anew when wanted
//    └── idle ◄─┘ nothing wanted: the transfer stays open for a while
//
// One coroutine in the file system's task group. It is never told to stop in the middle of a call of the remote:
// close() takes effect when the call returns. Readers see its progress in the content and through `arrivals`.
// One thread; the services outlive it, and it keeps itself, the content and the arrivals alive while it runs.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/fs/arrivals.hpp"
#include "ftpfs/fs/file_content.hpp"
#include "ftpfs/fs/read_window.hpp"
#include "ftpfs/fs/reading.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace ftpfs::fs {

class download_pump : public std::enable_shared_from_this<download_pump> {
public:
    // Starts pumping from `begin` on as soon as something is asked for.
    static std::shared_ptr<download_pump> start(reading& services, std::shared_ptr<file_content> content,
                                                std::shared_ptr<arrivals> news, std::uint64_t begin);

    download_pump(reading& services, std::shared_ptr<file_content> content, std::shared_ptr<arrivals> news,
                  std::uint64_t begin);

    const read_window& window() const noexcept { return window_; }
    // A reader wants [offset, end), or just got it from memory.
    void ask(std::uint64_t offset, std::uint64_t end);
    // The kernel sends the requests of one read-ahead in any order: as long as nothing was asked of the server,
    // a stream can begin a little earlier. False if it can't.
    bool begin_earlier(std::uint64_t offset);
    // Another stream fetches the bytes from there on: this one ends there. Absent: no longer.
    void stop_at(std::optional<std::uint64_t> begin_of_other);
    // For a follower (see segment_chain): fetches up to `end` in advance, only with a session nobody else wants, and
    // ends at the first trouble, or when others want the session.
    void fetch_ahead(std::uint64_t end);
    // The reader has come to it: from now on it is a stream like any other.
    void serve_reader() noexcept
    {
        ahead_ = false;
        window_.meet_reader();
    }
    // Nobody wants more of it.
    void close();

    // Reads that wait for this pump: it must not be closed in favour of others.
    void add_waiter() noexcept { ++waiters_; }
    void remove_waiter() noexcept { --waiters_; }
    bool has_waiters() const noexcept { return waiters_ > 0; }

    bool is_over() const noexcept { return closing_ || ended_; }
    // Why it ended, if not by itself.
    const std::optional<failure>& why() const noexcept { return why_; }

private:
    static awaitable<> run(std::shared_ptr<download_pump> self);
    awaitable<> pump();
    // These return false when there is nothing left to do.
    awaitable<bool> open();
    awaitable<bool> receive();
    awaitable<bool> wait_until_wanted();
    awaitable<> confirm_end();
    awaitable<> end_part();

    bool is_at_end() const;
    void press();
    bool had_fair_share() const;
    void yield_session();
    bool may_go_on(failure why);
    bool is_overtaken();
    void end_of_file();

    reading& services_;
    std::shared_ptr<file_content> content_;
    std::shared_ptr<arrivals> news_;
    std::uint64_t begin_;
    read_window window_;
    async::condition wanted_;

    std::unique_ptr<remote::download> download_;
    unsigned epoch_ = 0;  // of the content, when the download began
    std::chrono::steady_clock::time_point opened_;
    std::chrono::sys_seconds asked_{};  // when the download was, or earlier
    std::uint64_t received_ = 0;        // since then
    std::chrono::steady_clock::time_point last_asked_;
    int broken_in_a_row_ = 0;
    int waiters_ = 0;
    bool ahead_ = false;  // nobody has asked for its bytes yet
    bool begun_ = false;
    bool pressed_ = false;
    bool closing_ = false;
    bool ended_ = false;
    std::optional<failure> why_;
};

}  // namespace ftpfs::fs
