// A command that runs in a network namespace, and ends at the latest with this process, however that ends.
#pragma once

#include "network_namespace.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace ftpfs::bench {

class child_process {
public:
    // Throws std::system_error if it can't be forked; a command that can't be run ends with status 127.
    child_process(const std::vector<std::string>& command, const network_namespace& where);
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    // Kills it if it still runs.
    ~child_process();

    void send(int signal) const;
    // Its exit status as a shell tells it, once it has ended.
    std::optional<int> ended();

private:
    pid_t pid_;
    std::optional<int> status_;
};

// The kernel sends `signal` to this process when the process that started it ends.
void end_with_parent(int signal);

}  // namespace ftpfs::bench
