// A server with some files in memory that fails once, at one moment, in one way; afterwards it works again, unless it
// is gone for good.
//
// Moments are counted over all connections: before a command is obeyed; after it was obeyed, but not answered; in the
// middle of what it sends and behind it; within an upload after the first reply, in the middle of the data, behind
// them, and when all is stored. A test that lets
// the server fail at moment 0, 1, 2, … until one run meets no failure has tried every step.
// Owned by the test; outlives the connections it serves.
#pragma once

#include "support/scripted_server.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>

namespace ftpfs::test {

enum class breakdown {
    hangs_up,             // both connections, orderly
    resets_all,           // both connections
    resets_data_and_426,  // outside of uploads only 426
    resets_data_and_226,  // as pyftpdlib does; outside of uploads it hangs up
    says_426,             // and closes the data connection
    says_451,
    says_552,
    falls_silent,  // until the client leaves; takes no more data
};

class frail_server {
public:
    static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

    // What a test chooses.
    std::map<std::string, std::string> files;  // path, bytes; all in "/"
    std::size_t fails_at = never;              // a moment
    breakdown how = breakdown::hangs_up;
    bool for_good = false;           // every further connection is closed at once
    bool has_mlst = true;            // else SIZE, MDTM and LIST
    bool renames_over = true;        // else RNTO onto an existing file is refused
    bool stores_at_the_end = false;  // an upload becomes visible when it is complete, and vanishes if it breaks
    std::size_t middle = 5;          // bytes before the moment in the middle of an upload

    bool has_failed() const noexcept { return failed_; }

    awaitable<> serve(scripted_control& control);

private:
    enum class fate { goes_on, refused, gone };
    struct connection;

    awaitable<fate> moment(connection& with, bool in_upload = false);
    awaitable<fate> obey(connection& with, std::string verb, std::string argument);
    awaitable<fate> store(connection& with, std::string verb, std::string path);
    awaitable<fate> send(connection& with, std::string bytes);
    std::string listing() const;
    std::string answer(connection& with, const std::string& verb, const std::string& argument);
    std::string rename(connection& with, const std::string& to);
    std::string facts_of(const std::string& path) const;
    std::string time_of(const std::string& path) const;
    void put(const std::string& path, std::string bytes);

    std::map<std::string, int> times_;
    int clock_ = 0;  // seconds since the beginning of 2024; each change takes one
    std::size_t moments_ = 0;
    bool failed_ = false;
};

}  // namespace ftpfs::test
