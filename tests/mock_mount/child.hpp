// A program that uses the mount and may be hit by signals.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace ftpfs::test {

class child {
public:
    explicit child(std::vector<std::string> command);
    ~child();
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    void signal(int number);
    // Its wait(2) status; nothing if it still runs after `limit`.
    std::optional<int> wait(std::chrono::seconds limit = std::chrono::seconds{10});

private:
    pid_t process_ = -1;
};

}  // namespace ftpfs::test
