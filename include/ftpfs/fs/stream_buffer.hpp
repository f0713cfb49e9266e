// The bytes of a file that is written in order: those that still have to be sent, those that were sent lately, and
// those that came a little too early. Pure.
//
//        begin            (sent)              end          later
//          |----------------|------------------|·····|-------|
//           kept, should the    to be sent      gap    waits for its neighbour
//           upload break
//
// Small pieces are copied together into blocks, so that a thousand writes of one byte don't keep a thousand receive
// buffers; large ones are kept as they are.
#pragma once

#include "ftpfs/core/shared_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace ftpfs::fs {

class stream_buffer {
public:
    // How far in front of its turn a piece may come: the kernel sends the pages of one file in any order, a few
    // requests at a time.
    static constexpr std::uint64_t disorder = std::uint64_t{1} << 20;

    explicit stream_buffer(std::uint64_t begin) : begin_{begin}, end_{begin} {}

    std::uint64_t begin() const noexcept { return begin_; }
    // Everything before is here without a gap.
    std::uint64_t end() const noexcept { return end_; }
    // The size of the file: behind the last byte, those that came early included.
    std::uint64_t high() const noexcept;
    bool has_gaps() const noexcept { return !later_.empty(); }
    // Bytes of memory held.
    std::uint64_t bytes() const noexcept { return end_ - begin_ + later_bytes_; }

    // Can a piece be taken: at the end, or a little behind it where nothing is yet?
    bool fits(std::uint64_t offset, std::uint64_t size) const;
    // Takes a piece that fits.
    void add(std::uint64_t offset, shared_bytes data);
    // What nobody wrote reads as zeros: afterwards there are no gaps.
    void fill_gaps();

    // The bytes from `from` on, begin() <= from <= end(): consecutive pieces, at most `most` bytes.
    std::vector<shared_bytes> pieces(std::uint64_t from, std::uint64_t most) const;
    // May forget what lies before `offset`; keeps whole blocks.
    void forget_before(std::uint64_t offset);

private:
    struct stretch {
        std::uint64_t begin;
        shared_bytes bytes;
    };

    void append(const shared_bytes& data);
    void append_copied(const shared_bytes& data);

    std::uint64_t begin_;
    std::uint64_t end_;
    std::deque<stretch> stretches_;
    std::map<std::uint64_t, shared_bytes> later_;
    std::uint64_t later_bytes_ = 0;
    // The block small pieces are copied into: the last stretch, while there is one.
    std::shared_ptr<std::byte[]> block_;
    std::size_t used_ = 0;
};

}  // namespace ftpfs::fs
