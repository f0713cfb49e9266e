// Which directories to list before a program that walks a tree asks for them.
//
// A walk shows itself when a program opens a directory that lies in one it opened before. From then on the
// directories it has not seen yet are handed out in the order it will come to them: depth first, in the order of
// the listings, a few at first, twice as many with each one that is used. A listing nobody used in time, or a program
// that opens something else, ends it; the more guesses were wrong in a row, the longer a program must walk before
// it is believed again. Pure: events and `now` in, answers out. One thread.
#pragma once

#include "ftpfs/core/remote_path.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

namespace ftpfs::fs {

class walk_policy {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using names = std::vector<file_name>;

    // `keep`: a listing that is older is of no use any more.
    explicit walk_policy(std::chrono::milliseconds keep) : keep_{keep} {}

    // A program opened the directory and sees these directories in it, in this order.
    void opened(const remote_path& directory, const names& directories, time_point now);
    // The directory to list next; it is under way until one of the following is called.
    std::optional<remote_path> next(time_point now);
    void landed(const remote_path& directory, const names& directories);
    void failed(const remote_path& directory);   // never tried again
    void refused(const remote_path& directory);  // no session to spare: tried later

    // The directory a walk will open next, if it is believed in and its listing has landed.
    std::optional<remote_path> upcoming() const;

    // Directories handed out and not used yet, at most.
    std::size_t reach() const noexcept { return reach_; }
    std::uint64_t used() const noexcept { return used_; }
    std::uint64_t wasted() const noexcept { return wasted_; }

private:
    struct candidate {
        explicit candidate(remote_path path_) : path{std::move(path_)} {}

        remote_path path;
        bool ahead = false;     // handed out
        bool expanded = false;  // what it contains is among the candidates
        time_point since;       // handed out
    };
    using place = std::vector<candidate>::iterator;

    place find(const remote_path& directory);
    void insert(place before, const names& directories, const remote_path& directory);
    void believe(bool was_ahead);
    void expire(time_point now);
    void give_up();
    void remove(place which);

    std::chrono::milliseconds keep_;
    std::vector<candidate> candidates_;  // in the order of the walk
    std::unordered_set<remote_path> known_;
    remote_path last_;  // opened
    std::size_t ahead_ = 0;
    std::size_t reach_ = 0;
    std::size_t in_a_row_ = 0;  // directories opened as foreseen
    std::size_t needed_ = 1;    // of those, before anything is done
    std::uint64_t used_ = 0;
    std::uint64_t wasted_ = 0;
};

}  // namespace ftpfs::fs
