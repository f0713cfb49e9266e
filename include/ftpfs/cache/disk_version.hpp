// Which version of a file the disk cache holds, and when its bytes may be taken for those the server has.
//
// A server tells a size and a time, the time with the precision of a second, a minute or a day, of a clock that may be
// wrong, in a zone that may be unknown. Equal size and time prove nothing while the file could still have been changed
// within the same second (minute, day) after its bytes were fetched. So bytes are trusted only if, when they were asked
// for, the server's clock was provably past that time:
//  - the file was seen with that time a whole step of the precision, and a second more, before: the server's clock has
//    gone on since, whatever it shows; or
//  - the time is a day older than our own clock: that is more than zones and wrong clocks usually make.
// The price: a file that was changed within the last day is kept only when it is read for the second time.
// Plain values; `now` is a parameter.
#pragma once

#include "ftpfs/core/attributes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace ftpfs::cache {

// A time of the file, and since when (on our clock) the file is known to have it.
struct time_stamp {
    file_time time;
    std::chrono::sys_seconds seen{};

    bool operator==(const time_stamp&) const = default;
};

struct disk_version {
    std::uint64_t size = 0;
    // Precision unknown: not told by that source. Times of different sources cannot be compared.
    time_stamp listed;
    time_stamp fact{{{}, time_precision::unknown, time_source::fact}, {}};

    bool operator==(const disk_version&) const = default;
};

// Nothing if size or time are not known: such a file is never kept. Of two times of one source
// the more precise one counts.
std::optional<disk_version> make_disk_version(std::optional<std::uint64_t> size, const time_stamp& one,
                                              const time_stamp& other);

enum class likeness : std::uint8_t { same, unknown, different };

// `common`: the time both have, at the precision at which they are equal, if the answer is `same`.
struct comparison {
    likeness how = likeness::unknown;
    time_stamp common;
};

comparison compare(const disk_version& kept, const file_version& seen) noexcept;
// May bytes of both lie in one entry?
bool fits(const disk_version& kept, const disk_version& other) noexcept;

// Were bytes that were asked for at `fetched` past all changes that the time (with its precision) can't tell apart?
bool is_settled(const time_stamp& modified, std::chrono::sys_seconds fetched) noexcept;
// By at least one of its times.
bool is_settled(const disk_version& version, std::chrono::sys_seconds fetched) noexcept;

}  // namespace ftpfs::cache
