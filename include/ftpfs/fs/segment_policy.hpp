// How many streams one sequential read is worth, and which parts of the file they fetch. Pure; rates in bytes per
// second, positions in bytes.
//
//      lead: read now       followers: fetched in advance, one segment each
//   |------------>·····|===============·······|=========··············|==·············
//
// All streams run all the time: one that has fetched its segment is given the next one behind all others. They begin
// staggered, so that each is about done when the reader comes to it, and together hold half of what their segments
// are long. They are kept only if the reader gets on faster by them, as measured over whole segments; where one stream
// fills the path, or the processor, that costs one trial and then nothing for a while. It is all or one: each stream
// begins slowly with each segment, so two are hardly better than one, and only many are.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace ftpfs::fs {

class segment_policy {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // Shorter reads are over before a trial has paid, and a rate needs a while of steady flow to be known.
    static constexpr std::uint64_t baseline = std::uint64_t{32} << 20;
    // Below this, a segment would not pay for its round trips and the slow start of its connection.
    static constexpr std::uint64_t least_memory = std::uint64_t{16} << 20;
    // What a trial must bring: less is noise, or not worth a session.
    static constexpr double gain = 1.15;
    // A trial that failed is not repeated before this; a session that others needed is not taken before that.
    static constexpr std::chrono::seconds pause_after_trial{60};
    static constexpr std::chrono::seconds pause_after_return{10};

    // `memory`: bytes that may be held in front of the reader.
    segment_policy(std::size_t most_streams, std::uint64_t memory) : most_{most_streams}, memory_{memory} {}

    std::size_t streams() const noexcept { return streams_; }
    std::uint64_t memory() const noexcept { return memory_; }
    // Of a segment, when all streams run.
    std::uint64_t segment() const noexcept { return segment_of(streams_); }
    // What one is given that is begun while so many run. The first ones are shorter: so they end one after the other.
    std::uint64_t length(std::size_t running) const noexcept;

    // A read by the only stream was answered; `waited`: its bytes were not there yet. `size` is that of the file.
    void delivered(std::uint64_t offset, std::uint64_t end, bool waited, std::uint64_t size, time_point now);
    // The reader came to the begin of a segment.
    void reached(std::uint64_t begin, time_point now);
    // The reader jumped: measuring begins anew.
    void jumped() noexcept;
    // Others needed the sessions, or a follower failed.
    void returned(time_point now);

private:
    std::uint64_t segment_of(std::size_t streams) const noexcept;
    void mark(std::uint64_t at, time_point now);

    std::size_t most_;
    std::uint64_t memory_;
    std::size_t streams_ = 1;
    double alone_ = 0;                  // the rate with one stream
    std::size_t segments_to_skip_ = 0;  // before measuring
    std::size_t segments_to_go_ = 0;    // until a trial is judged; 0: judged
    std::optional<time_point> since_;
    std::uint64_t from_ = 0;
    std::uint64_t next_ = 0;    // where the reader is expected
    std::uint64_t waited_ = 0;  // bytes of reads that had to wait
    std::optional<time_point> not_before_;
};

}  // namespace ftpfs::fs
