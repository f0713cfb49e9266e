#include "local_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace ftpfs::test {

std::string said(long outcome)
{
    return outcome >= 0 ? "0" : strerrorname_np(errno);
}

descriptor::descriptor(const std::string& path, int flags, mode_t mode)
    : number_{::open(path.c_str(), flags | O_CLOEXEC, mode)}
{
}

descriptor::~descriptor()
{
    close();
}

descriptor& descriptor::operator=(descriptor&& other) noexcept
{
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
}

std::string descriptor::write(std::string_view bytes)
{
    const auto count = ::write(number_, bytes.data(), bytes.size());
    return count >= 0 && static_cast<std::size_t>(count) < bytes.size() ? "short" : said(count);
}

std::string descriptor::write_at(off_t offset, std::string_view bytes)
{
    const auto count = ::pwrite(number_, bytes.data(), bytes.size(), offset);
    return count >= 0 && static_cast<std::size_t>(count) < bytes.size() ? "short" : said(count);
}

std::string descriptor::read_at(off_t offset, std::size_t size)
{
    std::string bytes(size, '\0');
    const auto count = ::pread(number_, bytes.data(), size, offset);
    if (count < 0) {
        return said(count);
    }
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
}

std::string descriptor::sync()
{
    return said(::fsync(number_));
}

std::string descriptor::close()
{
    return number_ >= 0 ? said(::close(std::exchange(number_, -1))) : "0";
}

std::string open_says(const std::string& path, int flags, mode_t mode)
{
    const descriptor file{path, flags, mode};
    return said(file.number());
}

std::string contents(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

std::string put(const std::string& path, std::string_view bytes)
{
    descriptor file{path, O_WRONLY | O_CREAT | O_TRUNC};
    if (!file.is_open()) {
        return said(file.number());
    }
    const auto written = file.write(bytes);
    const auto closed = file.close();
    return written == "0" ? closed : written;
}

std::string pattern(std::size_t size)
{
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (auto& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<char>(state >> 24U);
    }
    return bytes;
}

}  // namespace ftpfs::test
