// The bytes of one file on their way to the server.
#pragma once

#include "ftpfs/async/awaitable.hpp"
#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/core/shared_bytes.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace ftpfs::remote {

// Where the bytes go in the target.
enum class upload_start : std::uint8_t {
    replace,  // the file is created, or emptied first
    append,   // behind its end, which must be at `offset`: checked before a byte is sent
};

struct upload_request {
    explicit upload_request(remote_path path_) : path{std::move(path_)} {}

    remote_path path;
    upload_start start = upload_start::replace;
    // For append: the size the file has; version_changed if it has another. `unsupported` where the server cannot
    // append, neither by APPE nor by REST and STOR.
    std::uint64_t offset = 0;
    // For append: version_changed if the file is provably another one than what the writer knows. For replace: what
    // was there before, as far as known; when the server's final word is lost, a file that still looks like it is
    // not taken for the new one.
    std::optional<file_version> expected;
    // For replace: the server took other files there a moment ago, so that its answer need not be waited for. A refusal
    // may then be told by write() or finish() instead.
    bool trusting = false;
    // Called on the loop, possibly more than once, when others wait for a session this upload occupies. The owner
    // should finish it soon if nobody is writing just now.
    std::function<void()> on_pressure;
};

class upload {
public:
    // Destroyed before finish() answered: the transfer is broken off, and what the server keeps is not known.
    virtual ~upload() = default;

    // Returns when the network took all the bytes. A failure ends the upload: it is the server's verdict where it
    // gave one (no_space, quota_exceeded, permission_denied, …), else connection_lost or timed_out.
    virtual awaitable<result<>> write(std::vector<shared_bytes> pieces) = 0;

    // Ends the transfer, waits for the final reply, and asks the server for the size: success only if it has all
    // of `offset` and what was written, whatever the reply said. Answers what the server tells of the file.
    // `modified`: the time the file is to have in the end. It is set along with this where that costs no time of its
    // own and is known to work; the answer tells whether the file has it, and change_attributes() can still set it.
    virtual awaitable<result<file_attributes>> finish(std::optional<std::chrono::sys_seconds> modified) = 0;
};

}  // namespace ftpfs::remote
