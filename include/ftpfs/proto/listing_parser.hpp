// The bytes of one listing in, entries out; the bytes may be cut anywhere.
//
//     listing_parser parser{dialect::mlsd, now};
//     parser.feed(bytes); …            // as they arrive
//     auto parsed = parser.finish();   // once, when the data connection has ended
//
// Without a known dialect the first lines are read in all of them and the best one is kept, until as many lines in a
// row don't fit: then the choice is made again for these. Where no dialect reads a line, lines that can be nothing but
// a name are taken for one, of unknown kind. A dialect remembered from the same server is only preferred, so a server
// that changed is still understood; dialect::mlsd is taken as given. Names come as the server's bytes. Names with '/',
// CR or NUL are rejected (unreadable), "." and ".." are skipped, of equal names the last one counts.
//
// A server can't fill the memory: longer lines are unreadable, and entries beyond `most_entries` are dropped,
// which makes the listing incomplete. Owned by one transfer; not thread-safe.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/proto/dialect.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::proto {

struct parsed_listing {
    std::vector<directory_entry> entries;

    // False if a line could not be read or entries were dropped: a name that is missing here may exist all the
    // same. (Whether the transfer itself was complete, and whether its 226 speaks of truncation as Pure-FTPd's
    // does, the caller must add.)
    bool complete = true;
    std::size_t unreadable = 0;    // lines
    std::string first_unreadable;  // made printable, cut at about 200 bytes

    // The listing holds no entries but "ls: …: No such file or directory" (inetutils 2.4, linux-ftpd 0.17).
    bool not_found = false;
    // The same with "Permission denied".
    bool permission_denied = false;

    // What the lines were read as, unknown if there was none to tell by. To be remembered for the server.
    dialect used = dialect::unknown;
};

class listing_parser {
public:
    static constexpr std::size_t longest_line = std::size_t{64} * 1024;  // bytes
    static constexpr std::size_t most_entries = 2'000'000;               // about 500 MiB; no directory seen comes near
    static constexpr std::size_t lines_to_decide_by = 20;                // the dialect

    // `known`: the dialect remembered for this server, dialect::unknown if there is none. `now` serves for
    // dates without a year.
    listing_parser(dialect known, std::chrono::sys_seconds now);
    listing_parser(listing_parser&&) noexcept;
    listing_parser& operator=(listing_parser&&) noexcept;
    ~listing_parser();

    void feed(std::string_view bytes);

    // The parser is empty afterwards.
    parsed_listing finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace ftpfs::proto
