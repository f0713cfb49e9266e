// Dates of three numbers in an order that nobody states: "07-19-25", "19.07.2025", "2025/07/19". Servers keep to one
// order, so it is settled by all lines of a listing together.
//
// Used by one reader of a listing; not thread-safe.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/proto/list_time.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace ftpfs::proto {

class numeric_dates {
public:
    // `now`: an order that puts fewer files into the future is believed rather.
    explicit numeric_dates(std::chrono::sys_seconds now) : now_{now} {}

    // Nothing if no order makes a date of `word`. The value means nothing until settle().
    std::optional<file_time> read(std::string_view word, std::optional<time_of_day> time);

    // Once, when all lines were read. Times that do not come from read() stay.
    void settle(std::vector<directory_entry>& entries) const;

private:
    static constexpr std::size_t order_count = 3;

    std::chrono::sys_seconds now_;
    std::array<std::size_t, order_count> impossible_{};  // dates that an order makes no sense of
    std::array<std::size_t, order_count> future_{};      // dates that it puts behind tomorrow
};

}  // namespace ftpfs::proto
