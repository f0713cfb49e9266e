// Finds out what a server is like: connects as a mount would, and tries one thing after the other.
//
//     server_prober prober{connector, settings, wish, logger, on_step};
//     co_await prober.run();        // may be cancelled at any time
//     co_await prober.clean_up();   // always, and not cancelled: removes what `write` left
//     prober.report()
//
// One session at a time, unless `sessions` says more. Every wait is bounded by the timeouts of the configuration, and a
// session whose state is not known any more is replaced, a few times. Without `write`, nothing is sent that creates or
// changes anything. One thread; everything that is passed by reference outlives the prober.
#pragma once

#include "ftpfs/async/awaitable.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/probe_report.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace ftpfs::net {
class connector;
}

namespace ftpfs::ftp {

class probe_context;

// What to try besides the usual.
struct probe_wish {
    std::size_t sessions = 1;          // as many at the same time, to learn the server's limit
    bool active = false;               // active mode also where passive connections work
    std::optional<remote_path> write;  // where to try writing; below the directory of the mount, as the URL's path is
    bool write_is_absolute = false;
};

class server_prober {
public:
    // `on_step` hears each step when it is done.
    server_prober(net::connector& connector, config settings, probe_wish wish, log logger,
                  std::function<void(const probe_step&)> on_step);
    ~server_prober();
    server_prober(const server_prober&) = delete;
    server_prober& operator=(const server_prober&) = delete;

    awaitable<> run();
    awaitable<> clean_up();
    const probe_report& report() const noexcept;

private:
    awaitable<> try_all();

    std::unique_ptr<probe_context> context_;
};

}  // namespace ftpfs::ftp
