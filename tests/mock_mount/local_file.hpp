// System calls on files, for test bodies: a failed call is a value that shows its errno by name.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

namespace ftpfs::test {

// "0", or "ENOENT": what a call that returned `outcome` said.
std::string said(long outcome);

class descriptor {
public:
    descriptor() = default;
    descriptor(const std::string& path, int flags, mode_t mode = 0644);
    ~descriptor();
    descriptor(descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    descriptor& operator=(descriptor&& other) noexcept;

    bool is_open() const noexcept { return number_ >= 0; }
    int number() const noexcept { return number_; }

    std::string write(std::string_view bytes);  // all of them in one call
    std::string write_at(off_t offset, std::string_view bytes);
    std::string read_at(off_t offset, std::size_t size);
    std::string sync();
    std::string close();

private:
    int number_ = -1;
};

// What open(2) with these flags says; closes it again.
std::string open_says(const std::string& path, int flags, mode_t mode = 0644);
std::string contents(const std::string& path);
// Makes or replaces it, as a shell's ">" does; what the last call said.
std::string put(const std::string& path, std::string_view bytes);
// Bytes that differ from place to place.
std::string pattern(std::size_t size);

}  // namespace ftpfs::test
