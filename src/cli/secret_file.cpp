#include "ftpfs/cli/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ftpfs::cli {
namespace {

constexpr std::size_t largest = std::size_t{1} << 20;  // bytes; a .netrc of thousands of hosts is far below

class descriptor {
public:
    explicit descriptor(const std::string& path) : number_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {}
    ~descriptor()
    {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

bool is_private(const struct stat& status)
{
    const bool trusted = status.st_uid == ::geteuid() || status.st_uid == 0;
    const mode_t too_open = status.st_uid == 0 ? 0037 : 0077;
    return trusted && (status.st_mode & too_open) == 0;
}

}  // namespace

outcome<secret_file> read_secret_file(const std::string& path, std::string_view what, if_missing then)
{
    const auto failed = [&] {
        return problem{exit_status::usage, fmt::format("cannot read {} {}: {}", what, path, std::strerror(errno))};
    };
    const descriptor file{path};
    if (file.number() < 0) {
        if (errno == ENOENT && then == if_missing::empty) {
            return secret_file{};
        }
        return failed();
    }
    struct stat status = {};
    if (::fstat(file.number(), &status) != 0) {
        return failed();
    }
    secret_file found;
    found.is_private = is_private(status);
    std::array<char, 4096> bytes{};
    for (;;) {
        const auto got = ::read(file.number(), bytes.data(), bytes.size());
        if (got < 0) {
            return failed();
        }
        if (got == 0) {
            ::explicit_bzero(bytes.data(), bytes.size());
            return found;
        }
        found.text.append(bytes.data(), static_cast<std::size_t>(got));
        if (found.text.size() > largest) {
            return problem{exit_status::usage, fmt::format("{} {} is too large to be one", what, path)};
        }
    }
}

}  // namespace ftpfs::cli
