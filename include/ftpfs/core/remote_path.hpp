// Names and absolute paths of the remote tree, as the bytes the server uses.
//
// A `file_name` is one component: not empty, not "." or "..", without '/', NUL, CR and LF. FTP can't carry
// those bytes in a command (RFC 959 §5.3), and a listing that contains them is hostile or broken; so
// whoever holds a file_name may send it. A `remote_path` is "/" or "/a/b": no empty, "." or ".." parts.
// No charset is assumed and nothing is normalised. Immutable values.
#pragma once

#include "ftpfs/core/result.hpp"

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace ftpfs {

class file_name {
public:
    static result<file_name> make(std::string_view bytes);

    const std::string& str() const noexcept { return bytes_; }
    auto operator<=>(const file_name&) const = default;

private:
    explicit file_name(std::string_view bytes) : bytes_{bytes} {}
    std::string bytes_;
};

class remote_path {
public:
    remote_path() : bytes_{"/"} {}

    // Joins repeated slashes, drops a trailing one and "." parts; refuses "..", NUL, CR, LF and what does
    // not start with '/'.
    static result<remote_path> make(std::string_view bytes);

    const std::string& str() const noexcept { return bytes_; }
    bool is_root() const noexcept { return bytes_.size() == 1; }

    // The root is its own parent, and its name is empty.
    remote_path parent() const;
    std::string_view name() const noexcept;

    remote_path operator/(const file_name& name) const;

    // This path below `root`: join("/srv", "/a") is "/srv/a".
    remote_path below(const remote_path& root) const;

    // Is it `directory` itself, or below it?
    bool is_within(const remote_path& directory) const noexcept
    {
        const auto& root = directory.bytes_;
        return directory.is_root() ||
               (bytes_.starts_with(root) && (bytes_.size() == root.size() || bytes_[root.size()] == '/'));
    }

    auto operator<=>(const remote_path&) const = default;

private:
    explicit remote_path(std::string bytes) : bytes_{std::move(bytes)} {}
    std::string bytes_;
};

}  // namespace ftpfs

template <>
struct std::hash<ftpfs::file_name> {
    std::size_t operator()(const ftpfs::file_name& name) const noexcept { return std::hash<std::string>{}(name.str()); }
};

template <>
struct std::hash<ftpfs::remote_path> {
    std::size_t operator()(const ftpfs::remote_path& path) const noexcept
    {
        return std::hash<std::string>{}(path.str());
    }
};
