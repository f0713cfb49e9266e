// Which bytes of a block have arrived: disjoint ranges in order, neighbours joined. Nearly always one range, or
// two. Plain value.
#pragma once

#include <cstddef>
#include <vector>

namespace ftpfs::cache {

class range_set {
public:
    // [begin, end); nothing happens if it is empty.
    void add(std::size_t begin, std::size_t end);

    // The end of the range `at` lies in, or `at` itself if it lies in none.
    std::size_t filled_until(std::size_t at) const noexcept;
    // The begin of the first range that lies at or behind `at`, or `none`.
    std::size_t next_begin(std::size_t at, std::size_t none) const noexcept;

    bool empty() const noexcept { return ranges_.empty(); }
    std::size_t count() const noexcept { return ranges_.size(); }

private:
    struct range {
        std::size_t begin;
        std::size_t end;
    };
    std::vector<range> ranges_;
};

}  // namespace ftpfs::cache
