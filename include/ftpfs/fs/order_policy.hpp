// Which small files to fetch before a program that reads a directory file by file opens them.
//
// The order shows itself when two files are opened that follow each other in the listing. From then on the next small
// ones are handed out, a few at first, twice as many with each one that is used, within a bound of files and bytes.
// A program that reads one directory so is believed to read the next one so.
// A file that is passed over, or not opened in time, ends it; the more guesses were wrong in a row, the longer a
// program must follow the order before it is believed again. Pure: events and `now` in, answers out. One thread.
#pragma once

#include "ftpfs/cache/directory_snapshot.hpp"
#include "ftpfs/core/remote_path.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace ftpfs::fs {

class order_policy {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // A larger file is better read by a stream of its own, which reads ahead by itself.
    static constexpr std::uint64_t small_file = std::uint64_t{256} << 10;

    // `most_bytes`: of files handed out and not used yet.
    explicit order_policy(std::uint64_t most_bytes) : most_bytes_{most_bytes} {}

    // A program sees this listing.
    void listed(const remote_path& directory, cache::shared_snapshot entries);
    // Has all of the directory that a program follows been handed out, and is there room for more? Then foresee() says
    // which directory it will come to next, and that is begun before it is opened.
    bool wants_directory();
    void foresee(const remote_path& directory, cache::shared_snapshot entries);
    // A program opened the file for reading.
    void opened(const remote_path& file, time_point now);
    // The file to fetch next; it counts until it is opened, wasted, or one of the following is called.
    std::optional<remote_path> next(time_point now);
    void forget(const remote_path& file);   // failed, unneeded, or changed here
    void refused(const remote_path& file);  // no session to spare: tried later

    // Files that were handed out in vain, each once.
    std::vector<remote_path> take_wasted();

    std::size_t reach() const noexcept { return reach_; }
    std::uint64_t used() const noexcept { return used_; }
    std::uint64_t wasted() const noexcept { return all_wasted_; }

private:
    struct known_directory {
        remote_path path;
        cache::shared_snapshot entries;
        std::size_t last = 0;      // index behind the file opened last
        std::size_t cursor = 0;    // index of the next file to hand out
        std::size_t in_a_row = 0;  // files opened in order
    };
    struct handed_out {
        remote_path path;
        std::size_t index;
        std::uint64_t size;
        time_point since;
    };

    static bool is_exhausted(known_directory& directory);
    bool is_believed() const;
    std::optional<remote_path> hand_out(known_directory& from, time_point now);
    void follow(known_directory& directory, std::size_t index);
    void drop_passed(const remote_path& directory, std::size_t index);
    void expire(time_point now);
    void waste(std::vector<handed_out>::iterator which);
    std::vector<handed_out>::iterator find(const remote_path& file);

    std::uint64_t most_bytes_;
    std::deque<known_directory> directories_;  // the one used last in front
    std::optional<known_directory> coming_;    // foreseen, not opened yet
    std::vector<handed_out> ahead_;
    std::uint64_t bytes_ahead_ = 0;
    std::vector<remote_path> wasted_;
    std::size_t reach_ = 0;
    std::size_t needed_ = 2;
    std::uint64_t used_ = 0;
    std::uint64_t all_wasted_ = 0;
};

}  // namespace ftpfs::fs
