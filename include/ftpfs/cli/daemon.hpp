// Goes to the background, and comes back to the one who waits with "mounted" or with the reason why not.
//
//     parent ── fork ──► child: connects, mounts ── ready() ──► serves until unmounted
//        └── waits for the answer ◄─────────────────┘
//
// The fork comes before any thread or socket is made. Until ready() the child stays in the terminal's foreground,
// so Ctrl-C ends both; from then on it has a session of its own, "/" as its directory, and no standard streams.
#pragma once

#include "ftpfs/cli/problem.hpp"

#include <functional>
#include <iosfwd>

namespace ftpfs::cli {

// What the serving program tells the one who waits, at most once.
class launch {
public:
    virtual ~launch() = default;

    // The mount is usable. False if nobody waits any more: the user gave up, so unmount and end.
    virtual bool ready() = 0;
    virtual void failed(const problem& why) = 0;
};

using service = std::function<exit_status(launch& start)>;

// Runs the service here; failures are written to `err`.
exit_status run_in_foreground(const service& serve, std::ostream& err);

// In the parent: returns what the child said, once it did. In the child: never returns, ends the process with
// the status of the service.
exit_status run_in_background(const service& serve, std::ostream& err);

// "ftpfs: no such host: …"
void print(const problem& why, std::ostream& err);

}  // namespace ftpfs::cli
