#include "ftpfs/core/remote_path.hpp"

namespace ftpfs {
namespace {

using namespace std::string_view_literals;

// What a command line of FTP can't carry (RFC 959 §5.3; a NUL ends the name on some servers, hangs others).
constexpr auto forbidden = "\r\n\0"sv;

}  // namespace

result<file_name> file_name::make(std::string_view bytes)
{
    if (bytes.empty() || bytes == "." || bytes == ".." || bytes.find('/') != bytes.npos ||
        bytes.find_first_of(forbidden) != bytes.npos) {
        return failure{errc::invalid_name};
    }
    return file_name{bytes};
}

result<remote_path> remote_path::make(std::string_view bytes)
{
    if (!bytes.starts_with('/') || bytes.find_first_of(forbidden) != bytes.npos) {
        return failure{errc::invalid_name};
    }
    std::string clean;
    while (!bytes.empty()) {
        bytes.remove_prefix(1);
        const auto part = bytes.substr(0, bytes.find('/'));
        bytes.remove_prefix(part.size());
        if (part == "..") {
            return failure{errc::invalid_name, "\"..\" in a path"};
        }
        if (!part.empty() && part != ".") {
            clean += '/';
            clean += part;
        }
    }
    return remote_path{clean.empty() ? "/" : std::move(clean)};
}

remote_path remote_path::parent() const
{
    const auto slash = bytes_.rfind('/');
    return slash == 0 ? remote_path{} : remote_path{bytes_.substr(0, slash)};
}

std::string_view remote_path::name() const noexcept
{
    return std::string_view{bytes_}.substr(bytes_.rfind('/') + 1);
}

remote_path remote_path::operator/(const file_name& name) const
{
    return remote_path{(is_root() ? "" : bytes_) + "/" + name.str()};
}

remote_path remote_path::below(const remote_path& root) const
{
    if (is_root()) {
        return root;
    }
    return root.is_root() ? *this : remote_path{root.bytes_ + bytes_};
}

}  // namespace ftpfs
