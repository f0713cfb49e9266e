// Further streams in front of one sequential reader: each fetches a later segment of the file, and becomes the reader's
// stream when he gets there; the one before ends where it begins.
//
// segment_policy says how many and how long. All are given back, at once, when the reader jumps, when one of them fails
// or its session is wanted elsewhere; the read then goes on with the stream it has. Where there is no session for a
// further one, the stream in front goes on. What the reader has not come to yet stays below the memory it is given, or
// the cache would drop what he wants next. Only one file at a time has a chain, since its streams may hold most of
// the block cache.
// Owned by a file_reader; the services outlive it. One thread.
#pragma once

#include "ftpfs/fs/arrivals.hpp"
#include "ftpfs/fs/download_pump.hpp"
#include "ftpfs/fs/file_content.hpp"
#include "ftpfs/fs/reading.hpp"
#include "ftpfs/fs/segment_policy.hpp"

#include <cstdint>
#include <deque>
#include <memory>

namespace ftpfs::fs {

class segment_chain {
public:
    segment_chain(reading& services, std::shared_ptr<file_content> content, std::shared_ptr<arrivals> news);
    segment_chain(const segment_chain&) = delete;
    segment_chain& operator=(const segment_chain&) = delete;
    ~segment_chain();

    // The read [offset, end) was answered, `lead` goes on behind it (null: the stream that fetched it is over already);
    // `waited`: its bytes had to come first.
    void delivered(const std::shared_ptr<download_pump>& lead, std::uint64_t offset, std::uint64_t end, bool waited);

    // A reader waits for the byte at `offset`: the others go on meanwhile, as far as there is room.
    void waits(std::uint64_t offset);

    // The follower for a reader who is at `offset`, no longer a follower; null if its segment doesn't begin there.
    std::shared_ptr<download_pump> take(std::uint64_t offset);

    // Ends the followers; the lead goes on to the end of the file. Measuring begins anew.
    void give_back();

private:
    struct follower {
        std::uint64_t begin;
        std::uint64_t end;
        std::shared_ptr<download_pump> pump;

        bool was_refused() const { return pump->why() == errc::busy; }
    };

    bool is_in_lead(const std::shared_ptr<download_pump>& lead, std::uint64_t offset);
    void end_followers();
    bool gives_up_broken();
    void keep_busy(std::uint64_t read_until);
    bool leave_out_refused(std::uint64_t read_until);
    bool leave_out_last();
    void begin_anew(std::size_t which);
    void begin_more(std::uint64_t read_until);
    void grant(std::uint64_t read_until);
    std::size_t running() const;
    std::uint64_t claimed(std::uint64_t read_until) const;

    reading& services_;
    std::shared_ptr<file_content> content_;
    std::shared_ptr<arrivals> news_;
    segment_policy policy_;
    std::shared_ptr<download_pump> lead_;
    std::shared_ptr<download_pump> last_lead_;  // may still bring the end of its segment
    std::deque<follower> followers_;            // in the order of the file
    std::uint64_t begin_after_ = 0;             // the reader must be so far before a session is asked for again
    bool has_turn_ = false;                     // of all files, this one has the chain
};

}  // namespace ftpfs::fs
