// The remote tree as the file system needs it: the one interface between `fs` and whoever talks to a server.
//
// `ftp::ftp_remote` implements it on a pool of FTP sessions; tests implement it in memory. All paths are
// relative to the root of the mount. Calls may overlap freely. Every operation ends by itself, with
// errc::timed_out at the latest after the configured time without progress; callers that lose interest
// simply stop waiting, they never cancel the operation (the command is already on the wire). Failures that
// are ambiguous on the wire (a bare "550") have been settled before they come up.
// One thread; the remote must outlive its downloads.
#pragma once

#include "ftpfs/async/awaitable.hpp"
#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ftpfs::remote {

struct listing {
    std::vector<directory_entry> entries;  // without "." and "..", each name once
    // False when lines could not be read or the server cut the answer: a name that is not in `entries` may
    // exist all the same.
    bool complete = true;
};

// The bytes of one file from some offset on, as they arrive. Destroying it early is allowed at any time: the
// session behind it recovers in the background.
class download {
public:
    virtual ~download() = default;

    // The version the server had when the transfer began.
    virtual const file_version& version() const noexcept = 0;

    // Waits for at least one byte and stores at most buffer.size(). 0 is the end of the file, reported only
    // after the server confirmed the transfer and the count fits; anything less is a failure. One call at a
    // time; the buffer must stay until the call ends.
    virtual awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer) = 0;
};

struct download_request {
    explicit download_request(remote_path path_) : path{std::move(path_)} {}

    remote_path path;
    std::uint64_t offset = 0;
    // Checked before any byte is taken: errc::version_changed if the file is provably another one.
    std::optional<file_version> expected;
    // Called on the loop, possibly more than once, when others wait for a session this download occupies.
    // The owner should end the download soon if it can do without.
    std::function<void()> on_pressure;
};

class remote {
public:
    virtual ~remote() = default;

    virtual awaitable<result<listing>> list(remote_path directory) = 0;
    virtual awaitable<result<file_attributes>> stat(remote_path path) = 0;
    // The target of a link whose listing hides it.
    virtual awaitable<result<std::string>> read_link(remote_path path) = 0;
    virtual awaitable<result<std::unique_ptr<download>>> open_download(download_request request) = 0;

    // Says goodbye to the server, within a short limit. Nothing may be called afterwards.
    virtual awaitable<> shut_down() = 0;
};

}  // namespace ftpfs::remote
