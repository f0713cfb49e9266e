// The remote tree as the file system needs it: the one interface between `fs` and whoever talks to a server.
//
// `ftp::ftp_remote` implements it on a pool of FTP sessions; tests implement it in memory. All paths are
// relative to the root of the mount. Calls may overlap freely. Every operation ends by itself, with
// errc::timed_out at the latest after the configured time without progress; callers that lose interest
// simply stop waiting, they never cancel the operation (the command is already on the wire). Failures that
// are ambiguous on the wire (a bare "550") have been settled before they come up.
// One thread; the remote must outlive its downloads and uploads.
#pragma once

#include "ftpfs/async/awaitable.hpp"
#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/remote/upload.hpp"

#include <chrono>
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

    // Where the transfer ends before the file does: read_some() answers 0 there as well.
    virtual std::optional<std::uint64_t> until() const noexcept { return std::nullopt; }

    // Waits for at least one byte and stores at most buffer.size(). 0 is the end of the file, reported only
    // after the server confirmed the transfer and the count fits; anything less is a failure. One call at a
    // time; the buffer must stay until the call ends.
    virtual awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer) = 0;
};

struct download_request {
    explicit download_request(remote_path path_) : path{std::move(path_)} {}

    remote_path path;
    std::uint64_t offset = 0;
    // What lies from here on is hardly going to be wanted: the transfer may end here (download::until). Not behind the
    // end of the file.
    std::optional<std::uint64_t> until;
    // Checked before any byte is taken: errc::version_changed if the file is provably another one.
    std::optional<file_version> expected;
    // Called on the loop, possibly more than once, when others wait for a session this download occupies.
    // The owner should end the download soon if it can do without.
    std::function<void()> on_pressure;
    // Nobody has asked for the bytes yet: errc::busy at once rather than taking a session others may need, and
    // errc::unsupported where a transfer can't begin at `offset`.
    bool ahead = false;
};

// What a server can be asked to change of an object; absent members stay as they are.
struct attribute_change {
    attribute_change() = default;

    std::optional<std::uint16_t> mode;                 // 07777
    std::optional<std::chrono::sys_seconds> modified;  // UTC
};

enum class existing_target { replace, refuse };

struct free_space {
    std::uint64_t total = 0;      // bytes
    std::uint64_t available = 0;  // bytes
};

class remote {
public:
    virtual ~remote() = default;

    virtual awaitable<result<listing>> list(remote_path directory) = 0;
    // The same before anybody asked for it: only with a session that nobody else waits for, and never with the last
    // one that is free. errc::busy at once if there is none. A remote that has nothing to spare need not do more.
    virtual awaitable<result<listing>> list_ahead(remote_path directory);
    virtual awaitable<result<file_attributes>> stat(remote_path path) = 0;
    // Does the answer to stat() cost a listing of the parent? Then one had better take it all.
    virtual bool stats_by_listing() const { return false; }
    // Where the root of the mount lies on the server, whose absolute links begin at its own root. "/" until it is
    // known.
    virtual remote_path root() const { return {}; }
    // The target of a link whose listing hides it.
    virtual awaitable<result<std::string>> read_link(remote_path path) = 0;
    virtual awaitable<result<std::unique_ptr<download>>> open_download(download_request request) = 0;

    // Writing. Success means that the server confirmed it; an operation whose reply was lost with its session has
    // been looked up before it is called a failure.
    virtual awaitable<result<std::unique_ptr<upload>>> open_upload(upload_request request) = 0;
    // Never removes a directory, whatever the server's DELE would do.
    virtual awaitable<result<>> remove(remote_path file) = 0;
    virtual awaitable<result<>> remove_directory(remote_path directory) = 0;
    virtual awaitable<result<>> make_directory(remote_path directory) = 0;
    // `replace` is atomic where the server's own rename is; elsewhere the old target is moved aside, and back if the
    // rename fails. A directory replaces only an empty directory.
    virtual awaitable<result<>> rename(remote_path from, remote_path to, existing_target policy) = 0;
    // Does what the server has commands for; `unsupported` if something asked for was left out.
    virtual awaitable<result<>> change_attributes(remote_path path, attribute_change change) = 0;
    virtual awaitable<result<>> make_link(std::string target, remote_path link) = 0;
    // On the server, without the bytes coming here; `unsupported` on most.
    virtual awaitable<result<>> copy(remote_path from, remote_path to) = 0;
    virtual awaitable<result<free_space>> space(remote_path directory) = 0;

    // Says goodbye to the server, within a short limit. Nothing may be called afterwards.
    virtual awaitable<> shut_down() = 0;
};

}  // namespace ftpfs::remote
