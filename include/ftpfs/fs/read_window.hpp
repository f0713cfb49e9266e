// How far one stream of a file (one running download) should fetch, judged by the reads near it. Pure.
//
//        begin        needed                    limit
//          |------------|·························|
//               ^ position: the next byte to arrive
//
// Reads ask for bytes up to `needed`; the stream goes on to `limit`, the read-ahead. Nobody reads in advance
// more than was already read in sequence, so a file of which only the head is wanted costs at most the double,
// while a long sequential read soon has the whole window.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

namespace ftpfs::fs {

class read_window {
public:
    // A first read at the begin of a file is nearly always the first of many.
    static constexpr std::uint64_t first_ahead = std::uint64_t{256} << 10;
    // One anywhere else seldom is; so much is on the wire anyway before the server learns that we stop.
    static constexpr std::uint64_t least_ahead = std::uint64_t{64} << 10;
    // A gap of this size is read and kept rather than jumped over: at 5 MB/s it takes the 100 ms that a new
    // transfer needs for its round trips.
    static constexpr std::uint64_t skip = std::uint64_t{512} << 10;
    // The kernel sends the requests of one read-ahead in any order, and those of the next one before these are
    // answered: two of 2 MiB for a reader that has promised to go on (POSIX_FADV_SEQUENTIAL, as cat does).
    static constexpr std::uint64_t disorder = std::uint64_t{4} << 20;
    // More than the largest single request was read in sequence: the stream has a reader worth keeping.
    static constexpr std::uint64_t proof = (std::uint64_t{1} << 20) + 1;

    explicit read_window(std::uint64_t begin) : begin_{begin}, position_{begin}, needed_{begin}, limit_{begin} {}

    // Will the byte at `offset` come by this stream, now or after a gap worth reading?
    bool reaches(std::uint64_t offset) const noexcept;
    // Is a read at `offset` the work of the reader this stream serves, even if its bytes are all here?
    bool follows(std::uint64_t offset) const noexcept;

    // Bytes [offset, end) are asked for; at most `most_ahead` is fetched beyond.
    void ask(std::uint64_t offset, std::uint64_t end, std::uint64_t most_ahead) noexcept;
    // Before anything arrived: the same, but from an earlier byte on.
    void begin_earlier(std::uint64_t begin) noexcept { begin_ = position_ = begin; }
    // The next `count` bytes are here.
    void arrived(std::uint64_t count) noexcept { position_ += count; }
    // The file ends there, or is no longer known to end.
    void set_end(std::optional<std::uint64_t> end_of_file) noexcept { end_ = end_of_file; }
    // Another stream fetches the bytes from there on; absent: none does.
    void stop_at(std::optional<std::uint64_t> begin_of_other) noexcept { stop_ = begin_of_other; }
    bool is_at_stop() const noexcept { return stop_ && position_ >= *stop_; }
    // Fetches so far although nobody has asked yet.
    void fetch_until(std::uint64_t end) noexcept { limit_ = limit_ < end ? end : limit_; }
    // A reader comes from another stream with several requests, the first of which may begin before this one does.
    void meet_reader() noexcept { needed_ = std::max(needed_, std::min(limit_, begin_ + disorder)); }
    // Gives the read-ahead back: others need the connection.
    void only_what_is_needed() noexcept { limit_ = needed_; }

    std::uint64_t position() const noexcept { return position_; }
    std::uint64_t needed() const noexcept { return needed_; }
    // Bytes the stream may still fetch.
    std::uint64_t credit() const noexcept;
    // Has read-ahead proved useful here?
    bool is_established() const noexcept { return needed_ - begin_ >= proof; }

private:
    bool leaves_to_other(std::uint64_t offset) const noexcept { return stop_ && offset >= *stop_; }
    std::uint64_t clipped(std::uint64_t offset) const noexcept { return end_ && offset > *end_ ? *end_ : offset; }

    std::uint64_t begin_;
    std::uint64_t position_;
    std::uint64_t needed_;
    std::uint64_t limit_;
    std::optional<std::uint64_t> end_;
    std::optional<std::uint64_t> stop_;
};

// Which of a file's streams should deliver the byte at `offset`.
struct stream_choice {
    enum class action { use, open, replace };

    action what;
    std::size_t index = 0;  // of the stream to use or to replace
};

// `streams` in the order of their last use, oldest first; `replaced` is the one that was given up last, or null.
// A reader that jumps takes its stream along. A read that comes back to where a stream was given up proves that
// there are two readers: each gets a stream of its own.
stream_choice choose_stream(std::span<const read_window* const> streams, const read_window* replaced,
                            std::uint64_t offset, std::size_t most_streams);

}  // namespace ftpfs::fs
