// What libfuse and fusermount3 have to say, which they say on standard error, collected for our own message.
//
// libfuse's message function is one for the process and takes no argument; so is standard error. Hence at most
// one collector at a time, in the short moment of mounting; afterwards messages go to the log.
#pragma once

#include "ftpfs/core/log.hpp"

#include <string>

namespace ftpfs::fuse {

class libfuse_messages {
public:
    // From here on messages are collected, standard error of this process and of fusermount3 included.
    libfuse_messages();
    // What was written to standard error by others comes out there after all, unless text() was taken.
    ~libfuse_messages();
    libfuse_messages(const libfuse_messages&) = delete;
    libfuse_messages& operator=(const libfuse_messages&) = delete;

    // All messages in one line without the programs' prefixes; ends the collection of standard error.
    std::string take();

private:
    std::string end_redirection();

    int real_stderr_ = -1;
    int collected_ = -1;
};

// Messages go to `journal` from now on (thread-safe).
void send_libfuse_messages_to(log journal);

}  // namespace ftpfs::fuse
