// The mount and its /dev/fuse descriptor: made by make(), served by run(), gone when run() returns.
//
//     FTPFS_CO_TRY(auto mounted, fuse::mount::make(loop, settings, files, journal));
//     auto end = co_await mounted->run();     // until unmounted, or stop()
//
// One thread, the one that runs the executor. The file system must outlive the mount. Make it after the
// process went to the background: the kernel asks as soon as the mount is there, and nobody answers before
// run(). One mount per process at a time (libfuse's message function is global).
#pragma once

#include "ftpfs/async/awaitable.hpp"
#include "ftpfs/core/log.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/fs/file_system.hpp"
#include "ftpfs/fuse/config.hpp"
#include "ftpfs/fuse/counters.hpp"

#include <memory>

namespace ftpfs::fuse {

enum class mount_end {
    unmounted,  // from outside: umount(8), fusermount3 -u, or the connection was aborted
    stopped,    // by stop()
};

class mount {
public:
    // Mounts, or says in the user's words why not. May block for the moment fusermount3 needs.
    static result<std::unique_ptr<mount>> make(executor where, config settings, fs::file_system& files, log journal);

    // Unmounts, if run() did not. run() must have returned, or never be resumed again.
    ~mount();
    mount(const mount&) = delete;
    mount& operator=(const mount&) = delete;

    // Serves requests; once only. When it returns nothing is mounted any more, every request has been answered
    // (those that were waiting with an error) and the file system may be stopped. A failure means that
    // /dev/fuse itself failed.
    awaitable<result<mount_end>> run();

    // Makes run() return soon; callable at any time on the loop's thread, any number of times. Programs that
    // hold files open get an error on their next access, as after "umount --lazy" and an end of the program.
    void stop();

    const counters& counted() const noexcept;

private:
    class impl;
    explicit mount(std::unique_ptr<impl> made);
    std::unique_ptr<impl> impl_;
};

}  // namespace ftpfs::fuse
